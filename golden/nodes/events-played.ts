import type { Container, Event, Node, Pod, PodSpec } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { Cluster } from '../../src/sim/cluster/cluster.ts'
import { PlayedNode, type SeenEvent } from './played-node.ts'

const fails = (over: object = {}) => ({ exec: { command: ['false'] }, periodSeconds: 5, failureThreshold: 2, ...over })

/** Single pods, each of which goes another way. */
const pods: readonly { readonly spec: object; readonly then?: (world: PlayedNode) => void }[] = [
  { spec: { containers: [plain()] }, then: (world) => must(world.cluster.client.delete('pods', 'default/web', {})) },
  { spec: { containers: [plain(), { name: 'second', image: 'plain:1' }] } },
  { spec: { containers: [plain({ image: 'busybox:1.36', command: ['false'] })] } },
  { spec: { containers: [plain({ image: 'nginx:doesnotexist' })] } },
  { spec: { containers: [plain({ image: 'absent:1', imagePullPolicy: 'Never' })] } },
  { spec: { containers: [plain({ image: 'Nginx:1' })] } },
  { spec: { containers: [plain({ envFrom: [{ configMapRef: { name: 'settings' } }] })] } },
  { spec: { containers: [plain({ envFrom: [{ secretRef: { name: 'settings' } }] })] } },
  { spec: { containers: [plain({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'empty', key: 'a' } } }] })] } },
  { spec: { containers: [plain({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'empty', key: 'a' } } }] })] } },
  ...(['Always', 'Never'] as const).map((restartPolicy) => ({ spec: { restartPolicy, containers: [plain({ livenessProbe: fails() })] } })),
  ...(['startup', 'readiness', 'liveness'] as const).flatMap((kind) => [{ spec: { containers: [plain({ [`${kind}Probe`]: fails() })] } }, { spec: { containers: [plain({ [`${kind}Probe`]: { httpGet: { port: 'unnamed' }, periodSeconds: 5 } })] } }]),
  ...(['startup', 'readiness', 'liveness'] as const).map((kind) => ({ spec: { containers: [plain({ image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', [`${kind}Probe`]: { httpGet: { port: 8080, path: '/redirect?loc=http%3A%2F%2F0.0.0.0%2F' }, periodSeconds: 5 } })] } })),
  ...(['startup', 'liveness'] as const).map((kind) => ({ spec: { initContainers: [{ name: 'sidecar', image: 'plain:1', restartPolicy: 'Always', [`${kind}Probe`]: fails() }], containers: [plain()] } })),
  { spec: { containers: [plain({ lifecycle: { postStart: { exec: { command: ['false'] } } } })] } },
  { spec: { containers: [plain({ lifecycle: { preStop: { exec: { command: ['false'] } } } })] }, then: (world) => must(world.cluster.client.delete('pods', 'default/web', {})) },
  { spec: { containers: [plain()] }, then: (world) => setImage(world, 'containers') },
  { spec: { initContainers: [{ name: 'sidecar', image: 'plain:1', restartPolicy: 'Always' }], containers: [plain()] }, then: (world) => setImage(world, 'initContainers') },
  { spec: { activeDeadlineSeconds: 10, containers: [plain()] } },
  { spec: { dnsConfig: { searches: Array.from({ length: 32 }, (_, at) => `d${at}.test`) }, containers: [plain()] } },
  { spec: { volumes: [{ name: 'v', configMap: { name: 'none' } }], containers: [plain({ volumeMounts: [{ name: 'v', mountPath: '/v' }] })] } },
  ...[{ cpu: '64' }, { memory: '640Gi' }, { 'ephemeral-storage': '6400Gi' }].map((requests) => ({ spec: { containers: [plain({ resources: { requests } })] } })),
  { spec: { nodeSelector: { disk: 'none' }, containers: [plain()] } },
]

function plain(over: object = {}): Container {
  return { name: 'app', image: 'plain:1', ...over } as Container
}

function setImage(world: PlayedNode, field: 'containers' | 'initContainers'): void {
  const { pod } = world
  if (pod) must(world.cluster.client.update('pods', { ...pod, spec: { ...pod.spec, [field]: pod.spec[field]?.map((container) => ({ ...container, image: 'plain:2' })) } }))
}

/** Everything that anybody sent in all scenarios. */
export function playAll(): readonly SeenEvent[] {
  const seen: SeenEvent[] = []
  for (const { spec, then } of pods) {
    const world = new PlayedNode()
    for (const resource of ['configmaps', 'secrets'] as const) must(world.cluster.client.create(resource, { apiVersion: 'v1', kind: resource === 'secrets' ? 'Secret' : 'ConfigMap', metadata: { name: 'empty', namespace: 'default' } } as unknown as Draft<'configmaps'> & Draft<'secrets'>))
    world.run(spec as PodSpec)
    world.advance(40_000)
    then?.(world)
    world.advance(60_000)
    seen.push(...world.events)
  }
  return [...seen, ...reboot(), ...tainted(), ...full(), ...refusedAndDisplaced(), ...silentRuntime(), ...brokenStart('start default/web app', 50), ...brokenStart('sandbox of default/web', 5), ...wholeCluster(), ...outOfRanges(), ...outOfAddresses(), ...withoutDns(), ...shuttingDown()]
}

function reboot(): readonly SeenEvent[] {
  const world = new PlayedNode()
  world.run({ containers: [plain()] })
  world.advance(20_000)
  const after = world.reboot()
  after.advance(60_000)
  return after.events
}

/** A pod comes to a node that goes down. */
function shuttingDown(): readonly SeenEvent[] {
  const world = new PlayedNode({ flags: { shutdownGracePeriod: 30_000 } })
  world.node.kubelet.shutDown(() => undefined)
  world.run({ containers: [plain()] })
  world.advance(5_000)
  return world.events
}

/** A node with a NoExecute taint gets a pod that does not tolerate it, and is cordoned. */
function tainted(): readonly SeenEvent[] {
  const world = new PlayedNode()
  const { client } = world.cluster
  const change = (spec: Partial<Node['spec']>) => {
    const node = must(client.get('nodes', 'n1'))
    must(client.update('nodes', { ...node, spec: { ...node.spec, ...spec } }))
    world.advance(20_000)
  }
  change({ taints: [{ key: 'broken', effect: 'NoExecute' }] })
  must(client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { nodeName: 'n1', containers: [plain()] } } as unknown as Draft<'pods'>))
  change({ unschedulable: true })
  change({ unschedulable: false })
  return world.events
}

/** More pods than the node takes. */
function full(): readonly SeenEvent[] {
  const world = new PlayedNode()
  for (let at = 0; at < 112; at += 1) world.run({ containers: [plain()] }, `web-${at}`)
  world.advance(60_000)
  return world.events
}

/** A node whose runtime falls silent. */
function silentRuntime(): readonly SeenEvent[] {
  const world = new PlayedNode()
  world.advance(20_000)
  world.node.runtime.downSince = world.now
  world.node.kubelet.nodeStatusChanged()
  world.advance(120_000)
  return world.events
}

/** A runtime that is restarted so long before something is done that it does for a pod of two containers. */
function brokenStart(what: string, before: number): readonly SeenEvent[] {
  const world = new PlayedNode()
  const { timeline } = world.cluster
  world.run({ containers: [plain(), { name: 'second', image: 'plain:1' }] })
  world.until(() => timeline.nextLabel === what)
  world.advance((timeline.nextDue() ?? 0) - before - world.now)
  for (const since of [world.now, null]) {
    world.node.runtime.downSince = since
    world.node.kubelet.nodeStatusChanged()
  }
  world.advance(60_000)
  return world.events
}

/** A pod for another operating system, one whose pull secret is missing, and a critical one that displaces it. */
function refusedAndDisplaced(): readonly SeenEvent[] {
  const world = new PlayedNode()
  const asking = (cpu: string) => ({ ...plain(), resources: { requests: { cpu } } })
  must(world.cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'other', namespace: 'default', labels: { 'kubernetes.io/os': 'windows' } }, spec: { nodeName: 'n1', containers: [plain()] } } as unknown as Draft<'pods'>))
  world.run({ imagePullSecrets: [{ name: 'missing' }], containers: [asking('3')] })
  world.advance(20_000)
  world.run({ priorityClassName: 'system-node-critical', containers: [asking('3')] }, 'critical')
  world.advance(60_000)
  return world.events
}

/** A whole cluster that loses a node, and a pod that tolerates the loss for a while. */
function wholeCluster(): readonly SeenEvent[] {
  const cluster = new Cluster(1, { workers: 2 })
  cluster.advanceTo(10_000)
  const pod = (name: string, seconds: number) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { nodeName: 'worker-1', tolerations: [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: seconds }], containers: [plain()] } }) as unknown as Pod
  cluster.perform({ kind: 'apply', manifests: [pod('short', 30), pod('long', 6000)] as unknown as Readonly<Record<string, unknown>>[] })
  cluster.advanceTo(40_000)
  cluster.perform({ kind: 'cordon', node: 'worker-2' })
  cluster.advanceTo(60_000)
  cluster.perform({ kind: 'uncordon', node: 'worker-2' })
  cluster.perform({ kind: 'cut-off', node: 'worker-1' })
  cluster.advanceTo(240_000)
  cluster.perform({ kind: 'reconnect', node: 'worker-1' })
  cluster.advanceTo(300_000)
  return eventsOf(cluster)
}

