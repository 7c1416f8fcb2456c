import type { DaemonSet, Deployment, Endpoints, EndpointSlice, Node, Pod, ReplicaSet, ReplicationController, Service } from '../../src/sim/api/generated/types.ts'
import { matchesLabelSelector } from '../../src/sim/api/labels.ts'
import { matchRequiredNodeAffinity } from '../../src/sim/api/node-affinity.ts'
import { controllerOf, keyOf, type KubernetesObject } from '../../src/sim/api/objects.ts'
import { podRequests } from '../../src/sim/api/pod-resources.ts'
import { milliValue, scaledValue } from '../../src/sim/api/quantity.ts'
import type { Cluster } from '../../src/sim/cluster/cluster.ts'
import type { KeyValue } from '../../src/sim/etcd/store.ts'

type Fail = (invariant: number, message: string) => never

/** What must be so when all faults are healed and every timer has run out: rows 37, 50, 54, 74, 78, 84, 96, 98 and 103. */
export function checkRest(cluster: Cluster, fail: Fail): void {
  const stored = (cluster.store.range('') as KeyValue<KubernetesObject>[]).map(({ value }) => value!)
  const all = <T>(kind: string): T[] => stored.filter((object) => object.kind === kind) as unknown as T[]
  // Pods that a kubelet has refused stay as they are; their owners have made others.
  const pods = all<Pod>('Pod').filter((pod) => pod.status.phase !== 'Failed' || !controllerOf(pod))
  const found = all<Node>('Node')
  orphans(stored, fail)
  nodes(found, pods, fail)
  for (const pod of pods) if (pod.metadata.deletionTimestamp) fail(103, `pod ${keyOf(pod)} is still being deleted`)
  // One that somebody has called failed before it had a node gets none any more: the scheduler does not see it (NewInformerFactory).
  for (const pod of pods) if (!pod.spec.nodeName && !isOver(pod)) waiting(pod, found, pods, fail)
  const sets = all<ReplicaSet>('ReplicaSet')
  const controllers = all<ReplicationController>('ReplicationController').map((controller) => ({ ...controller, spec: { ...controller.spec, selector: { matchLabels: controller.spec.selector } } }))
  replicas([...sets, ...controllers], pods, fail)
  rollouts(all<Deployment>('Deployment'), sets, pods, fail)
  daemons(all<DaemonSet>('DaemonSet'), found, pods, fail)
  endpoints(cluster, all<Service>('Service'), [...all<EndpointSlice>('EndpointSlice').map(readyOfSlice), ...all<Endpoints>('Endpoints').map(readyOfEndpoints)], pods, fail)
}

/** 90: for as long as that nothing may have been written, but heartbeats and what restless pods tell. */
export function checkSilence(cluster: Cluster, writes: ReadonlyMap<string, number>, since: number, fail: Fail): void {
  const pods = (cluster.store.range('/registry/pods/') as KeyValue<KubernetesObject>[]).map(({ value }) => value as Pod)
  const restless = pods.some(isRestless)
  for (const [key, at] of writes) {
    if (key.startsWith('/registry/leases/') || key.startsWith('/registry/minions/')) continue
    if (at > since && !(restless && key.includes('/default/'))) fail(90, `${key} was still written at ${at}`)
  }
}

/** 37: whoever has owners has a living one, by uid. */
function orphans(stored: readonly KubernetesObject[], fail: Fail): void {
  const alive = new Set(stored.map(({ metadata }) => metadata.uid))
  for (const object of stored) {
    const owners = object.metadata.ownerReferences ?? []
    if (owners.length > 0 && !owners.some(({ uid }) => alive.has(uid))) fail(37, `${object.kind} ${keyOf(object)} outlives its owner ${owners[0]!.name}`)
    if (object.metadata.deletionTimestamp) fail(103, `${object.kind} ${keyOf(object)} is still being deleted`)
  }
}

