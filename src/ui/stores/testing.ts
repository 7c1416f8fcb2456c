import type { Batch, ComponentState, Countdown, MachineState, ObjectChange } from '../../bridge/protocol.ts'
import { keyOf, type KubernetesObject } from '../../sim/api/objects.ts'
import type { Resource } from '../../sim/api/resources.ts'
import { formatTime } from '../../sim/api/time.ts'

export const start = Date.UTC(2026, 0, 3, 9)

type Loose = Record<string, unknown>

/** An object as the store would hold it, with what a test leaves out filled in. */
export function objectChange(resource: Resource, object: Loose & { metadata: Loose & { name: string; namespace?: string } }): ObjectChange {
  const { namespace, name } = object.metadata
  const metadata = { uid: `uid-${resource}-${namespace ?? ''}-${name}`, resourceVersion: '1', creationTimestamp: formatTime(start), ...object.metadata }
  return { resource, key: keyOf({ metadata: { namespace, name } }), object: { ...object, metadata } as unknown as KubernetesObject }
}

/** A batch with only what a test is about. */
export function batchOf(changes: readonly ObjectChange[], rest: Partial<Batch> = {}): Batch {
  return { type: 'batch', fresh: false, now: 0, start, pace: { speed: 1, paused: true }, changes, trace: [], countdowns: [], machines: [], components: [], faults: [], commands: [], ...rest }
}

interface PodShape {
  readonly node?: string
  readonly owner?: string
  readonly state?: Loose
  readonly ready?: boolean
  readonly restarts?: number
  readonly cpu?: string
  readonly memory?: string
  readonly leavingAt?: number
  readonly message?: string
  readonly namespace?: string
  readonly image?: string
  readonly lastState?: Loose
}

/** A pod in any state a test wants. */
export function podChange(name: string, shape: PodShape = {}): ObjectChange {
  const { node, owner = name.split('-').slice(0, 2).join('-'), ready = true, restarts = 0, namespace = 'shop' } = shape
  const state = shape.state ?? { running: { startedAt: formatTime(start) } }
  const image = shape.image ?? `shop/${name.split('-')[0]}:2.3`
  return objectChange('pods', {
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name, namespace, labels: { app: name.split('-')[0] ?? name },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: `uid-replicasets-${namespace}-${owner}`, controller: true }],
      ...(shape.leavingAt === undefined ? {} : { deletionTimestamp: formatTime(start + shape.leavingAt), deletionGracePeriodSeconds: 30 }),
    },
    spec: {
      nodeName: node, containers: [{ name: 'api', image, resources: { requests: { cpu: shape.cpu ?? '500m', memory: shape.memory ?? '512Mi' } }, ports: [{ containerPort: 8080 }] }],
      tolerations: [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    },
    status: {
      phase: node && state['running'] ? 'Running' : 'Pending', podIP: node ? '10.244.1.7' : undefined,
      conditions: [
        node ? { type: 'PodScheduled', status: 'True', lastTransitionTime: formatTime(start) } : { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: shape.message },
        { type: 'Ready', status: node && ready ? 'True' : 'False', lastTransitionTime: formatTime(start) },
      ],
      containerStatuses: node ? [{ name: 'api', image, imageID: '', ready, restartCount: restarts, state, lastState: shape.lastState }] : undefined,
    },
  })
}

/** A node with Ready as wanted. */
export function nodeChange(name: string, zone: string, ready: 'True' | 'False' | 'Unknown' = 'True', since = 0, more: Loose = {}): ObjectChange {
  const isControl = name.startsWith('control')
  return objectChange('nodes', {
    apiVersion: 'v1', kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone, ...(isControl ? { 'node-role.kubernetes.io/control-plane': '' } : {}) } },
    spec: { ...more, taints: ready === 'Unknown' ? [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] : [] },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, capacity: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: ready, lastTransitionTime: formatTime(start + since), reason: ready === 'Unknown' ? 'NodeStatusUnknown' : 'KubeletReady', message: ready === 'Unknown' ? 'Kubelet stopped posting node status.' : 'kubelet is posting ready status' }] },
  })
}