/** Two nodes more than the cluster has ranges for pods. */
function outOfRanges(): readonly SeenEvent[] {
  const cluster = new Cluster(1, { workers: 2, flags: { 'kube-controller-manager': { 'cluster-cidr': '10.244.0.0/24' } } })
  cluster.advanceTo(20_000)
  return eventsOf(cluster)
}

/** More pods on a node than its range has addresses. */
function outOfAddresses(): readonly SeenEvent[] {
  const cluster = new Cluster(1, { workers: 1, flags: { 'kube-controller-manager': { 'cluster-cidr': '10.244.0.0/24', 'node-cidr-mask-size': '29' } } })
  cluster.advanceTo(20_000)
  const manifest = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 8, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [plain({ image: 'nginx:1.27' })] } } } }
  cluster.perform({ kind: 'apply', manifests: [manifest] })
  cluster.advanceTo(60_000)
  return eventsOf(cluster)
}

/** Kubelets that know no DNS servers. */
function withoutDns(): readonly SeenEvent[] {
  const cluster = new Cluster(1, { workers: 1, flags: { kubelet: { clusterDNS: '' } } })
  cluster.advanceTo(20_000)
  cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [plain({ image: 'nginx:1.27' })] } }] })
  cluster.advanceTo(40_000)
  return eventsOf(cluster)
}

function eventsOf(cluster: Cluster): readonly SeenEvent[] {
  const answer = cluster.ask({ kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'events' } })
  const { items } = must(answer) as { items: readonly Event[] }
  return items.map(({ type = '', reason = '', message = '', involvedObject, source, reportingComponent, count }) => ({ at: 0, type, reason, message, fieldPath: involvedObject.fieldPath, kind: involvedObject.kind ?? '', component: source?.component || reportingComponent || '', count: count ?? 1 }))
}
