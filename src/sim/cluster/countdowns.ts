import type { Millis } from '../kernel/agenda.ts'
import type { Lease, Node, Pod } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import { defaultControllerManagerFlags } from '../controllers/flags.ts'
import type { Cluster } from './cluster.ts'
import { flagTexts, flagsOver } from './flags.ts'

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

/** All countdowns that run now: those that kubelets know, and those that follow from leases, taints and tolerations. */
export function countdowns(cluster: Cluster): Countdown[] {
  const found: Countdown[] = []
  for (const { kubelet } of cluster.machines.values()) if (kubelet) found.push(...kubelet.countdowns())
  const lost = new Map<string, Millis>()
  for (const object of cluster.observer.objects('nodes')) {
    const node = object as Node
    const silent = silence(cluster, node)
    if (silent) found.push(silent)
    const taint = node.spec.taints?.find(({ effect, key }) => effect === 'NoExecute' && (key === 'node.kubernetes.io/unreachable' || key === 'node.kubernetes.io/not-ready'))
    if (taint?.timeAdded) lost.set(node.metadata.name, cluster.wall.instantOf(taint.timeAdded))
  }
  if (lost.size > 0) found.push(...evictions(cluster, lost))
  return found
}

/** A node that stopped renewing its lease, until the node controller calls it NotReady. */
function silence(cluster: Cluster, node: Node): Countdown | null {
  const ready = node.status.conditions?.find(({ type }) => type === 'Ready')
  if (ready?.status !== 'True') return null
  const lease = cluster.observer.object('leases', `kube-node-lease/${node.metadata.name}`) as Lease | undefined
  const renewed = lease?.spec.renewTime ? cluster.wall.instantOf(lease.spec.renewTime) : null
  if (renewed === null || cluster.now - renewed < overdue) return null
  const { nodeMonitorGracePeriod } = flagsOver('kube-controller-manager', defaultControllerManagerFlags, flagTexts(cluster.options, 'kube-controller-manager'))
  return { kind: 'notReady', about: `nodes/${node.metadata.name}`, since: renewed, due: renewed + nodeMonitorGracePeriod }
}

/** Pods that stay on a lost node for as long as they tolerate it. */
function evictions(cluster: Cluster, lost: ReadonlyMap<string, Millis>): Countdown[] {
  const found: Countdown[] = []
  for (const object of cluster.observer.objects('pods')) {
    const pod = object as Pod
    const since = pod.spec.nodeName === undefined ? undefined : lost.get(pod.spec.nodeName)
    if (since === undefined || pod.metadata.deletionTimestamp) continue
    const seconds = pod.spec.tolerations?.find(({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute')?.tolerationSeconds
    if (seconds !== undefined) found.push({ kind: 'eviction', about: `pods/${keyOf(pod)}`, since, due: since + seconds * 1000 })
  }
  return found
}
