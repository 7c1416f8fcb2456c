import type { ActiveFault, Command, Fault, FaultPattern } from '../../sim/cluster/run.ts'
import type { ClusterView } from './cluster-view.ts'
import { faultPlace, isRegistryFault } from './fault-words.ts'
import type { Thing } from './things.ts'

const none: readonly ActiveFault[] = []

/** What is wrong with a machine or a component now, oldest first. */
export function faultsOf({ faults }: Pick<ClusterView, 'faults'>, thing: Thing): readonly ActiveFault[] {
  if (faults.length === 0 || (thing.resource !== 'nodes' && thing.resource !== 'components')) return none
  return faults.filter(({ fault }) => {
    const place = faultPlace(fault)
    return place?.resource === thing.resource && place.key === thing.key
  })
}

/** What is wrong outside of the cluster: the image registry. */
export function registryFaults({ faults }: Pick<ClusterView, 'faults'>): readonly ActiveFault[] {
  return faults.length === 0 ? none : faults.filter(({ fault }) => isRegistryFault(fault))
}

/** Without power, without network: a machine's card has words of its own for these. */
export function isShownByMachine({ fault }: ActiveFault): boolean {
  return fault.kind === 'power-off' || (fault.kind === 'cut-off' && fault.component === undefined && fault.direction === undefined)
}

/** The command that ends it. */
export function endOf({ fault }: ActiveFault): Command {
  return { kind: 'end-fault', fault: patternOf(fault) }
}

/** Two descriptions are of one fault when kind and place agree. */
export function faultId(fault: Fault | undefined): string {
  return fault ? JSON.stringify(patternOf(fault)) : ''
}

function patternOf(fault: Fault): FaultPattern {
  const { kind, node, component, image } = fault as FaultPattern & Pick<Fault, 'kind'>
  return { kind, ...(node === undefined ? {} : { node }), ...(component === undefined ? {} : { component }), ...(image === undefined ? {} : { image }) }
}
