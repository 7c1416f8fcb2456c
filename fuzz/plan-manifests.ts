import type { Random } from '../src/sim/kernel/random.ts'
import type { Manifest, TimedCommand } from '../src/sim/cluster/run.ts'

const second = 1000

/** What stays with a Deployment for its life, and whether it may be broken on purpose. */
export interface Taste {
  readonly recreates: boolean
  readonly hostPort: boolean
  readonly sound: boolean
}

/** A Deployment of many shapes. */
export function deployment(name: string, { recreates, hostPort, sound }: Taste, random: Random): Manifest {
  const labels = { app: name }
  const strategy = recreates ? { type: 'Recreate' } : { type: 'RollingUpdate', rollingUpdate: { maxSurge: random.pick([1, 2, '25%', '50%']), maxUnavailable: hostPort ? 1 : random.pick([0, 1, '25%']) } }
  const limits = { ...(random.chance(1, 2) && { revisionHistoryLimit: random.below(3) }), ...(random.chance(1, 3) && { progressDeadlineSeconds: random.pick([40, 90, 200]) }), ...(random.chance(1, 4) && { minReadySeconds: random.pick([1, 5, 20]) }) }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    // What listens on its machine fits once on each, and there are two machines at least.
    spec: { replicas: hostPort ? random.between(1, 2) : random.between(1, 6), strategy, ...limits, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(random, sound, hostPort ? 8080 + 'abc'.indexOf(name) : null) } },
  }
}

function podSpec(random: Random, sound: boolean, hostPort: number | null): Manifest {
  const bad = !sound && random.chance(1, 4)
  const image = bad && random.chance(1, 2) ? 'nginx:doesnotexist' : `nginx:1.${random.between(25, 27)}`
  const crash = bad && image !== 'nginx:doesnotexist' ? { command: ['sh', '-c', `sleep ${random.between(1, 60)}; exit ${random.below(2)}`] } : {}
  const probe = (path: string) => ({ httpGet: { path, port: 80 }, periodSeconds: random.between(1, 10), initialDelaySeconds: random.pick([0, 0, 3]), failureThreshold: random.between(1, 4) })
  const probes = { ...(random.chance(1, 2) && { readinessProbe: probe('/') }), ...(random.chance(1, 4) && { livenessProbe: { ...probe('/'), ...(crash.command && { initialDelaySeconds: 100 }) } }), ...(random.chance(1, 6) && { startupProbe: { ...probe('/'), failureThreshold: 30 } }) }
  const terminationGracePeriodSeconds = random.pick([0, 1, 5, 30])
  const stop = terminationGracePeriodSeconds >= 5 && random.chance(1, 3) ? { lifecycle: { preStop: { sleep: { seconds: random.between(1, 4) } } } } : {}
  const container = { name: 'web', image, ports: [{ containerPort: 80, ...(hostPort !== null && { hostPort }) }], resources: { requests: { cpu: `${random.between(1, 4) * 25}m`, memory: '64Mi' } }, ...probes, ...crash, ...stop }
  const init = random.chance(1, 4) ? { initContainers: [{ name: 'first', image: 'busybox:1.36', command: ['sh', '-c', 'sleep 1'] }, { name: 'side', image: 'busybox:1.36', command: ['sleep', 'infinity'], restartPolicy: 'Always' }].slice(random.below(2)) } : {}
  return { terminationGracePeriodSeconds, ...placement(random), ...init, containers: [container] }
}

/** Where pods want to be; never so narrow that they could find no room in a sound cluster. */
function placement(random: Random): Manifest {
  const selector = { labelSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }
  switch (random.below(8)) {
    case 0:
      return { nodeSelector: { 'kubernetes.io/os': 'linux' } }
    case 1:
      return { topologySpreadConstraints: [{ maxSkew: random.between(1, 2), topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', ...selector }] }
    case 2:
      return { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', ...selector } }] } } }
    case 3:
      return { tolerations: [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: random.pick([0, 10, 60]) }] }
    case 4:
      return { priorityClassName: 'system-cluster-critical' }
    default:
      return {}
  }
}

/** The Service before a Deployment. */
export function service(name: string, random: Random): Manifest {
  const type = random.chance(1, 4) ? { type: 'NodePort' } : {}
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ...type, selector: { app: name }, ports: [{ port: 80 }] } }
}

/** A pod on every worker. */
export function daemonSet(random: Random): Manifest {
  const labels = { app: 'agent' }
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: random.pick([{ maxUnavailable: 1 }, { maxSurge: 1, maxUnavailable: 0 }]) }
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: { updateStrategy, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'agent', image: 'busybox:1.36', command: ['sleep', 'infinity'] }] } } } }
}

