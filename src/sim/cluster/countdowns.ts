import type { Millis } from '../kernel/agenda.ts'
import type { Lease, Node, Pod, Taint } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import { planStay } from '../controllers/taint-eviction/plan-eviction.ts'
import type { Cluster } from './cluster.ts'
import type { CountingControllers } from './components.ts'

/** Something that will happen at a known time; who looks counts down to `due` by itself. */
export interface Countdown {
  readonly kind: 'notReady' | 'eviction' | 'backOff' | 'imageBackOff' | 'termination' | 'pull' | 'probe'
  /** `nodes/worker-1`, `pods/default/web-1`. */
  readonly about: string
  readonly container?: string
  readonly since: Millis
  readonly due: Millis
}

/** A lease is renewed every 10 s; one that is older than this has missed a renewal. */
const overdue: Millis = 12_000

/** All countdowns that run now: those that kubelets know, and those of the controllers, which end with their process. */
export function countdowns(cluster: Cluster): Countdown[] {
  const found: Countdown[] = []
  for (const { kubelet } of cluster.machines.values()) if (kubelet) found.push(...kubelet.countdowns())
  const { controllers } = cluster
  if (!controllers) return found
  const tainted = new Map<string, readonly Taint[]>()
  for (const object of cluster.observer.objects('nodes')) {
    const node = object as Node
    const silent = silence(cluster, controllers, node)
    if (silent) found.push(silent)
    const taints = node.spec.taints?.filter(({ effect }) => effect === 'NoExecute') ?? []
    if (taints.length > 0) tainted.set(node.metadata.name, taints)
  }
  if (tainted.size > 0) found.push(...evictions(cluster, controllers, tainted))
  return found
}

/** A node that stopped renewing its lease, until the node controller calls it NotReady. */
function silence(cluster: Cluster, { nodeLifecycle }: CountingControllers, { metadata: { name } }: Node): Countdown | null {
  const lease = cluster.observer.object('leases', `kube-node-lease/${name}`) as Lease | undefined
  const renewed = lease?.spec.renewTime ? cluster.wall.instantOf(lease.spec.renewTime) : null
  if (renewed === null || cluster.now - renewed < overdue) return null
  const grace = nodeLifecycle.graceOf(name)
  return grace ? { kind: 'notReady', about: `nodes/${name}`, since: renewed, due: grace.due } : null
}

/** Pods that stay on a tainted node for as long as they tolerate it. */
function evictions(cluster: Cluster, { taintEviction }: CountingControllers, tainted: ReadonlyMap<string, readonly Taint[]>): Countdown[] {
  const found: Countdown[] = []
  for (const object of cluster.observer.objects('pods')) {
    const pod = object as Pod
    const taints = pod.spec.nodeName === undefined ? undefined : tainted.get(pod.spec.nodeName)
    if (!taints || pod.metadata.deletionTimestamp) continue
    const counted = taintEviction.evictionOf(keyOf(pod)) ?? expected(cluster, taints, pod)
    if (counted) found.push({ kind: 'eviction', about: `pods/${keyOf(pod)}`, since: counted.since, due: counted.due })
  }
  return found
}

/** What the controller will count when it sees the taint, a few milliseconds after it was added. */
function expected({ wall }: Cluster, taints: readonly Taint[], pod: Pod): Pick<Countdown, 'since' | 'due'> | null {
  const stay = planStay(taints, pod.spec.tolerations ?? [])
  const times = taints.flatMap(({ timeAdded }) => (timeAdded === undefined ? [] : [wall.instantOf(timeAdded)]))
  if (typeof stay !== 'number' || times.length === 0) return null
  const since = Math.max(...times)
  return { since, due: since + stay }
}
