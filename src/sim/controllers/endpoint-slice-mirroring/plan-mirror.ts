import { formatAddress, parseAddress } from '../../api/addresses.ts'
import type { CoreEndpointPort, Endpoint, EndpointAddress, EndpointPort, Endpoints, EndpointSlice } from '../../api/generated/types.ts'
import { lastAppliedAnnotation } from '../../api/last-applied.ts'
import type { Labels } from '../../api/objects.ts'
import { semanticEqual } from '../../api/semantic.ts'
import type { Draft } from '../../client/component.ts'
import { endpointIdentity, portsKey, saysTheSame } from '../endpoint-identity.ts'
import { managedByLabel, serviceNameLabel, triggerTimeAnnotation } from '../service-labels.ts'

/** The value of the managed-by label of the slices that this controller keeps. */
export const controllerName = 'endpointslicemirroring-controller.k8s.io'

/** What a pass over Endpoints decided: which slices are to be made, rewritten and deleted so that they mirror them. */
export interface MirrorPlan {
  readonly create: readonly Draft<'endpointslices'>[]
  readonly update: readonly EndpointSlice[]
  readonly delete: readonly EndpointSlice[]
  /** Addresses for which there was no room. */
  readonly skipped: number
}

interface Group {
  readonly addressType: 'IPv4' | 'IPv6'
  readonly ports: readonly EndpointPort[]
  readonly desired: Map<string, Endpoint>
}

/** One slice for each family and each set of ports; of each subset at most so many addresses. */
export function planMirror(endpoints: Endpoints, existing: readonly EndpointSlice[], mostOfSubset: number): MirrorPlan {
  const { groups, skipped } = desiredGroups(endpoints, mostOfSubset)
  const left = new Set(existing)
  const wanted: { readonly slice: EndpointSlice | undefined; readonly draft: Draft<'endpointslices'> }[] = []
  const obsolete: EndpointSlice[] = []
  for (const [key, group] of groups) {
    const [first, ...others] = existing.filter((slice) => groupKey(slice.addressType, slice.ports ?? []) === key)
    for (const slice of [first, ...others]) if (slice) left.delete(slice)
    obsolete.push(...others)
    if (group.desired.size === 0) obsolete.push(...(first ? [first] : []))
    else if (!first || !isMirror(first, endpoints, group.desired)) wanted.push({ slice: first, draft: draftOf(endpoints, group, mostOfSubset) })
  }
  obsolete.push(...left)
  const create: Draft<'endpointslices'>[] = []
  const update: EndpointSlice[] = []
  for (const { slice, draft } of wanted) {
    // A slice that would be deleted is rewritten in place of a new one.
    const reused = slice ?? obsolete.find(({ addressType }) => addressType === draft.addressType)
    if (!slice && reused) obsolete.splice(obsolete.indexOf(reused), 1)
    if (reused) update.push(rewritten(reused, draft))
    else create.push(draft)
  }
  return { create: endpoints.metadata.deletionTimestamp === undefined ? create : [], update, delete: obsolete, skipped }
}

function desiredGroups({ subsets = [] }: Endpoints, mostOfSubset: number) {
  const groups = new Map<string, Group>()
  let skipped = 0
  for (const { addresses = [], notReadyAddresses = [], ports: given = [] } of subsets) {
    const ports = given.map(slicePort)
    const families = (['IPv4', 'IPv6'] as const).map((addressType) => {
      const key = groupKey(addressType, ports)
      let group = groups.get(key)
      if (!group) groups.set(key, (group = { addressType, ports, desired: new Map() }))
      return group
    })
    const all = [...addresses.map((address) => ({ address, ready: true })), ...notReadyAddresses.map((address) => ({ address, ready: false }))]
    skipped += Math.max(all.length - mostOfSubset, 0)
    for (const { address, ready } of all.slice(0, mostOfSubset)) {
      const endpoint = endpointOf(address, ready)
      const family = endpoint.addresses[0]!.includes(':') ? 'IPv6' : 'IPv4'
      families.find(({ addressType }) => addressType === family)?.desired.set(endpointIdentity(endpoint), endpoint)
    }
  }
  return { groups, skipped }
}

function groupKey(addressType: string, ports: readonly EndpointPort[]): string {
  return `${addressType} ${portsKey(ports)}`
}

function slicePort({ name = '', port, protocol, appProtocol }: CoreEndpointPort): EndpointPort {
  return { name, protocol, port, ...(appProtocol !== undefined && { appProtocol }) }
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  const parsed = parseAddress(ip)
  return { addresses: [parsed ? formatAddress(parsed) : ip], conditions: { ready }, ...(hostname && { hostname }), ...(targetRef && { targetRef }), ...(nodeName !== undefined && { nodeName }) }
}

/** Whether a slice says all that is wanted and nothing else, under the labels and annotations of the Endpoints. */
function isMirror({ metadata, endpoints = [] }: EndpointSlice, source: Endpoints, desired: ReadonlyMap<string, Endpoint>): boolean {
  const { [managedByLabel]: _manager, [serviceNameLabel]: _service, ...labels } = metadata.labels ?? {}
  const isSaid = (endpoint: Endpoint): boolean => {
    const wanted = desired.get(endpointIdentity(endpoint))
    return wanted !== undefined && saysTheSame(wanted, endpoint)
  }
  return endpoints.length === desired.size && endpoints.every(isSaid) && semanticEqual(source.metadata.labels ?? {}, labels) && semanticEqual(annotationsOf(source), metadata.annotations ?? {})
}

function draftOf(source: Endpoints, { addressType, ports, desired }: Group, mostOfSlice: number): Draft<'endpointslices'> {
  const { name, namespace, uid, labels } = source.metadata
  return {
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      ...(namespace && { namespace }),
      labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: controllerName },
      annotations: annotationsOf(source),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Endpoints', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    addressType, endpoints: [...desired.values()].slice(0, mostOfSlice), ports,
  }
}

/** All but those that are about the Endpoints themselves. */
function annotationsOf({ metadata }: Endpoints): Labels {
  const { [triggerTimeAnnotation]: _time, [lastAppliedAnnotation]: _applied, ...annotations } = metadata.annotations ?? {}
  return annotations
}

/** The slice of this name as it should be, whatever has become of it meanwhile. */
function rewritten({ metadata: { name, uid, creationTimestamp } }: EndpointSlice, { metadata: { generateName: _none, ...metadata }, ...draft }: Draft<'endpointslices'>): EndpointSlice {
  return { ...draft, metadata: { ...metadata, name, uid, creationTimestamp, resourceVersion: '' } }
}
