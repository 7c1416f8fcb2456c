import type { Container, ContainerStatus, Pod, PodSpec } from './generated/types.ts'
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, zeroQuantity, type Quantity } from './quantity.ts'

/** Amounts by the name of the resource. */
export type ResourceAmounts = ReadonlyMap<string, Quantity>

/** A resource list as objects hold it. */
export type ResourceList = Readonly<Record<string, string>>

/** What of a pod is counted: its spec, and its status where a resize is under way. */
export type CountedPod = Pick<Pod, 'spec'> & { readonly status?: Pick<NonNullable<Pod['status']>, 'conditions' | 'containerStatuses' | 'initContainerStatuses'> }

/** How the effective amounts of a pod are counted. */
export interface CountingOptions {
  /** Count what a container has been given as well as what it asks for: for pods that are being resized. */
  readonly useStatus?: boolean
  readonly withoutOverhead?: boolean
  readonly skipPodLevel?: boolean
  /** What a container that states nothing counts as. */
  readonly nonMissing?: ResourceAmounts
}

/** Requests for what the scheduler's scores assume of containers that state none. */
export const unstatedRequests: ResourceAmounts = amountsOf({ cpu: '100m', memory: '200Mi' })

const requestsOfSpec = new WeakMap<PodSpec, ResourceAmounts>()

/** What the pod must find free on a node. Pods made from one template share their spec, so it is counted once. */
export function podRequests(spec: PodSpec): ResourceAmounts {
  let found = requestsOfSpec.get(spec)
  if (!found) requestsOfSpec.set(spec, (found = countRequests({ spec })))
  return found
}

/** The effective requests of a pod, counted in a particular way. */
export function countRequests(pod: CountedPod, options: CountingOptions = {}): ResourceAmounts {
  const { spec } = pod
  const total = aggregate(pod, options, 'requests')
  if (!options.skipPodLevel && hasPodLevelRequests(spec)) override(total, spec.resources?.requests)
  if (!options.withoutOverhead) addAmounts(total, amountsOf(spec.overhead))
  return total
}

/** The effective limits of a pod, counted in a particular way. */
export function countLimits(pod: CountedPod, options: CountingOptions = {}): ResourceAmounts {
  const { spec } = pod
  const total = aggregate(pod, options, 'limits')
  if (!options.skipPodLevel && hasPodLevelResources(spec)) override(total, spec.resources?.limits)
  if (options.withoutOverhead) return total
  // What has no limit stays without: overhead alone is none.
  for (const [name, quantity] of amountsOf(spec.overhead)) {
    const limit = total.get(name)
    if (limit) total.set(name, addQuantities(limit, quantity))
  }
  return total
}

/** True when the pod as a whole, not only its containers, states requests. */
export function hasPodLevelRequests(spec: PodSpec): boolean {
  return Object.keys(spec.resources?.requests ?? {}).some(isPodLevelResource)
}

/** True when the pod as a whole states requests or limits. */
export function hasPodLevelResources(spec: PodSpec): boolean {
  return hasPodLevelRequests(spec) || Object.keys(spec.resources?.limits ?? {}).some(isPodLevelResource)
}

/** A resource list of amounts, as objects and commands show it. */
export function resourceListOf(amounts: ResourceAmounts): ResourceList {
  return Object.fromEntries([...amounts].map(([name, quantity]) => [name, formatQuantity(quantity)]))
}

function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')
}

/**
 * Containers run together, so their amounts add up. Init containers run before them, one at a time, so the largest counts; but those that
 * restart always go on running beside everything that comes after them.
 */