function nodes(found: readonly Node[], pods: readonly Pod[], fail: Fail): void {
  for (const { metadata, status, spec } of found) {
    const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status
    if (ready !== 'True') fail(103, `node ${metadata.name} has Ready=${ready}`)
    const taint = spec.taints?.find(({ key }) => key.startsWith('node.kubernetes.io/'))
    if (taint) fail(54, `node ${metadata.name} is Ready and still has the taint ${taint.key}`)
  }
  for (const pod of pods) {
    if (pod.metadata.namespace !== 'kube-system') continue
    if (!isReady(pod)) fail(103, `pod ${keyOf(pod)} of the system is not ready: ${pod.status.phase}`)
  }
  const mirrors = pods.filter((pod) => pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined)
  if (mirrors.length !== 4) fail(103, `${mirrors.length} static pods are known, there are 4`)
}

/** 50: who waits waits because no node has room for it. */
function waiting(pod: Pod, found: readonly Node[], pods: readonly Pod[], fail: Fail): void {
  if (pod.spec.affinity?.podAntiAffinity || pod.spec.topologySpreadConstraints || pod.spec.containers.some(({ ports }) => ports?.some(({ hostPort }) => hostPort))) return
  const cpuOf = (each: Pod) => Number(scaledValue(podRequests(each.spec).get('cpu') ?? { unscaled: 0n, exponent: 0, format: 'DecimalSI', isDecimal: false }, -3))
  for (const { metadata, spec, status } of found) {
    if (spec.taints?.length || spec.unschedulable || !matchRequiredNodeAffinity(pod.spec, { name: metadata.name, labels: metadata.labels ?? {} }).matches) continue
    const used = pods.filter((other) => other.spec.nodeName === metadata.name && !isOver(other)).reduce((sum, other) => sum + cpuOf(other), 0)
    if (used + cpuOf(pod) <= milliValue(status.allocatable?.['cpu'] ?? '0')) fail(50, `pod ${keyOf(pod)} waits, and ${metadata.name} has room for it`)
  }
}

function replicas(sets: readonly (KubernetesObject & Pick<ReplicaSet, 'spec' | 'status'>)[], pods: readonly Pod[], fail: Fail): void {
  for (const set of sets) {
    const own = pods.filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && !isOver(pod))
    if (own.length !== set.spec.replicas) fail(74, `${set.kind} ${keyOf(set)} wants ${set.spec.replicas} pods and has ${own.length}`)
    const ready = own.filter(isReady).length
    if ((set.status.readyReplicas ?? 0) !== ready && !own.some(isRestless)) fail(74, `${set.kind} ${keyOf(set)} says that ${set.status.readyReplicas} pods are ready, ${ready} are`)
    const orphan = pods.find((pod) => pod.metadata.namespace === set.metadata.namespace && !controllerOf(pod) && matchesLabelSelector(set.spec.selector, pod.metadata.labels) && pod.status.phase === 'Running')
    if (orphan) fail(74, `pod ${keyOf(orphan)} has no controller, and ${set.kind} ${keyOf(set)} selects it`)
  }
}

function rollouts(deployments: readonly Deployment[], sets: readonly ReplicaSet[], pods: readonly Pod[], fail: Fail): void {
  for (const deployment of deployments) {
    const own = sets.filter((set) => controllerOf(set)?.uid === deployment.metadata.uid)
    const theirs = pods.filter((pod) => own.some((set) => set.metadata.uid === controllerOf(pod)?.uid))
    const { replicas } = deployment.spec
    const active = own.filter((set) => set.spec.replicas > 0)
    if (active.length > 1) fail(103, `Deployment ${keyOf(deployment)} still has ${active.length} active sets`)
    if (theirs.length !== replicas || !theirs.every(isReady)) fail(103, `Deployment ${keyOf(deployment)} wants ${replicas} pods; ${theirs.filter(isReady).length} of ${theirs.length} are ready`)
    if ((deployment.status.availableReplicas ?? 0) !== replicas || (deployment.status.updatedReplicas ?? 0) !== replicas) fail(103, `Deployment ${keyOf(deployment)} of ${replicas} says ${JSON.stringify(deployment.status)}`)
    if (own.length > (deployment.spec.revisionHistoryLimit ?? 10) + 1) fail(78, `Deployment ${keyOf(deployment)} keeps ${own.length} sets`)
  }
}