function workload(name: string, hash: string, replicas: number, ready: number): ObjectChange[] {
  const selector = { matchLabels: { app: name } }
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'api', image: `shop/${name}:2.3`, resources: {} }] } }
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid: `uid-deployments-shop-${name}`, controller: true }
  return [
    objectChange('deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop', generation: 1, annotations: { 'deployment.kubernetes.io/revision': '1' } }, spec: { replicas, selector, template, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } }, status: { replicas, readyReplicas: ready, updatedReplicas: replicas, availableReplicas: ready, conditions: [{ type: 'Available', status: ready > 1 ? 'True' : 'False', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }] } }),
    objectChange('replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: `${name}-${hash}`, namespace: 'shop', annotations: { 'deployment.kubernetes.io/revision': '1' }, ownerReferences: [owner] }, spec: { replicas, selector, template }, status: { replicas, readyReplicas: ready } }),
  ]
}

function service(name: string, type: string, ip: string, endpoints: readonly [string, boolean][]): ObjectChange[] {
  return [
    objectChange('services', { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec: { type, clusterIP: ip, selector: { app: name }, sessionAffinity: 'None', ports: [{ port: type === 'LoadBalancer' ? 80 : 8080, protocol: 'TCP', targetPort: 8080 }] }, status: { loadBalancer: type === 'LoadBalancer' ? { ingress: [{ ip: '203.0.113.10' }] } : {} } }),
    objectChange('endpointslices', { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: `${name}-abcde`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } }, addressType: 'IPv4', endpoints: endpoints.map(([pod, ready]) => ({ addresses: ['10.244.1.7'], conditions: { ready, serving: ready, terminating: false }, targetRef: { kind: 'Pod', namespace: 'shop', name: pod } })) }),
  ]
}

function eventOf(name: string, kind: string, about: string, reason: string, message: string, type = 'Normal', count = 1): ObjectChange {
  return objectChange('events', { apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: kind === 'Node' ? 'default' : 'shop' }, involvedObject: { kind, name: about, namespace: kind === 'Node' ? undefined : 'shop' }, reason, message, type, count, lastTimestamp: formatTime(start + 360_000), source: { component: 'kubelet' } })
}

