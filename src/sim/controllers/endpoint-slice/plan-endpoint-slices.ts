import type { EndpointSlice, Node, Pod, Service } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import { endpointIdentity, portsKey } from '../endpoint-identity.ts'
import { canBeReached } from '../service-pods.ts'
import { removeHints } from './endpoint-hints.ts'
import { addressTypesOf, endpointOf, portsOf } from './endpoint-of-pod.ts'
import type { AddressType } from './endpoint-of-pod.ts'
import { packEndpoints } from './pack-endpoints.ts'
import type { PortGroup } from './pack-endpoints.ts'
import { isOwnedBy, newSlice, sliceLabels } from './slice-draft.ts'
import type { PreparedPod, PreparedPods } from './prepared-pods.ts'
import type { SliceDraft } from './slice-draft.ts'
import { addTopologyHints, hintsDisabled, usesTopologyMode } from './topology-hints.ts'
import type { SliceEvent, TopologyCache } from './topology-hints.ts'
import { hintToSameZone, trafficDistributionOf } from './traffic-distribution.ts'

/** All that a pass over one Service looks at. */
export interface SliceState {
  readonly service: Service
  /** The pods that the Service selects. */
  readonly pods: readonly Pod[]
  readonly existing: readonly EndpointSlice[]
  readonly nodeOf: (name: string) => Node | undefined
  readonly maxEndpointsPerSlice: number
  /** What the pass before this one made of the same pods. */
  readonly prepared?: PreparedPods
}

/** What a pass over one Service decided. */
export interface SlicePlan {
  readonly create: readonly SliceDraft[]
  readonly update: readonly SliceDraft[]
  readonly delete: readonly EndpointSlice[]
  readonly events: readonly SliceEvent[]
  /** Pods that had to be left out; the pass is made again later. */
  readonly errors: readonly string[]
}

/** Decides which slices a Service needs, family by family; only the cache of topology hints remembers anything. */
export function planEndpointSlices(state: SliceState, topology: TopologyCache): SlicePlan {
  const { service, existing } = state
  const addressTypes = addressTypesOf(service)
  const foreign = existing.filter((slice) => !addressTypes.includes(slice.addressType as AddressType))
  for (const slice of foreign) topology.remove(keyOf(service), slice.addressType as AddressType)
  const plans = addressTypes.map((type) => planFamily({ ...state, existing: existing.filter((slice) => slice.addressType === type) }, type, topology))
  return {
    create: plans.flatMap((plan) => plan.create),
    update: plans.flatMap((plan) => plan.update),
    delete: [...plans.flatMap((plan) => plan.delete), ...foreign],
    events: plans.flatMap((plan) => plan.events),
    // Both families leave out the same pods: an aggregate says it once.
    errors: [...new Set(plans.flatMap((plan) => plan.errors))],
  }
}

function planFamily(state: SliceState, addressType: AddressType, topology: TopologyCache): SlicePlan {
  const { service, existing, maxEndpointsPerSlice } = state
  const { groups, errors } = desiredGroups(state, addressType)
  const { byPorts, strange } = groupExisting(service, existing)
  const create: SliceDraft[] = []
  const update: SliceDraft[] = []
  const obsolete: EndpointSlice[] = [...strange]
  for (const [ports, group] of groups) {
    const changes = packEndpoints(service, byPorts.get(ports) ?? [], group, maxEndpointsPerSlice)
    create.push(...changes.create)
    update.push(...changes.update)
    obsolete.push(...changes.delete)
  }
  for (const [ports, slices] of byPorts) if (!groups.has(ports)) obsolete.push(...slices)
  if (existing.length === obsolete.length && create.length === 0) {
    if (obsolete.length === 1 && isPlaceholder(obsolete[0]!, service, addressType)) obsolete.length = 0
    else create.push(newSlice(service, addressType, []))
  }
  const changed = new Set([...update.map(({ name }) => name), ...obsolete.map(({ metadata }) => metadata.name)])
  const unchanged = existing.filter(({ metadata }) => !changed.has(metadata.name))
  const hints = giveHints(service, { service: keyOf(service), addressType, create, update, unchanged }, topology)
  return { ...reuseObsolete(service, create, hints.update, obsolete), events: hints.events, errors }
}

