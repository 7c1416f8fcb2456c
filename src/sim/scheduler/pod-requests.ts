import type { Container, ContainerStatus, Pod } from '../api/generated/types.ts'
import { milliValue, wholeValue } from '../api/quantity.ts'
import { sameText } from './cluster-event.ts'
import { unstatedRequest } from './node-state.ts'

/** What a pod needs of a node: milli-CPU, bytes, and whole units of everything else. */
export interface Demand {
  readonly cpu: number
  readonly memory: number
  readonly ephemeral: number
  readonly extended: ReadonlyMap<string, number>
  /** With stand-in numbers for every container that states no cpu or memory: what scores count. */
  readonly countedCpu: number
  readonly countedMemory: number
}

type Amounts = Map<string, number>
type Quantities = Readonly<Record<string, string>>

const none: ReadonlyMap<string, number> = new Map()
const noDefaults: readonly (readonly [string, number])[] = []
const countedDefaults = [['cpu', unstatedRequest.cpu], ['memory', unstatedRequest.memory]] as const

/** Pods of one template have one list of containers, and so share what it asks; the same few requests come with many templates. */
const byContainers = new WeakMap<readonly Container[], Demand>()
const byText = new Map<string, Demand>()
const mostTexts = 10_000

/** The requests of a pod while it runs and while it starts (upstream: component-helpers resource.PodRequests). */
export function demandOf(pod: Pod): Demand {
  const { containers, initContainers, resources, overhead } = pod.spec
  if (initContainers || resources || overhead || isResized(pod)) return workedOut(pod)
  let demand = byContainers.get(containers)
  if (!demand) byContainers.set(containers, (demand = workedOut(pod)))
  return demand
}

/** What it would ask without resources of its own. */
export function demandOfContainers(pod: Pod): Demand {
  const { resources: _ofPod, ...spec } = pod.spec
  return demandOf({ ...pod, spec })
}

function workedOut(pod: Pod): Demand {
  const amounts = podAmounts(pod, noDefaults)
  const counted = podAmounts(pod, countedDefaults)
  const demand = {
    cpu: amounts.get('cpu') ?? 0,
    memory: amounts.get('memory') ?? 0,
    ephemeral: amounts.get('ephemeral-storage') ?? 0,
    extended: extendedOf(amounts),
    countedCpu: counted.get('cpu') ?? 0,
    countedMemory: counted.get('memory') ?? 0,
  }
  if (demand.extended.size > 0) return demand
  const text = `${demand.cpu} ${demand.memory} ${demand.ephemeral} ${demand.countedCpu} ${demand.countedMemory}`
  const known = byText.get(text)
  if (known) return known
  if (byText.size < mostTexts) byText.set(text, demand)
  return demand
}

/** True when some container was given something else than it asks for now: a pod that was never resized in place counts as its specification says. */
export function isResized({ spec, status }: Pod): boolean {
  return status?.containerStatuses?.some(({ name, resources, allocatedResources }) => {
    if (!resources && !allocatedResources) return false
    const asked = spec.containers.find((container) => container.name === name)?.resources?.requests
    return !sameText(resources?.requests, asked) || (allocatedResources !== undefined && !sameText(allocatedResources, asked))
  }) ?? false
}

/** True when some request fell; with `asked`, only of what that pod asks for. */
export function requestsFell(before: Demand, after: Demand, asked: Demand | null): boolean {
  if (before.cpu > after.cpu && (!asked || asked.cpu > 0)) return true
  if (before.memory > after.memory && (!asked || asked.memory > 0)) return true
  if (before.ephemeral > after.ephemeral && (!asked || asked.ephemeral > 0)) return true
  for (const [resource, amount] of before.extended) {
    if (amount > (after.extended.get(resource) ?? 0) && (!asked || (asked.extended.get(resource) ?? 0) > 0)) return true
  }
  return false
}

function podAmounts(pod: Pod, defaults: readonly (readonly [string, number])[]): Amounts {
  const running: Amounts = new Map()
  const starting: Amounts = new Map()
  const sidecars: Amounts = new Map()
  const statuses = actuated(pod.status?.containerStatuses)
  for (const container of pod.spec.containers) addAll(running, containerAmounts(pod, container, statuses, defaults))
  const initStatuses = pod.spec.initContainers ? actuated(pod.status?.initContainerStatuses) : null
  for (const container of pod.spec.initContainers ?? []) {
    const own = containerAmounts(pod, container, initStatuses, defaults)
    if (container.restartPolicy === 'Always') {
      addAll(running, own)
      addAll(sidecars, own)
      raiseAll(starting, sidecars)
      continue
    }
    // An init container runs beside the sidecars before it.
    addAll(own, sidecars)
    raiseAll(starting, own)
  }
  raiseAll(running, starting)
  for (const [resource, quantity] of Object.entries(pod.spec.resources?.requests ?? {})) running.set(resource, valueOf(resource, quantity))
  addAll(running, amountsOf(pod.spec.overhead))
  return running
}

/** Statuses that say what a container was given: only in-place resizing makes that differ from what it asks. */
function actuated(statuses: readonly ContainerStatus[] | undefined): readonly ContainerStatus[] | null {
  const some = statuses?.filter(({ resources, allocatedResources }) => resources || allocatedResources)
  return some && some.length > 0 ? some : null
}

function containerAmounts(pod: Pod, container: Container, statuses: readonly ContainerStatus[] | null, defaults: readonly (readonly [string, number])[]): Amounts {
  let amounts = amountsOf(container.resources?.requests)
  const status = statuses?.find(({ name }) => name === container.name)
  if (status?.resources) {
    if (isResizeInfeasible(pod)) amounts = new Map()
    raiseAll(amounts, amountsOf(status.resources.requests))
    raiseAll(amounts, amountsOf(status.allocatedResources))
  }
  for (const [resource, amount] of defaults) if (!amounts.has(resource)) amounts.set(resource, amount)
  return amounts
}

function isResizeInfeasible(pod: Pod): boolean {
  return (pod.status?.conditions ?? []).some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible')
}

function amountsOf(quantities: Quantities | undefined): Amounts {
  const amounts: Amounts = new Map()
  for (const [resource, quantity] of Object.entries(quantities ?? {})) amounts.set(resource, valueOf(resource, quantity))
  return amounts
}

/** The same few texts come with every pod. */
const milliValues = new Map<string, number>()
const wholeValues = new Map<string, number>()

function valueOf(resource: string, quantity: string): number {
  const values = resource === 'cpu' ? milliValues : wholeValues
  let value = values.get(quantity)
  if (value === undefined) {
    value = resource === 'cpu' ? milliValue(quantity) : wholeValue(quantity)
    if (values.size < 10_000) values.set(quantity, value)
  }
  return value
}

function addAll(to: Amounts, from: Amounts): void {
  for (const [resource, amount] of from) to.set(resource, (to.get(resource) ?? 0) + amount)
}

function raiseAll(to: Amounts, from: Amounts): void {
  for (const [resource, amount] of from) if (amount > (to.get(resource) ?? -1)) to.set(resource, amount)
}

function extendedOf(amounts: Amounts): ReadonlyMap<string, number> {
  let extended: Map<string, number> | null = null
  for (const [resource, amount] of amounts) {
    if (resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage' || amount === 0) continue
    extended ??= new Map()
    extended.set(resource, amount)
  }
  return extended ?? none
}
