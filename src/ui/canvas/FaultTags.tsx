import type { ActiveFault } from '../../sim/cluster/run.ts'
import { FaultTag } from '../design/FaultTag.tsx'
import { faultWords } from '../stores/fault-words.ts'
import { endOf, faultId, faultsOf, isShownByMachine, registryFaults } from '../stores/faults.ts'
import { perform, useCluster } from '../stores/simulation-store.ts'
import type { Thing } from '../stores/things.ts'

/** On the edge of a card: what is wrong with it now. */
export function FaultTags({ thing }: { readonly thing: Thing }) {
  const all = useCluster((view) => view.faults)
  const faults = faultsOf({ faults: all }, thing).filter((fault) => !isShownByMachine(fault))
  return faults.length === 0 ? null : <div className="fault-tags"><Tags faults={faults} /></div>
}

/** What is wrong outside of the cluster. */
export function RegistryFaults() {
  const all = useCluster((view) => view.faults)
  const faults = registryFaults({ faults: all })
  return faults.length === 0 ? null : <div className="registry-faults"><Tags faults={faults} /></div>
}

function Tags({ faults }: { readonly faults: readonly ActiveFault[] }) {
  return faults.map((active) => <FaultTag key={faultId(active.fault)} text={tagOf(active)} until={active.until} onEnd={() => void perform(endOf(active))} />)
}

/** On a machine's card the process is named, the machine is not. */
function tagOf({ fault }: ActiveFault): string {
  const { tag } = faultWords(fault)
  return 'component' in fault && fault.component !== undefined && 'node' in fault && fault.node !== undefined ? `${fault.component}: ${tag.toLowerCase()}` : tag.charAt(0).toUpperCase() + tag.slice(1)
}
