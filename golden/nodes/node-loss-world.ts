import type { Node, Pod, Taint, Toleration } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import type { KubernetesObject } from '../../src/sim/api/objects.ts'
import type { Resource } from '../../src/sim/api/resources.ts'
import { must } from '../../src/sim/api/status.ts'
import { formatTime } from '../../src/sim/api/time.ts'
import { createClient } from '../../src/sim/client/client.ts'
import type { Client, Draft } from '../../src/sim/client/component.ts'
import { Cluster } from '../../src/sim/cluster/cluster.ts'
import type { ClusterOptions, Fault, FaultPattern } from '../../src/sim/cluster/run.ts'
import type { DisruptionPlan } from '../../src/sim/controllers/node-lifecycle/zone-state.ts'

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
  readonly labels?: Readonly<Record<string, string>>
  readonly conditions?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  /** null: an object that no kubelet stands behind. */
  readonly status?: null
}

export interface PodInput {
  readonly name: string
  readonly namespace: string
  readonly nodeName: string
  readonly ready?: boolean
  readonly tolerations: readonly Toleration[]
  readonly terminationGracePeriodSeconds: number
  readonly owner?: string
  readonly mirror?: boolean
}

const zoneLabel = 'topology.kubernetes.io/zone'
const image = 'nginx:1.27'
const ofKubelet: readonly string[] = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']
/** Taints that nobody need set: they follow from conditions. */
const ofConditions = /^node\.kubernetes\.io\/(not-ready|unreachable|unschedulable|network-unavailable|.*-pressure)$/
/** Longer than any period of renewal: a kubelet that was held still for so long is late with one. */
const held = 12_000
const patience = 120_000

/** A whole cluster with the nodes and pods of a case, watched through its API: what befalls a node befalls its machine and its real kubelet. */
export class NodeLossWorld {
  readonly cluster: Cluster
  readonly client: Client
  readonly observations: Observation[] = []
  /** By node: when the last renewal of its lease arrived. */
  readonly renewals = new Map<string, number>()
  private readonly latest = new Map<string, KubernetesObject>()
  private readonly machines: readonly NodeInput[]

  /** The nodes are named as machines are: see `onMachines`. */
  constructor(nodes: readonly NodeInput[], pods: readonly PodInput[], options: ClusterOptions = {}) {
    const machines = nodes.filter(({ status }) => status !== null)
    this.cluster = new Cluster(1, { workers: machines.length, ...options })
    this.cluster.advanceTo(0)
    this.client = createClient(this.cluster.apiServer!, 'golden', this.cluster.timeline, { latency: 0 })
    for (const resource of ['nodes', 'pods', 'events', 'leases'] as const) this.observe(resource)
    // The case's nodes are all that count: the control plane's own machine, which no case has, is left out of the count as people leave machines out.
    this.label('control-plane-1', { 'node.kubernetes.io/exclude-disruption': '' })
    for (const { name, zone, labels } of machines) this.label(name, { ...(zone !== undefined && { [zoneLabel]: zone }), ...labels })
    for (const node of machines) this.say(node, (type) => !ofKubelet.includes(type))
    for (const { name, taints = [] } of machines) this.taint(name, taints.filter(({ key }) => !ofConditions.test(key)))
    for (const { name, status } of nodes) if (status === null) this.createNode(name)
    this.machines = machines
    for (const pod of pods) this.createPod(pod)
    const allReady = () => pods.every(({ name, namespace, nodeName, mirror, ready = true }) => isReady(this.latest.get(`pods ${namespace}/${mirror ? mirrorName(name, nodeName) : name}`) as Pod | undefined) === ready)
    this.until(allReady, 'the pods are as the case has them')
    this.cluster.advanceTo(Math.ceil(this.cluster.now / 1_000) * 1_000 + held + 3_000)
  }

  get now(): number {
    return this.cluster.now
  }

  advanceTo(time: number): void {
    this.cluster.advanceTo(time)
  }

  /** Goes on, event by event, until something is so. */
  until(isSo: () => boolean, what: string): void {
    const end = this.now + patience
    while (!isSo()) if (!this.cluster.step(end)) throw new Error(`not so within ${patience} ms: ${what}`)
  }

  begin(fault: Fault): void {
    must(this.cluster.perform({ kind: 'fault', fault }))
  }

  end(fault: FaultPattern): void {
    must(this.cluster.perform({ kind: 'end-fault', fault }))
  }

  /**
   * Something befalls machines in the instant at which their last renewals have arrived; answers that instant. One machine is struck at its next
   * renewal from `due` on. Several renew together only if their kubelets are made to: held still, and let go on at `due`, they are late with one.
   */
  strikeAfterRenewal(due: number, faults: ReadonlyMap<string, Fault>): number {
    const nodes = [...faults.keys()]
    const together = nodes.length > 1
    if (together) {
      this.advanceTo(due - held)
      for (const node of nodes) this.begin({ kind: 'freeze', component: 'kubelet', node })
    }
    this.advanceTo(due)
    if (together) for (const node of nodes) this.end({ kind: 'freeze', node })
    this.until(() => nodes.every((node) => (this.renewals.get(node) ?? -1) >= due), `${nodes.join(', ')} renewed`)
    for (const fault of faults.values()) this.begin(fault)
    for (const node of this.machines) if (faults.has(node.name)) this.say(node, (type) => ofKubelet.includes(type))
    return Math.max(...nodes.map((node) => this.renewals.get(node)!))
  }

