import type { Endpoints, EndpointSlice, Node, Pod, ReplicaSet } from '../src/sim/api/generated/types.ts'
import type { KubernetesObject } from '../src/sim/api/objects.ts'
import type { Cluster } from '../src/sim/cluster/cluster.ts'
import type { KeyValue } from '../src/sim/etcd/store.ts'
import { canonicalJson } from '../src/sim/kernel/hash.ts'

/** What two runs may differ in: times, identities, chance, place and history. */
const accidental = new Set([
  'uid', 'resourceVersion', 'creationTimestamp', 'generation', 'observedGeneration', 'startTime', 'startedAt', 'finishedAt', 'lastTransitionTime', 'lastUpdateTime', 'lastProbeTime', 'lastHeartbeatTime',
  'renewTime', 'acquireTime', 'leaseTransitions', 'holderIdentity', 'nodeName', 'hostIP', 'hostIPs', 'podIP', 'podIPs', 'clusterIP', 'clusterIPs', 'nodePort', 'podCIDR', 'podCIDRs', 'addresses', 'containerID', 'imageID', 'restartCount',
  'lastState', 'nodeInfo', 'images', 'message', 'managedFields', 'collisionCount', 'terminatingReplicas', 'volumeMounts', 'nominatedNodeName', 'resources', 'allocatedResources',
])

/** Annotations and labels that tell of a time, a history, or a generated name. */
const accidentalLabels = [/^kubectl\.kubernetes\.io\//, /^deployment\.kubernetes\.io\//, /^deprecated\./, /^pod-template-hash$/, /^controller-revision-hash$/, /^pod-template-generation$/, /^kubernetes\.io\/config\./, /^endpoints\.kubernetes\.io\//, /^touched$/, /^was$/, /^node\.alpha\./, /^volumes\./]

/** The cluster in the end, one line for each thing there is, modulo names, uids, times and the choice of nodes. Row 103. */
export function endState(cluster: Cluster): string[] {
  const stored = (cluster.store.range('') as KeyValue<KubernetesObject>[]).map(({ value }) => value!)
  return stored.flatMap((object) => lineOf(object)).sort()
}

/** What is in one and not in the other; empty: they are the same. */
export function differences(due: readonly string[], found: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const line of due) left.set(line, (left.get(line) ?? 0) + 1)
  for (const line of found) left.set(line, (left.get(line) ?? 0) - 1)
  const differ = [...left].filter(([, count]) => count !== 0)
  return differ.map(([line, count]) => {
    const head = line.slice(0, line.indexOf('{'))
    const other = differ.find(([candidate, its]) => candidate.startsWith(head) && Math.sign(its) === -Math.sign(count))?.[0]
    return `${count > 0 ? 'missing' : 'too much'} (${Math.abs(count)}): ${head}${other === undefined ? '' : ` … ${parting(line, other)}`}`
  })
}

/** What stands where two texts part, and a little before. */
function parting(text: string, other: string): string {
  let at = 0
  while (at < text.length && text[at] === other[at]) at += 1
  return text.slice(Math.max(0, at - 60), at + 120)
}

function lineOf(object: KubernetesObject): string[] {
  // Past templates and what was told are history; heartbeats are no state.
  if (object.kind === 'Event' || object.kind === 'Lease' || (object.kind === 'ReplicaSet' && (object as ReplicaSet).spec.replicas === 0)) return []
  const owner = object.metadata.ownerReferences?.[0]
  // What a kubelet has refused stays, and its owner has made another, or has let it go since.
  if (object.kind === 'Pod' && (owner || object.metadata.generateName) && (object as Pod).status.phase === 'Failed') return []
  const generated = owner && object.kind !== 'Lease' && object.kind !== 'ConfigMap'
  const name = generated ? `of ${owner.kind} ${owner.kind === 'ReplicaSet' ? owner.name.replace(/-[a-z0-9]{5,10}$/, '') : owner.name}` : (object.metadata.generateName ?? object.metadata.name)
  return [`${object.kind} ${object.metadata.namespace ?? ''}/${name} ${canonicalJson(essence(object))}`]
}

function essence(object: KubernetesObject): unknown {
  if (object.kind === 'EndpointSlice') return ((object as EndpointSlice).endpoints ?? []).map(({ conditions }) => canonicalJson(conditions)).sort()
  if (object.kind === 'Endpoints') return ((object as Endpoints).subsets ?? []).map(({ addresses = [], notReadyAddresses = [], ports }) => canonicalJson([addresses.length, notReadyAddresses.length, ports])).sort()
  if (object.kind === 'Node') {
    const { spec, status, metadata } = object as Node
    return stripped({ labels: metadata.labels, taints: spec.taints, unschedulable: spec.unschedulable, conditions: status.conditions, allocatable: status.allocatable, capacity: status.capacity })
  }
  const { metadata, ...rest } = object as KubernetesObject & { readonly status?: object }
  const { labels = {}, annotations = {}, finalizers } = metadata
  if (object.kind !== 'Pod') return stripped({ ...rest, labels, annotations, finalizers })
  // A daemon's pod names its node in its affinity, and where a pod's volume of credentials is called is chance.
  const { spec, status } = object as Pod
  const { affinity: _affinity, volumes: _volumes, ...wanted } = spec
  // An eviction that was told and could not be carried out leaves its condition.
  const conditions = status.conditions?.filter(({ type }) => type !== 'DisruptionTarget')
  return stripped({ labels, annotations, finalizers, spec: wanted, status: { ...status, conditions } })
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped)
  if (typeof value !== 'object' || value === null) return value
  const kept: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined || accidental.has(key) || accidentalLabels.some((pattern) => pattern.test(key))) continue
    const clean = stripped(inner)
    if (typeof clean === 'object' && clean !== null && Object.keys(clean).length === 0) continue
    kept[key] = key === 'conditions' && Array.isArray(clean) ? clean.map((each) => canonicalJson(each)).sort() : clean
  }
  return kept
}