/** A ReplicaSet without a Deployment. */
export function replicaSet(random: Random): Manifest {
  const labels = { app: 'set' }
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'set' }, spec: { replicas: random.between(1, 4), selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } } }
}

/** What ReplicaSets came of. */
export function replicationController(random: Random): Manifest {
  const template = { metadata: { labels: { app: 'old' } }, spec: { terminationGracePeriodSeconds: random.pick([0, 5, 30]), containers: [{ name: 'web', image: 'nginx:1.27' }] } }
  return { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'old' }, spec: { replicas: random.between(1, 4), ...(random.chance(1, 3) && { minReadySeconds: 5 }), selector: { app: 'old' }, template } }
}

/** Pods without a controller: they end, fail, are too late, have finalizers, want machines to themselves. Deleted with the last word. */
export function barePods(random: Random): Manifest[] {
  const sleep = (seconds: number, code: number) => ({ name: 'main', image: 'busybox:1.36', command: ['sh', '-c', `sleep ${seconds}; exit ${code}`] })
  const pod = (name: string, spec: Manifest, metadata: Manifest = {}): Manifest => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { bare: 'yes' }, ...metadata }, spec })
  const fails = { exec: { command: ['false'] }, periodSeconds: random.between(2, 9), failureThreshold: random.between(1, 4), initialDelaySeconds: random.pick([0, 2, 11]) }
  const shapes: readonly Manifest[] = [
    pod('once', { restartPolicy: 'Never', containers: [sleep(random.between(1, 90), random.below(2))] }),
    pod('retry', { restartPolicy: 'OnFailure', containers: [sleep(random.between(1, 20), random.below(2))] }),
    pod('again', { containers: [sleep(random.pick([1, 5, 30]), random.below(2))] }),
    pod('late', { activeDeadlineSeconds: random.pick([20, 45]), containers: [sleep(500, 0)] }),
    pod('unwell', { containers: [{ ...sleep(3000, 0), livenessProbe: fails }], terminationGracePeriodSeconds: 2 }),
    pod('held', { containers: [sleep(3000, 0)], terminationGracePeriodSeconds: 60 }, { finalizers: ['kubarium.dev/hold'] }),
    pod('missing', { containers: [{ name: 'main', image: 'nginx:doesnotexist' }] }),
    pod('apart', { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { bare: 'yes' } } }] } }, containers: [sleep(3000, 0)] }),
    // It would rather go where it must not.
    pod('spread', { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['worker-1'] }] } }] } }, topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { bare: 'yes' } } }], containers: [sleep(3000, 0)] }),
    pod('placed', { nodeSelector: { 'kubernetes.io/hostname': 'worker-1' }, containers: [sleep(3000, 0)] }),
    pod('ordered', { initContainers: [{ ...sleep(2, 0), name: 'one' }, { ...sleep(1, random.below(2)), name: 'two' }], containers: [sleep(3000, 0)], restartPolicy: random.pick(['Always', 'OnFailure', 'Never']) }),
  ]
  const large = (name: string, spec: Manifest = {}): Manifest => pod(name, { ...spec, containers: [{ ...sleep(3000, 0), resources: { requests: { cpu: '1100m' } } }] })
  // More than there is room for: in small clusters some must wait.
  const crowd = random.chance(1, 4) ? [...['large-1', 'large-2', 'large-3', 'large-4', 'large-5'].map((name) => large(name)), large('urgent', { priorityClassName: 'system-cluster-critical' })] : []
  return [...shapes.filter(() => random.chance(1, 4)), ...crowd]
}

