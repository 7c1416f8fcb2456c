import type { ComponentState } from '../../bridge/protocol.ts'
import type { Lease } from '../../sim/api/generated/types.ts'
import { parseTime } from '../../sim/api/time.ts'
import { Badge } from '../design/Badge.tsx'
import { Button } from '../design/Button.tsx'
import { Elapsed } from '../design/Countdown.tsx'
import { actionsFor, carryOut } from '../stores/actions.ts'
import { doingsOf, doingWords } from '../stores/doings.ts'
import { registryFaults } from '../stores/faults.ts'
import { momentText } from '../stores/format.ts'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import type { Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import { FaultTags } from './FaultTags.tsx'
import { pointing } from './pointing.ts'

/** The components: whether they run, what they did last, and the leases that tell who is alive. */
export function ControlPlaneView() {
  const components = useCluster((view) => view.components)
  return (
    <div className="control-plane">
      <div className="control-cards">{components.map((component) => <ComponentCard key={`${component.node}/${component.name}`} component={component} />)}</div>
      <RegistryCard />
      <Leases />
    </div>
  )
}

const duties = new Map([
  ['etcd', 'Remembers everything, with a revision for each change.'],
  ['kube-apiserver', 'The only door: every read and write goes through it.'],
  ['kube-scheduler', 'Chooses a node for each pod that has none.'],
  ['kube-controller-manager', 'Compares what is wanted with what is, and makes up the difference.'],
])

const doneShown = 6

function ComponentCard({ component }: { readonly component: ComponentState }) {
  const trace = useCluster((view) => view.trace)
  const thing: Thing = { resource: 'components', key: component.name }
  const done = doingsOf(component.name, trace, doneShown)
  return (
    <section className="card component-card" data-thing={`components/${component.name}`} aria-label={component.name} {...pointing(thing)}>
      <header>
        <h2 className="truncate" title={component.name}>{component.name}</h2>
        <span className="ml-auto"><ComponentBadge component={component} /></span>
      </header>
      <p className="text-text-2">{duties.get(component.name)}</p>
      <p className="text-text-2 text-xs my-1">{component.node}{component.fact ? ` · ${component.fact}` : ''}</p>
      {done.length > 0 ? (
        <ol className="done">
          {done.map((entry, index) => <li key={`${entry.at}-${index}`} title={entry.what}><time>{momentText(entry.at)}</time> {doingWords(entry)}</li>)}
        </ol>
      ) : null}
      <FaultTags thing={thing} />
      <div className="flex flex-wrap gap-2 mt-auto pt-2">
        {actionsFor(currentView(), thing).filter(({ label }) => !label.startsWith('End:')).map((action) => (
          <Button key={action.label} isSmall onClick={(event) => { event.stopPropagation(); carryOut(action, thing) }}>{action.label}</Button>
        ))}
      </div>
    </section>
  )
}

/** Not of the cluster, but needed by it: where images come from. */
function RegistryCard() {
  const faults = useCluster((view) => view.faults)
  const isBroken = registryFaults({ faults }).length > 0
  return (
    <section className="card registry-card" aria-label="Image registry">
      <header>
        <h2>Image registry</h2>
        <span className="ml-auto">{isBroken ? <Badge tone="bad">In trouble</Badge> : <Badge tone="ready">Answers</Badge>}</span>
      </header>
      <p className="text-text-2">Outside of the cluster. Every machine pulls its images from there, once; what it has it keeps.</p>
      <div className="flex gap-2 pt-2"><Button isSmall onClick={() => useUi.getState().openDialog({ kind: 'fault', target: { on: 'registry' } })}>Break it…</Button></div>
    </section>
  )
}

function ComponentBadge({ component }: { readonly component: ComponentState }) {
  if (component.state === 'running') return <i className="runs" role="img" aria-label="Running" title="Running" />
  if (component.state === 'waiting') return <Badge tone="starting">Starting</Badge>
  return <Badge tone="bad">Stopped <Elapsed since={component.since} /></Badge>
}

function Leases() {
  const leases = useCluster((view) => view.objects.leases)
  const start = useCluster((view) => view.start)
  return (
    <section className="card" aria-label="Leases">
      <header><h2>Leases</h2></header>
      <p className="text-text-2 mb-2">Who renews in time is alive; who does not is missed.</p>
      <table className="table">
        <thead><tr><th>Name</th><th>Holder</th><th>Renewed</th><th>Good for</th></tr></thead>
        <tbody>{[...leases].map(([key, lease]) => <LeaseRow key={key} id={key} lease={lease} start={start} />)}</tbody>
      </table>
    </section>
  )
}

function LeaseRow({ id, lease, start }: { readonly id: string; readonly lease: Lease; readonly start: number }) {
  const renewed = lease.spec.renewTime ? parseTime(lease.spec.renewTime) : null
  return (
    <tr>
      <td><button type="button" className="hover:underline" data-thing={`leases/${id}`} {...pointing({ resource: 'leases', key: id })}>{id}</button></td>
      <td>{lease.spec.holderIdentity}</td>
      <td>{renewed === null ? 'never' : <><Elapsed since={renewed - start} /> ago</>}</td>
      <td>{lease.spec.leaseDurationSeconds} s</td>
    </tr>
  )
}
