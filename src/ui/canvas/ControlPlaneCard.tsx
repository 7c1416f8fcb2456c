import { memo } from 'react'
import type { ComponentState } from '../../bridge/protocol.ts'
import type { Pod } from '../../sim/api/generated/types.ts'
import { Countdown } from '../design/Countdown.tsx'
import { faultWords } from '../stores/fault-words.ts'
import { faultsOf } from '../stores/faults.ts'
import { isLost, nodeStatus } from '../stores/node-status.ts'
import { isSystem } from '../stores/rows.ts'
import { useCluster } from '../stores/simulation-store.ts'
import type { Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import { FaultTags } from './FaultTags.tsx'
import { NodeBadge } from './NodeBadge.tsx'
import { PodChip } from './PodChip.tsx'
import { pointing } from './pointing.ts'
import { SystemPods } from './SystemPods.tsx'

/** The machine of the control plane, with its components as what they are: processes that can stop. */
export const ControlPlaneCard = memo(function ControlPlaneCard({ name }: { readonly name: string }) {
  const node = useCluster((view) => view.objects.nodes.get(name))
  const machine = useCluster((view) => view.machines.get(name))
  const countdowns = useCluster((view) => view.countdowns.get(`nodes/${name}`))
  const start = useCluster((view) => view.start)
  const components = useCluster((view) => view.components)
  const pods = useCluster((view) => view.podsByNode.get(name)) ?? noPods
  const isSelected = useUi(({ selected }) => selected?.resource === 'nodes' && selected.key === name)
  if (!node) return null
  const status = nodeStatus(node, machine, countdowns ?? [], start)
  const thing: Thing = { resource: 'nodes', key: name }
  return (
    <article className="card control" data-selected={isSelected || undefined} data-power={status.power} data-cut-off={status.cutOff || undefined} aria-label={`Control plane machine ${name}`} {...pointing(thing)}>
      <header>
        <h2>
          <button type="button" className="nopan" data-thing={`nodes/${name}`} aria-pressed={isSelected} onClick={pointing(thing).onClick}>
            {name}
          </button>
        </h2>
        <SystemPods pods={pods} lost={isLost(node)} />
        <span className="ml-auto flex gap-1">
          {status.power === 'off' ? <span className="text-text-2">Powered off</span> : null}
          <NodeBadge status={status} />
        </span>
      </header>
      <div className="components">
        {components.filter((component) => component.node === name).map((component) => (
          <ComponentChip key={component.name} component={component} />
        ))}
      </div>
      <OwnPods pods={pods} lost={isLost(node)} />
      <FaultTags thing={thing} />
    </article>
  )
})

const noPods: ReadonlyMap<string, Pod> = new Map()

/** A person's pods that tolerate the control plane's machine. */
function OwnPods({ pods, lost }: { readonly pods: ReadonlyMap<string, Pod>; readonly lost: boolean }) {
  const own = [...pods.values()].filter((pod) => !isSystem(pod))
  if (own.length === 0) return null
  return <div className="own-pods">{own.map((pod) => <PodChip key={pod.metadata.uid} pod={pod} lost={lost} />)}</div>
}

/** One component: running or not, and its one short fact. */
export function ComponentChip({ component }: { readonly component: ComponentState }) {
  const isSelected = useUi(({ selected }) => selected?.resource === 'components' && selected.key === component.name)
  const thing: Thing = { resource: 'components', key: component.name }
  const fault = useCluster((view) => faultsOf(view, thing).find(({ fault: { kind } }) => kind !== 'stop'))
  const fact = component.state === 'running' ? component.fact : component.state === 'stopped' ? 'stopped' : 'starts'
  const wrong = fault ? faultWords(fault.fault).tag.toLowerCase() : null
  return (
    <button type="button" className="component nopan" data-thing={`components/${component.name}`} data-state={component.state} data-faulty={fault ? true : undefined} data-selected={isSelected || undefined} aria-pressed={isSelected} aria-label={`${component.name}: ${component.state}${wrong ? `, ${wrong}` : ''}`} {...pointing(thing)}>
      <i />
      {component.name.replace('kube-controller', 'controller')}
      {fault ? <em>{wrong} {fault.until === null ? null : <Countdown due={fault.until} />}</em> : fact ? <em>{fact}</em> : null}
    </button>
  )
}