/** A pod that is killed a few times, lives for longer than its kubelet remembers, and is killed twice more. */
export function longLived(random: Random, length: number): TimedCommand[] {
  const born = random.between(5, 60) * second
  const late = random.between(790, 1050)
  const killed = (later: number): TimedCommand => ({ at: born + later * second, command: { kind: 'kill', pod: 'default/steady' } })
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'steady', labels: { bare: 'yes' } }, spec: { containers: [{ name: 'main', image: 'busybox:1.36', command: ['sleep', 'infinity'] }] } }
  return [{ at: born, command: { kind: 'apply', manifests: [manifest] } }, ...[20, 30, 55, 120, late, late + 25].map(killed).filter(({ at }) => at < length)]
}

/** Comes to a machine without asking the scheduler. Deleted with the last word. */
export function intruder(name: string, nodeName: string): Manifest {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { bare: 'yes' } }, spec: { nodeName, containers: [{ name: 'main', image: 'busybox:1.36', command: ['sleep', 'infinity'] }] } }
}

/** Looks like a pod of the DaemonSet. */
export function strayDaemon(nodeName: string): Manifest {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'stray-agent', labels: { app: 'agent' } }, spec: { nodeName, containers: [{ name: 'agent', image: 'busybox:1.36', command: ['sleep', 'infinity'] }] } }
}

/** Objects with owners: of another namespace, already gone, or alive; and a pod's finalizer. */
export function owned(random: Random, length: number): TimedCommand[] {
  const [owner, child] = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner' } }, random.pick(['child', 'stray'])]
  // A namesake of the owner that the stray one had: it is no owner of it.
  const keeper = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'keeper' } }
  const uid = child === 'child' ? '$uid:configmaps/default/owner' : '00000000-0000-4000-8000-000000000000'
  const dependent = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: child, ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: child === 'child' ? 'owner' : 'keeper', uid, blockOwnerDeletion: true }] }, data: { 10: 'ten', b: 'two' } }
  const foreign = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign', ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'keeper', uid: '$uid:configmaps/default/keeper' }] } }
  const gone = random.between(20, length / second) * second
  // Whoever has lost one of two owners stays with the other.
  const references = ['spare', 'keeper'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: `$uid:configmaps/default/${name}` }))
  const shared = Array.from({ length: 6 }, (_, index): TimedCommand => ({ at: 7 * second, command: { kind: 'request', request: { verb: 'create', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `shared-${index}`, labels: { shared: 'yes' }, ownerReferences: references } } } } }))
  return [
    { at: 4 * second, command: { kind: 'apply', manifests: [owner, keeper, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'spare' } }] } },
    ...shared,
    { at: 6 * second, command: { kind: 'request', request: { verb: 'create', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', body: dependent } } },
    // An owner in another namespace is none.
    { at: 8 * second + random.below(gone - 8 * second), command: { kind: 'request', request: { verb: 'create', group: '', version: 'v1', resource: 'configmaps', namespace: 'kube-public', body: foreign } } },
    { at: gone, command: { kind: 'request', request: { verb: 'delete', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: 'owner', body: { propagationPolicy: random.pick(['Foreground', 'Background', 'Orphan']) } } } },
  ]
}

/** A namespace with a bit of everything, deleted while it lives; something in it has a finalizer. */
export function extraNamespace(random: Random, length: number): TimedCommand[] {
  const inside = (manifest: Manifest): Manifest => ({ ...manifest, metadata: { ...(manifest['metadata'] as Manifest), namespace: 'extra' } })
  const kept = inside({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept', finalizers: ['kubarium.dev/hold'] } })
  const all = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'extra' } }, kept, inside(deployment('x', { recreates: false, hostPort: false, sound: true }, random)), inside(service('x', random))]
  const gone = random.between(30, Math.floor(length / 2 / second)) * second
  return [
    { at: 3 * second, command: { kind: 'apply', manifests: all } },
    { at: gone, command: { kind: 'delete', resource: 'namespaces', key: 'extra' } },
    { at: gone + 2 * second, command: { kind: 'request', request: { verb: 'create', group: '', version: 'v1', resource: 'configmaps', namespace: 'extra', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } } } } },
    { at: gone + random.pick([5, 60]) * second, command: release('configmaps', 'kept', 'extra') },
  ]
}

/** Takes the finalizers of an object away. */
export function release(resource: 'pods' | 'configmaps', name: string, namespace: string): TimedCommand['command'] {
  return { kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource, namespace, name, patchType: 'merge', body: { metadata: { finalizers: null } } } }
}
