import { addAll } from '../../kernel/add-all.ts'
import type { CoreEndpointPort, EndpointAddress, EndpointSubset, Pod, Service } from '../../api/generated/types.ts'
import { md5 } from '../../kernel/md5.ts'
import { isReady } from '../active-pods.ts'
import { goDump } from '../go-dump.ts'
import { canBeReached, hasHostname, portOf } from '../service-pods.ts'

/** Pods that serve the same ports of a Service at the same numbers. */
interface Group {
  /** By the ports' place in the Service; undefined where these pods do not have the port. */
  readonly numbers: readonly (number | undefined)[]
  readonly ready: EndpointAddress[]
  readonly notReady: EndpointAddress[]
}

/**
 * The subsets of a Service with these pods in the one form that endpoints.RepackSubsets gives them: each port stands once, with all who serve it;
 * ports that the same pods serve stand together.
 */
export function subsetsOfPods(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const groups = groupPods(service, pods)
  const packed = new Map<string, { readonly groups: readonly Group[]; readonly ports: CoreEndpointPort[] }>()
  const pack = (key: string, members: readonly Group[], ports: readonly CoreEndpointPort[]): void => {
    const known = packed.get(key)
    if (known) addAll(known.ports, ports)
    else packed.set(key, { groups: members, ports: [...ports] })
  }
  if (!service.spec.ports?.length && groups.length > 0) pack('', groups, [])
  for (const [at, { name, protocol, appProtocol }] of (service.spec.ports ?? []).entries()) {
    for (const port of new Set(groups.map(({ numbers }) => numbers[at]))) {
      if (port === undefined) continue
      const members = groups.filter(({ numbers }) => numbers[at] === port)
      const ports = [{ ...(name && { name }), port, protocol, ...(appProtocol !== undefined && { appProtocol }) }]
      pack(members.map((member) => groups.indexOf(member)).join(), members, ports)
    }
  }
  const subsets = [...packed.values()].map(({ groups: members, ports }) => subsetOf(members, ports))
  return inOrder(subsets, 'EndpointSubset')
}

/** In Go's order of fields: the server keeps it as it is. */
function subsetOf(groups: readonly Group[], ports: readonly CoreEndpointPort[]): EndpointSubset {
  const ready = sorted(groups.map((group) => group.ready))
  const notReady = sorted(groups.map((group) => group.notReady))
  return {
    ...(ready.length > 0 && { addresses: ready }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady }),
    ...(ports.length > 0 && { ports: inOrder(ports, 'CoreEndpointPort') }),
  }
}

function groupPods(service: Service, pods: readonly Pod[]): readonly Group[] {
  const { ports = [], clusterIP, publishNotReadyAddresses = false } = service.spec
  const groups = new Map<string, Group>()
  // Only a port that goes by a name can be another one for each pod.
  const shared = ports.every(({ targetPort }) => typeof targetPort === 'number') ? ports.map(({ targetPort }) => Number(targetPort)) : undefined
  for (const pod of pods) {
    if (!canBeReached(pod) || (pod.metadata.deletionTimestamp !== undefined && !publishNotReadyAddresses)) continue
    const address = addressOf(pod, service)
    const numbers = shared ?? ports.map((port) => portOf(pod, port))
    if (!address || (ports.length === 0 ? clusterIP !== 'None' : numbers.every((number) => number === undefined))) continue
    const key = shared ? '' : numbers.join()
    let group = groups.get(key)
    if (!group) groups.set(key, (group = { numbers, ready: [], notReady: [] }))
    const list = publishNotReadyAddresses || isReady(pod) ? group.ready : group.notReady
    list.push(address)
  }
  return [...groups.values()]
}

/** What Endpoints say of a pod that has no name of its own in DNS: the same for all Services of a family, and for all passes. */
const plainAddresses = new WeakMap<Pod, EndpointAddress>()

function addressOf(pod: Pod, service: Service): EndpointAddress | undefined {
  const isV6 = isOfIPv6(service, pod)
  const isNamed = hasHostname(pod, service)
  const known = isNamed ? undefined : plainAddresses.get(pod)
  if (known && known.ip.includes(':') === isV6) return known
  const ip = pod.status.podIPs?.find((one) => one.ip.includes(':') === isV6)?.ip
  if (ip === undefined) return undefined
  const address = newAddress(pod, ip, isNamed ? pod.spec.hostname : undefined)
  if (!isNamed) plainAddresses.set(pod, address)
  return address
}

/** Frozen and in Go's order of fields: what is stored is this very object, and the next pass sees at a glance that nothing changed. */
function newAddress({ metadata: { namespace, name, uid }, spec: { nodeName } }: Pod, ip: string, hostname: string | undefined): EndpointAddress {
  const targetRef = Object.freeze({ kind: 'Pod', ...(namespace && { namespace }), name, uid })
  return Object.freeze({ ip, ...(hostname && { hostname }), ...(nodeName && { nodeName }), targetRef })
}

/** The family of a Service's first address. */
function isOfIPv6({ spec: { ipFamilies = [], clusterIP } }: Service, pod: Pod): boolean {
  const [first] = ipFamilies
  if (first !== undefined) return first === 'IPv6'
  const telling = clusterIP && clusterIP !== 'None' ? clusterIP : pod.status.podIP
  return telling?.includes(':') ?? false
}

function sorted(lists: readonly (readonly EndpointAddress[])[]): readonly EndpointAddress[] {
  const all = lists.length === 1 ? lists[0]!.slice() : lists.flat()
  return all.sort(byAddress)
}

function byAddress(a: EndpointAddress, b: EndpointAddress): number {
  if (a.ip !== b.ip) return a.ip < b.ip ? -1 : 1
  return (a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1
}

/** In the order of their hashes, as endpoints.SortSubsets has it. All that stands in them is ASCII. */
function inOrder<T extends object>(values: readonly T[], struct: string): readonly T[] {
  if (values.length < 2) return values
  const hashed = values.map((value) => ({ value, hash: md5(goDump(value, struct)) }))
  return hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1)).map(({ value }) => value)
}