/** The shop in trouble: one machine lost, one pod without room, one crashing, one pulling. */
export function shopBatch(now = 375_200): Batch {
  const lost = { node: 'worker-2', ready: false, leavingAt: 402_400 }
  const changes = [
    nodeChange('control-plane-1', 'zone-a'), nodeChange('worker-1', 'zone-a'), nodeChange('worker-2', 'zone-b', 'Unknown', 72_400), nodeChange('worker-3', 'zone-a'),
    ...workload('web', '5f6d', 3, 2), ...workload('catalog', '7d9c', 3, 2), ...workload('cart', '6b7f', 3, 2), ...workload('checkout', '84cd', 1, 1), ...workload('mail', '58d4', 1, 0),
    podChange('web-5f6d-2xk9p', { node: 'worker-1', restarts: 2 }), podChange('web-5f6d-hh2lm', { node: 'worker-1' }), podChange('catalog-7d9c-m4wzt', { node: 'worker-1', cpu: '900m' }),
    podChange('cart-6b7f-ss8dk', { node: 'worker-1', cpu: '900m' }), podChange('catalog-7d9c-q7xkz', { node: 'worker-1', cpu: '900m', ready: false, state: { waiting: { reason: 'ContainerCreating' } } }), podChange('checkout-84cd-7kq2s', { node: 'worker-1' }),
    podChange('catalog-7d9c-x0p2c', { node: 'worker-3' }), podChange('cart-6b7f-9vj5q', { node: 'worker-3' }), podChange('web-5f6d-8kx2p', { node: 'worker-3', ready: false }),
    podChange('mail-58d4-tq6gh', { node: 'worker-3', ready: false, restarts: 3, state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } }, lastState: { terminated: { exitCode: 1, reason: 'Error' } } }),
    podChange('web-5f6d-lq8rn', lost), podChange('catalog-7d9c-9tq4m', lost), podChange('cart-6b7f-d2m7x', lost),
    podChange('cart-6b7f-zz41w', { message: '0/4 nodes are available: 2 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: 0/4 nodes are available.' }),
    ...['worker-1', 'worker-2', 'worker-3', 'control-plane-1'].map((node) => podChange(`kube-proxy-${node}`, { node, owner: 'kube-proxy', namespace: 'kube-system', cpu: '0', memory: '0' })),
    ...service('web', 'LoadBalancer', '10.96.3.1', [['web-5f6d-2xk9p', true], ['web-5f6d-hh2lm', true], ['web-5f6d-8kx2p', false]]),
    ...service('catalog', 'ClusterIP', '10.96.14.7', [['catalog-7d9c-m4wzt', true], ['catalog-7d9c-x0p2c', true], ['catalog-7d9c-q7xkz', false]]),
    ...service('cart', 'ClusterIP', '10.96.31.2', [['cart-6b7f-ss8dk', true], ['cart-6b7f-9vj5q', true]]),
    eventOf('e1', 'Pod', 'mail-58d4-tq6gh', 'BackOff', 'Back-off restarting failed container api in pod mail-58d4-tq6gh_shop', 'Warning', 7),
    eventOf('e2', 'Pod', 'catalog-7d9c-q7xkz', 'Scheduled', 'Successfully assigned shop/catalog-7d9c-q7xkz to worker-1'),
    eventOf('e3', 'Pod', 'catalog-7d9c-q7xkz', 'Pulling', 'Pulling image "shop/catalog:2.3"'),
    eventOf('e4', 'Node', 'worker-2', 'NodeNotReady', 'Node worker-2 status is now: NodeNotReady'),
  ]
  return batchOf(changes, {
    fresh: true, now, countdowns: shopCountdowns(now), machines: shopMachines, components: shopComponents, commands: [{ at: 22_000, command: { kind: 'power-off', node: 'worker-2' } }],
    trace: [
      { id: 1, at: 22_000, cause: 0, kind: 'command', author: 'user', what: 'power-off worker-2', about: 'nodes/worker-2' },
      { id: 2, at: 372_400, cause: 1, kind: 'write', author: 'kube-controller-manager', what: 'create pods shop/catalog-7d9c-q7xkz', about: 'pods/shop/catalog-7d9c-q7xkz' },
      { id: 3, at: 372_500, cause: 2, kind: 'decision', author: 'kube-scheduler', what: 'bind shop/catalog-7d9c-q7xkz to worker-1', about: 'pods/shop/catalog-7d9c-q7xkz' },
    ],
  })
}

function shopCountdowns(now: number): Countdown[] {
  return [
    { kind: 'pull', about: 'pods/shop/catalog-7d9c-q7xkz', container: 'api', since: now - 7000, due: now + 3000 },
    { kind: 'probe', about: 'pods/shop/web-5f6d-8kx2p', container: 'api', since: now - 5000, due: now + 5000 },
    { kind: 'backOff', about: 'pods/shop/mail-58d4-tq6gh', container: 'api', since: now - 26_000, due: now + 14_000 },
  ]
}

const shopMachines: MachineState[] = [
  { name: 'control-plane-1', power: 'on', network: 'connected', since: 0 }, { name: 'worker-1', power: 'on', network: 'connected', since: 0 },
  { name: 'worker-2', power: 'off', network: 'connected', since: 22_000 }, { name: 'worker-3', power: 'on', network: 'connected', since: 0 },
]

const shopComponents: ComponentState[] = [
  { name: 'etcd', node: 'control-plane-1', state: 'running', since: 0, fact: 'revision 1482' }, { name: 'kube-apiserver', node: 'control-plane-1', state: 'running', since: 0, fact: '14 requests/s' },
  { name: 'kube-scheduler', node: 'control-plane-1', state: 'running', since: 0, fact: '1 waiting' }, { name: 'kube-controller-manager', node: 'control-plane-1', state: 'running', since: 0, fact: 'quiet' },
]
