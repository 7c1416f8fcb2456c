import type { Event, Node, Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import type { KubernetesObject } from '../../src/sim/api/objects.ts'
import type { Resource } from '../../src/sim/api/resources.ts'
import { must } from '../../src/sim/api/status.ts'
import { createWallClock, parseTime } from '../../src/sim/api/time.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import { startNodeLifecycleController } from '../../src/sim/controllers/node-lifecycle/node-lifecycle-controller.ts'
import { startPodGarbageCollector } from '../../src/sim/controllers/pod-garbage-collector/pod-garbage-collector.ts'
import { startReplicaSetController } from '../../src/sim/controllers/replica-set/replica-set-controller.ts'
import { startTaintEvictionController } from '../../src/sim/controllers/taint-eviction/taint-eviction-controller.ts'

/** One change that the API server told of. */
export interface Observation {
  readonly at: number
  readonly resource: Resource
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubernetesObject
  readonly old: KubernetesObject | undefined
}

export interface NodeInput {
  readonly name: string
  readonly zone?: string
  readonly conditions?: Readonly<Record<string, string>>
  readonly taints?: readonly object[]
  /** null: it never posted one. */
  readonly status?: null
}

export interface PodInput {
  readonly name: string
  readonly namespace: string
  readonly nodeName: string
  readonly tolerations: readonly object[]
  readonly terminationGracePeriodSeconds: number
  readonly owner?: string
  readonly mirror?: boolean
}

/** Whole seconds, as creation times are, and not in step with the passes of the controllers. */
export const startOfCase = 102_000
const renewPeriod = 10_000
const healthy: Readonly<Record<string, readonly [status: string, reason: string, message: string]>> = {
  MemoryPressure: ['False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  DiskPressure: ['False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  PIDPressure: ['False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  Ready: ['True', 'KubeletReady', 'kubelet is posting ready status'],
}

/** The controllers around a lost node, on a real API server; the kubelets are played: they renew leases, post conditions and end pods. */
export class NodeLossWorld {
  readonly cluster = createTestCluster()
  readonly observations: Observation[] = []
  private readonly wall = createWallClock(this.cluster.timeline, parseTime('2026-01-01T09:00:00Z') ?? 0)
  private readonly alive = new Set<string>()
  private readonly latest = new Map<string, KubernetesObject>()

  constructor(nodes: readonly NodeInput[], pods: readonly PodInput[]) {
    for (const resource of ['nodes', 'pods', 'events', 'leases'] as const) this.observe(resource)
    for (const node of nodes) this.createNode(node)
    for (const pod of pods) this.createPod(pod)
    // Alone in their process: no event is late because of another controller's.
    this.cluster.component('node-controller', startNodeLifecycleController)
    this.cluster.component('taint-eviction-controller', startTaintEvictionController)
    this.cluster.component('pod-garbage-collector', startPodGarbageCollector)
    if (pods.some(({ owner }) => owner === 'ReplicaSet')) this.cluster.component('replicaset-controller', startReplicaSetController)
    this.renewAll()
  }

  at(time: number, run: () => void): void {
    this.cluster.timeline.at(startOfCase + time, 'golden input', run)
  }

  /** The node is silent after a last renewal, now. */
  silence(name: string): void {
    if (this.alive.delete(name)) this.renew(name)
  }

  renewAgain(name: string): void {
    this.alive.add(name)
    this.renew(name)
  }

  /** The kubelet is back: it posts, ends what is to go, and says how the rest does. */
  comeBack(name: string): void {
    this.renewAgain(name)
    this.post(name, {})
    this.cluster.timeline.after(1_000, 'played kubelet', () => {
      for (const pod of this.cluster.list('pods').filter(({ spec }) => spec.nodeName === name)) {
        if (pod.metadata.deletionTimestamp !== undefined) must(this.cluster.client.delete('pods', keyOf(pod), { gracePeriodSeconds: 0 }))
        else this.postPod(pod)
      }
    })
  }

  post(name: string, changes: Readonly<Record<string, readonly [status: string, reason: string, message: string]>>): void {
    const node = must(this.cluster.client.get('nodes', name))
    const now = this.wall.time()
    const posted = Object.entries({ ...healthy, ...changes }).map(([type, [status, reason, message]]) => {
      const old = node.status.conditions?.find((condition) => condition.type === type)
      return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: old?.status === status ? old.lastTransitionTime : now }
    })
    const others = (node.status.conditions ?? []).filter(({ type }) => !posted.some((condition) => condition.type === type))
    must(this.cluster.client.updateStatus('nodes', { ...node, status: { ...node.status, conditions: [...others, ...posted] } } as Node))
  }

  createNode({ name, zone, conditions = {}, taints = [], status }: NodeInput): void {
    const labels = { 'kubernetes.io/hostname': name, ...(zone !== undefined && { 'topology.kubernetes.io/zone': zone }) }
    must(this.cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } } as unknown as Draft<'nodes'>))
    if (status === null) return
    this.post(name, Object.fromEntries(Object.entries(conditions).map(([type, value]) => [type, [value, 'Given', 'given'] as const])))
    must(this.cluster.client.create('leases', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease' }, spec: { holderIdentity: name, renewTime: this.wall.microTime(), leaseDurationSeconds: 40 } }))
    this.alive.add(name)
  }

  private createPod(input: PodInput): void {
    const { name, namespace, nodeName, tolerations, terminationGracePeriodSeconds, owner, mirror } = input
    const { client } = this.cluster
    const labels = { app: name }
    const containers = [{ name: 'app', image: 'app' }]
    let uid = `uid-of-${owner}`
    if (owner === 'ReplicaSet') {
      const spec = { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } }
      uid = must(client.create('replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'owner', namespace }, spec } as unknown as Draft<'replicasets'>)).metadata.uid
    }
    const ownerReferences = owner ? [{ apiVersion: 'apps/v1', kind: owner, name: 'owner', uid, controller: true, blockOwnerDeletion: true }] : []
    const annotations = mirror ? { 'kubernetes.io/config.mirror': 'x' } : {}
    const draft = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels, ownerReferences, annotations }, spec: { nodeName, tolerations, terminationGracePeriodSeconds, containers } }
    this.postPod(must(client.create('pods', draft as unknown as Draft<'pods'>)))
  }

  private postPod(pod: Pod): void {
    const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => {
      const old = pod.status.conditions?.find((condition) => condition.type === type)
      return old?.status === 'True' ? old : { type, status: 'True', lastTransitionTime: this.wall.time() }
    })
    const status = { ...pod.status, phase: 'Running', podIP: '10.244.1.2', podIPs: [{ ip: '10.244.1.2' }], conditions }
    must(this.cluster.client.updateStatus('pods', { ...pod, status }))
  }

  private renewAll(): void {
    for (const name of this.alive) this.renew(name)
    this.cluster.timeline.after(renewPeriod, 'played kubelets renew their leases', () => this.renewAll())
  }

  private renew(name: string): void {
    must(this.cluster.client.patch('leases', `kube-node-lease/${name}`, 'merge', { spec: { renewTime: this.wall.microTime() } }))
  }

  private observe(resource: Resource): void {
    const { cluster, latest, observations } = this
    must(cluster.client.watch(resource, undefined, { resourceVersion: '' }, {
      event({ type, object }) {
        if (type === 'BOOKMARK' || type === 'ERROR') return
        const key = `${resource} ${keyOf(object)}`
        const old = latest.get(key)
        if (type === 'DELETED') latest.delete(key)
        else latest.set(key, object)
        if (resource !== 'leases' || type === 'DELETED') observations.push({ at: cluster.timeline.now - startOfCase, resource, type, object, old })
      },
      closed() {},
    }))
  }
}

/** Who reported an event. */
export function reporterOf(event: Event): string | undefined {
  return event.source?.component || event.reportingComponent
}