/** The endpoints there should be, grouped by the ports they are reached at. */
function desiredGroups({ service, pods, nodeOf, prepared }: SliceState, addressType: AddressType) {
  const groups = new Map<string, PortGroup>()
  const errors: string[] = []
  const preparePod = (pod: Pod, before?: PreparedPod): PreparedPod | undefined => {
    if (!before && !canBeReached(pod)) return undefined
    const node = nodeOf(pod.spec.nodeName ?? '')
    return before && before.node === node ? before : prepare(pod, node, service, addressType)
  }
  const all = prepared ? prepared.of(service, addressType, pods, preparePod) : pods.map((pod) => preparePod(pod))
  for (const [at, ready] of all.entries()) {
    if (!ready) continue
    const { node } = ready
    let group = groups.get(ready.portsKey)
    if (!group) groups.set(ready.portsKey, (group = { addressType, ports: ready.ports, desired: new Map() }))
    if (!node && !service.spec.publishNotReadyAddresses) errors.push(skipped(pods[at]!, service))
    else if (ready.endpoint.addresses.length > 0) group.desired.set(ready.identity, ready.endpoint)
  }
  return { groups, errors }
}

function skipped({ metadata: { name }, spec: { nodeName = '' } }: Pod, service: Service): string {
  return `skipping Pod ${name} for Service ${keyOf(service)}: Node ${nodeName} Not Found`
}

function prepare(pod: Pod, node: Node | undefined, service: Service, addressType: AddressType): PreparedPod {
  const ports = portsOf(service, pod)
  const endpoint = endpointOf(pod, node, service, addressType)
  return { node, ports, portsKey: portsKey(ports), endpoint, identity: endpointIdentity(endpoint) }
}

function groupExisting(service: Service, existing: readonly EndpointSlice[]) {
  const byPorts = new Map<string, EndpointSlice[]>()
  const strange: EndpointSlice[] = []
  for (const slice of existing) {
    if (!isOwnedBy(slice, service)) {
      strange.push(slice)
      continue
    }
    const key = portsKey(slice.ports ?? [])
    const group = byPorts.get(key)
    if (group) group.push(slice)
    else byPorts.set(key, [slice])
  }
  return { byPorts, strange }
}

/** An empty slice that is as a new placeholder would be. */
function isPlaceholder(slice: EndpointSlice, service: Service, addressType: AddressType): boolean {
  const { labels = {}, namespace } = slice.metadata
  const wanted = sliceLabels(service)
  const keys = new Set([...Object.keys(labels), ...Object.keys(wanted)])
  return (
    slice.addressType === addressType && namespace === service.metadata.namespace &&
    (slice.endpoints ?? []).length === 0 && (slice.ports ?? []).length === 0 &&
    [...keys].every((key) => (labels[key] ?? '') === (wanted[key] ?? ''))
  )
}

function giveHints(service: Service, slices: Parameters<typeof addTopologyHints>[1], topology: TopologyCache) {
  if (usesTopologyMode(service)) return addTopologyHints(topology, slices)
  const wasHinted = topology.isPopulated(slices.service)
  topology.remove(slices.service, slices.addressType)
  const { create, update, unchanged, addressType } = slices
  const distribution = trafficDistributionOf(service)
  return {
    update: distribution ? hintToSameZone(distribution, create, update, unchanged) : removeHints(create, update, unchanged),
    events: wasHinted ? [hintsDisabled('Topology Aware Hints has been disabled', addressType)] : [],
  }
}

/** A slice that would be deleted is rewritten in place of a new one: one request less, and no moment without endpoints. */
function reuseObsolete(service: Service, create: readonly SliceDraft[], update: readonly SliceDraft[], obsolete: readonly EndpointSlice[]) {
  const creates = [...create]
  const updates = [...update]
  const deletes: EndpointSlice[] = []
  for (const slice of obsolete) {
    const replacement = isOwnedBy(slice, service) ? creates.pop() : undefined
    if (replacement) updates.push({ ...replacement, name: slice.metadata.name })
    else deletes.push(slice)
  }
  // A Service that is going gets no new slice: the garbage collector is removing those it has.
  return { create: service.metadata.deletionTimestamp === undefined ? creates : [], update: updates, delete: deletes }
}
