import { useMemo, type CSSProperties } from 'react'
import type { Pod } from '../../sim/api/generated/types.ts'
import { controllerOf, keyOf } from '../../sim/api/objects.ts'
import { Badge } from '../design/Badge.tsx'
import { isLost } from '../stores/node-status.ts'
import { useCluster } from '../stores/simulation-store.ts'
import type { Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import { passes } from './filter.ts'
import { PodChip } from './PodChip.tsx'
import { pointing } from './pointing.ts'

const noPods: ReadonlyMap<string, Pod> = new Map()

/** The same pods by what they belong to: workload, revision, pod. */
export function ApplicationsView() {
  const deployments = useCluster((view) => view.objects.deployments)
  const daemonSets = useCluster((view) => view.objects.daemonsets)
  const replicaSets = useCluster((view) => view.objects.replicasets)
  const replicationControllers = useCluster((view) => view.objects.replicationcontrollers)
  const bare = useCluster((view) => view.podsByOwner.get('')) ?? noPods
  const namespace = useUi((ui) => ui.namespace)
  const isShown = (object: { readonly metadata: { readonly namespace?: string } }) => namespace !== null || object.metadata.namespace !== 'kube-system'
  const filterOf = (object: Parameters<typeof passes>[0]) => isShown(object) && passes(object, namespace, '')
  const freeSets = [
    ...[...replicaSets.values()].filter((set) => !controllerOf(set)).map((set) => ({ resource: 'replicasets', set }) as const),
    ...[...replicationControllers.values()].map((set) => ({ resource: 'replicationcontrollers', set }) as const),
  ]
  return (
    <div className="applications">
      {[...deployments.values()].filter(filterOf).map((deployment) => (
        <WorkloadCard key={deployment.metadata.uid} thing={{ resource: 'deployments', key: keyOf(deployment) }} ready={deployment.status.readyReplicas ?? 0} wanted={deployment.spec.replicas} image={deployment.spec.template.spec.containers[0]?.image} note={rolloutNote(deployment)}>
          <Revisions owner={deployment.metadata.uid} />
        </WorkloadCard>
      ))}
      {[...daemonSets.values()].filter(filterOf).map((daemonSet) => (
        <WorkloadCard key={daemonSet.metadata.uid} thing={{ resource: 'daemonsets', key: keyOf(daemonSet) }} ready={daemonSet.status.numberReady} wanted={daemonSet.status.desiredNumberScheduled} image={daemonSet.spec.template.spec.containers[0]?.image}>
          <PodsOf owner={daemonSet.metadata.uid} />
        </WorkloadCard>
      ))}
      {freeSets.filter(({ set }) => filterOf(set)).map(({ resource, set }) => (
        <WorkloadCard key={set.metadata.uid} thing={{ resource, key: keyOf(set) }} ready={set.status.readyReplicas ?? 0} wanted={set.spec.replicas} image={set.spec.template?.spec.containers[0]?.image}>
          <PodsOf owner={set.metadata.uid} />
        </WorkloadCard>
      ))}
      {[...bare.values()].some(filterOf) ? (
        <section className="card workload" aria-label="Pods on their own">
          <header><h2>Pods on their own</h2></header>
          <p className="text-text-2">Nobody replaces these.</p>
          <PodsOf owner="" />
        </section>
      ) : null}
    </div>
  )
}

function rolloutNote({ spec, status }: { readonly spec: { readonly paused?: boolean; readonly replicas: number }; readonly status: { readonly updatedReplicas?: number } }): string | undefined {
  if (spec.paused) return 'paused'
  const updated = status.updatedReplicas ?? 0
  return updated < spec.replicas ? `${updated} of ${spec.replicas} updated` : undefined
}

interface WorkloadCardProps {
  readonly thing: Thing
  readonly ready: number
  readonly wanted: number
  readonly image?: string
  readonly note?: string
  readonly children: React.ReactNode
}

function WorkloadCard({ thing, ready, wanted, image, note, children }: WorkloadCardProps) {
  const hue = useCluster((view) => view.hues.get(`${thing.resource}/${thing.key}`) ?? 0)
  const isSelected = useUi(({ selected }) => selected?.resource === thing.resource && selected.key === thing.key)
  const [namespace, name] = thing.key.split('/')
  return (
    <section className="card workload" data-selected={isSelected || undefined} style={{ '--app': `var(--app${hue})` } as CSSProperties} aria-label={`${thing.resource} ${name}`} {...pointing(thing)}>
      <header>
        <h2>
          <button type="button" data-thing={`${thing.resource}/${thing.key}`} aria-pressed={isSelected} onClick={pointing(thing).onClick}>{name}</button>
        </h2>
        <span className="ml-auto flex gap-1">
          {note ? <Badge tone="starting">{note}</Badge> : null}
          <Badge tone={ready >= wanted ? 'ready' : ready === 0 ? 'bad' : 'warn'}>{ready} of {wanted}</Badge>
        </span>
      </header>
      <p className="text-text-2 truncate text-xs">{kinds[thing.resource] ?? ''} · {namespace} · <span className="mono">{image}</span></p>
      {children}
    </section>
  )
}

const kinds: Partial<Record<Thing['resource'], string>> = { deployments: 'Deployment', daemonsets: 'DaemonSet', replicasets: 'ReplicaSet', replicationcontrollers: 'ReplicationController' }

function Revisions({ owner }: { readonly owner: string }) {
  const replicaSets = useCluster((view) => view.objects.replicasets)
  const sets = useMemo(() => [...replicaSets.values()].filter((set) => controllerOf(set)?.uid === owner).sort((a, b) => revisionOf(b) - revisionOf(a)), [replicaSets, owner])
  const idle = sets.filter((set) => set.spec.replicas === 0 && set.status.replicas === 0)
  return (
    <div className="revisions">
      {sets.filter((set) => !idle.includes(set)).map((set) => {
        const thing: Thing = { resource: 'replicasets', key: keyOf(set) }
        return (
          <div key={set.metadata.uid} className="revision">
            <button type="button" className="revision-name" data-thing={`replicasets/${keyOf(set)}`} {...pointing(thing)}>
              Revision {revisionOf(set) || '?'} <span>· {set.metadata.name} · wants {set.spec.replicas}</span>
            </button>
            <PodsOf owner={set.metadata.uid} />
          </div>
        )
      })}
      {idle.length > 0 ? <p className="text-text-3 text-xs">{idle.length === 1 ? '1 older revision is' : `${idle.length} older revisions are`} kept for undo.</p> : null}
    </div>
  )
}

function revisionOf(set: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } }): number {
  return Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)
}

const chipsAtMost = 60

function PodsOf({ owner }: { readonly owner: string }) {
  const pods = useCluster((view) => view.podsByOwner.get(owner)) ?? noPods
  const nodes = useCluster((view) => view.objects.nodes)
  const list = [...pods.values()].filter((pod) => owner !== '' || pod.metadata.namespace !== 'kube-system')
  return (
    <div className="workload-pods">
      {list.slice(0, chipsAtMost).map((pod) => <PodChip key={pod.metadata.uid} pod={pod} lost={isLost(nodes.get(pod.spec.nodeName ?? ''))} />)}
      {list.length > chipsAtMost ? <p>and {list.length - chipsAtMost} more</p> : null}
    </div>
  )
}