/** 84: one pod on every node that may have it. */
function daemons(sets: readonly DaemonSet[], found: readonly Node[], pods: readonly Pod[], fail: Fail): void {
  for (const set of sets) {
    const everywhere = set.spec.template.spec.tolerations?.some(({ key, operator }) => key === undefined && operator === 'Exists') === true
    const stray = pods.find((pod) => controllerOf(pod)?.uid === set.metadata.uid && !pod.spec.nodeName && found.some(({ metadata, spec }) => metadata.name === daemonNodeOf(pod) && !everywhere && spec.taints?.some(({ effect }) => effect === 'NoSchedule')))
    if (stray) fail(84, `DaemonSet ${keyOf(set)} has made ${keyOf(stray)} for a node that it does not tolerate`)
    for (const { metadata, spec } of found) {
      const isEligible = everywhere || !spec.taints?.some(({ effect }) => effect === 'NoSchedule')
      const own = pods.filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && pod.spec.nodeName === metadata.name)
      if (own.length !== (isEligible ? 1 : 0) && !pods.some((pod) => controllerOf(pod)?.uid === set.metadata.uid && !pod.spec.nodeName)) fail(84, `DaemonSet ${keyOf(set)} has ${own.length} pods on ${metadata.name}`)
    }
  }
}

/** The node that a daemon pod is meant for. */
function daemonNodeOf({ spec }: Pod): string | undefined {
  return spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0]
}

/** 96 and 98: the ready endpoints of a Service are the ready pods it selects, and a request to it is answered if and only if there is one. */
function endpoints(cluster: Cluster, services: readonly Service[], all: readonly ReadyAddresses[], pods: readonly Pod[], fail: Fail): void {
  for (const service of services) {
    const selector = Object.entries(service.spec.selector ?? {})
    if (selector.length === 0) continue
    const { namespace } = service.metadata
    const due = pods.filter((pod) => pod.metadata.namespace === namespace && selector.every(([key, value]) => pod.metadata.labels?.[key] === value) && isReady(pod))
    const wanted = due.map(({ status }) => status.podIP).sort().join()
    for (const kind of ['EndpointSlice', 'Endpoints']) {
      const has = all.filter((told) => told.kind === kind && told.service === keyOf(service)).flatMap(({ addresses }) => addresses).sort().join()
      if (wanted !== has && !pods.some((pod) => pod.metadata.namespace === namespace && isRestless(pod))) fail(96, `Service ${keyOf(service)} has the endpoints ${has} in its ${kind}, ready are ${wanted}`)
    }
    const from = pods.find((pod) => pod.metadata.namespace === 'default' && isReady(pod))
    if (namespace !== 'default' || !from) continue
    const route = cluster.ask({ kind: 'route', service: keyOf(service), from: keyOf(from) })
    const answered = route.ok && (route.value as { ok: boolean }).ok
    if (answered !== due.length > 0) fail(98, `a request to Service ${keyOf(service)} is ${answered ? '' : 'not '}answered, it has ${due.length} endpoints`)
  }
}

/** What one object tells of a Service. */
interface ReadyAddresses {
  readonly kind: string
  readonly service: string
  readonly addresses: readonly string[]
}

function readyOfSlice({ kind, metadata: { namespace, labels }, endpoints: told = [] }: EndpointSlice): ReadyAddresses {
  return { kind, service: `${namespace}/${labels?.['kubernetes.io/service-name']}`, addresses: told.filter(({ conditions }) => conditions?.ready).flatMap(({ addresses }) => addresses) }
}

/** Each address once, however many sets of ports it serves. */
function readyOfEndpoints({ kind, metadata, subsets = [] }: Endpoints): ReadyAddresses {
  return { kind, service: keyOf({ metadata }), addresses: [...new Set(subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)))] }
}

function isOver({ status: { phase } }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
}

/** Its containers end again and again, or it waits for an image that does not come, or for room. */
function isRestless({ spec, status }: Pod): boolean {
  if (status.phase === 'Pending') return true
  return spec.containers.some(({ command = [] }) => command.some((word) => word.includes('exit')))
}