function aggregate(pod: CountedPod, options: CountingOptions, which: 'requests' | 'limits'): Map<string, Quantity> {
  const { spec, status } = pod
  const infeasible = status?.conditions?.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible') === true
  const amounts = (container: Container, statuses: readonly ContainerStatus[] | undefined): ResourceAmounts => {
    const stated = amountsOf(container.resources?.[which])
    const found = options.useStatus ? statuses?.find(({ name }) => name === container.name) : undefined
    const counted = found?.resources ? grantedAmounts(stated, found, which, infeasible) : stated
    return which === 'requests' && options.nonMissing ? new Map([...options.nonMissing, ...counted]) : counted
  }
  const total = new Map<string, Quantity>()
  for (const container of spec.containers) addAmounts(total, amounts(container, status?.containerStatuses))
  const running = new Map<string, Quantity>()
  const largest = new Map<string, Quantity>()
  for (const container of spec.initContainers ?? []) {
    const restarts = container.restartPolicy === 'Always'
    const own = amounts(container, restarts ? status?.initContainerStatuses : undefined)
    if (restarts) {
      addAmounts(total, own)
      addAmounts(running, own)
      raise(largest, running)
    } else {
      const meanwhile = new Map(own)
      addAmounts(meanwhile, running)
      raise(largest, meanwhile)
    }
  }
  raise(total, largest)
  return total
}

/** During a resize the most of what is asked for, in force and allocated is held; what can never be granted does not count. */
function grantedAmounts(stated: ResourceAmounts, { resources, allocatedResources }: ContainerStatus, which: 'requests' | 'limits', infeasible: boolean): ResourceAmounts {
  const granted = new Map(infeasible ? [] : stated)
  raise(granted, amountsOf(resources?.[which]))
  if (which === 'requests') raise(granted, amountsOf(allocatedResources))
  return granted
}

function override(total: Map<string, Quantity>, list: ResourceList | undefined): void {
  for (const [name, quantity] of amountsOf(list)) if (isPodLevelResource(name)) total.set(name, quantity)
}

/** The amounts that a resource list holds. */
export function amountsOf(list: ResourceList | undefined): Map<string, Quantity> {
  const amounts = new Map<string, Quantity>()
  for (const name in list) amounts.set(name, parseQuantity(list[name] ?? '') ?? zeroQuantity)
  return amounts
}

/** Adds amounts to a total. */
export function addAmounts(total: Map<string, Quantity>, amounts: ResourceAmounts): void {
  for (const [name, quantity] of amounts) {
    const held = total.get(name)
    total.set(name, held ? addQuantities(held, quantity) : quantity)
  }
}

function raise(total: Map<string, Quantity>, amounts: ResourceAmounts): void {
  for (const [name, quantity] of amounts) {
    const held = total.get(name)
    if (!held || compareQuantities(quantity, held) > 0) total.set(name, quantity)
  }
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

const qosResources = ['cpu', 'memory']
const classes = new WeakMap<PodSpec, QosClass>()

/** How dear a pod is to its node: who is limited to what it asked for is evicted last. */
export function qosClass(spec: PodSpec): QosClass {
  let found = classes.get(spec)
  if (!found) classes.set(spec, (found = computeQosClass(spec)))
  return found
}

function computeQosClass(spec: PodSpec): QosClass {
  const requests = new Map<string, Quantity>()
  const limits = new Map<string, Quantity>()
  let limitedThroughout = true
  const stated = spec.resources ? [spec.resources] : [...spec.containers, ...(spec.initContainers ?? [])].map(({ resources }) => resources)
  for (const resources of stated) {
    const limited = positive(resources?.limits)
    if (limited.size < qosResources.length) limitedThroughout = false
    addAmounts(requests, positive(resources?.requests))
    addAmounts(limits, limited)
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort'
  const equal = [...requests].every(([name, quantity]) => {
    const limit = limits.get(name)
    return limit !== undefined && compareQuantities(limit, quantity) === 0
  })
  return limitedThroughout && equal && requests.size === limits.size ? 'Guaranteed' : 'Burstable'
}

function positive(list: ResourceList | undefined): Map<string, Quantity> {
  const amounts = amountsOf(list)
  for (const [name, { unscaled }] of amounts) if (unscaled <= 0n || !qosResources.includes(name)) amounts.delete(name)
  return amounts
}