  /** The runtime stops; answers when the kubelet has told that its node is not ready. */
  stopRuntime(node: string): number {
    this.begin({ kind: 'stop', component: 'containerd', node })
    this.until(() => (this.latest.get(`nodes ${node}`) as Node).status.conditions?.find(({ type }) => type === 'Ready')?.status === 'False', `${node} is said to be not ready`)
    return this.now
  }

  /** Whether the processes in the containers of a node's pods run: they listen where they did. */
  containersRun(node: string): boolean {
    const pods = must(this.client.list('pods', 'default')).items.filter(({ spec }) => spec.nodeName === node)
    return pods.length > 0 && pods.every(({ status }) => this.cluster.machines.get(node)?.listens(status.podIP ?? '', 80))
  }

  /** What the node lifecycle controller decided last about the zones. */
  get zonePlan(): DisruptionPlan | undefined {
    return this.cluster.trace.since(0).findLast(({ what }) => what === 'planDisruption')?.detail as DisruptionPlan | undefined
  }

  /** A time of the run as objects tell it. */
  textOf(time: number): string {
    return formatTime(this.cluster.start + time)
  }

  /** A node that nobody runs. */
  createNode(name: string): void {
    must(this.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} } as unknown as Draft<'nodes'>))
  }

  private taint(name: string, taints: readonly Taint[]): void {
    if (taints.length > 0) must(this.client.patch('nodes', name, 'strategic', { spec: { taints } }))
  }

  private label(name: string, labels: Readonly<Record<string, string | null>>): void {
    if (Object.keys(labels).length > 0) must(this.client.patch('nodes', name, 'merge', { metadata: { labels } }))
  }

  /**
   * Conditions that a network plugin posts, or a kubelet under pressure. Nothing presses a machine here, so such last words of a kubelet are put
   * into its mouth when it can no longer take them back; its heartbeat stays as it is.
   */
  private say({ name, conditions = {} }: NodeInput, about: (type: string) => boolean): void {
    const now = this.textOf(this.now)
    const said = Object.entries(conditions).filter(([type]) => about(type)).map(([type, status]) => ({ type, status, reason: 'Given', message: 'given', lastHeartbeatTime: now, lastTransitionTime: now }))
    if (said.length > 0) must(this.client.patch('nodes', name, 'strategic', { status: { conditions: said } }, 'status'))
  }

  /** A pod that a controller is to own is there before its owner, which adopts it. */
  private createPod({ name, namespace, nodeName, ready, tolerations, terminationGracePeriodSeconds, owner, mirror }: PodInput): void {
    const { client } = this
    const containers = [{ name: 'app', image, ...(ready === false && { readinessProbe: { exec: { command: ['false'] } } }) }]
    const spec = { tolerations, terminationGracePeriodSeconds, containers }
    if (mirror) {
      const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: name.slice(0, -nodeName.length - 1), namespace }, spec: { terminationGracePeriodSeconds, containers } }
      return this.cluster.machines.get(nodeName)?.kubelet?.setStaticPods([manifest as unknown as Pod])
    }
    const labels = { app: name }
    // A kind that is not built can be an owner all the same: nobody acts for it.
    const isBuilt = owner === 'ReplicaSet' || owner === 'DaemonSet' || owner === 'ReplicationController'
    const ownerReferences = owner !== undefined && !isBuilt ? [{ apiVersion: 'apps/v1', kind: owner, name: `owner-of-${name}`, uid: `uid-of-${owner}`, controller: true, blockOwnerDeletion: true }] : []
    must(client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels, ownerReferences }, spec: { nodeName, ...spec } } as unknown as Draft<'pods'>))
    const common = { apiVersion: 'apps/v1', kind: owner, metadata: { name: `owner-of-${name}`, namespace } }
    const selector = { matchLabels: labels }
    if (owner === 'ReplicaSet') must(client.create('replicasets', { ...common, spec: { replicas: 1, selector, template: { metadata: { labels }, spec } } } as unknown as Draft<'replicasets'>))
    if (owner === 'ReplicationController') must(client.create('replicationcontrollers', { ...common, apiVersion: 'v1', spec: { replicas: 1, selector: labels, template: { metadata: { labels }, spec } } } as unknown as Draft<'replicationcontrollers'>))
    const here = { ...spec, nodeSelector: { 'kubernetes.io/hostname': nodeName } }
    if (owner === 'DaemonSet') must(client.create('daemonsets', { ...common, spec: { updateStrategy: { type: 'OnDelete' }, selector, template: { metadata: { labels }, spec: here } } } as unknown as Draft<'daemonsets'>))
  }

  private observe(resource: Resource): void {
    const { cluster, latest, observations, renewals } = this
    must(this.client.watch(resource, undefined, { resourceVersion: '' }, {
      event({ type, object }) {
        if (type === 'BOOKMARK' || type === 'ERROR') return
        const key = `${resource} ${keyOf(object)}`
        const old = latest.get(key)
        if (type === 'DELETED') latest.delete(key)
        else latest.set(key, object)
        if (resource !== 'leases' || type === 'DELETED') observations.push({ at: cluster.now, resource, type, object, old })
        else if (object.metadata.namespace === 'kube-node-lease') renewals.set(object.metadata.name, cluster.now)
      },
      closed() {},
    }))
  }
}

function isReady(pod: Pod | undefined): boolean | undefined {
  if (pod?.status.phase !== 'Running') return undefined
  return pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
}

/** A static pod is named for its node. */
function mirrorName(name: string, node: string): string {
  return name.endsWith(`-${node}`) ? name : `${name}-${node}`
}
