import type { EndpointAddress, Endpoints, EndpointSubset, Pod, Service } from '../../api/generated/types.ts'
import type { Labels } from '../../api/objects.ts'
import { semanticEqual } from '../../api/semantic.ts'
import { endpointsControllerName, endpointsManagedByLabel } from '../../api/validation/endpoints.ts'
import type { Draft } from '../../client/component.ts'
import { headlessLabel, triggerTimeAnnotation } from '../service-labels.ts'
import { subsetsOfPods } from './subsets-of-pods.ts'

/** Upstream: maxCapacity. */
export const maxCapacity = 1000
const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity'

/** All that a pass over one Service looks at. */
export interface EndpointsState {
  readonly service: Service
  /** The pods that the Service selects. */
  readonly pods: readonly Pod[]
  readonly current: Endpoints | undefined
  /** Which change made the pass necessary; null: none that has a time. */
  readonly triggerTime: string | null
}

/** What a pass over one Service decided. */
export type EndpointsPlan =
  | { readonly action: 'none' }
  | { readonly action: 'create'; readonly endpoints: Draft<'endpoints'> }
  | { readonly action: 'update'; readonly endpoints: Endpoints }

/** Decides what the Endpoints of a Service should say; nothing is to be written while they say it. */
export function planEndpoints({ service, pods, current, triggerTime }: EndpointsState): EndpointsPlan {
  const all = subsetsOfPods(service, pods)
  const labels = labelsFor(service)
  if (current && semanticEqual(current.subsets, all) && sameLabels(current.metadata.labels, labels) && isCapacitySaid(current)) return { action: 'none' }
  const isOver = countOf(all) > maxCapacity
  const { [triggerTimeAnnotation]: _time, [overCapacityAnnotation]: _capacity, ...others } = current?.metadata.annotations ?? {}
  const annotations = { ...others, ...(triggerTime !== null && { [triggerTimeAnnotation]: triggerTime }), ...(isOver && { [overCapacityAnnotation]: 'truncated' }) }
  const subsets = isOver ? truncated(all) : all
  const { name, namespace } = service.metadata
  if (current) return { action: 'update', endpoints: { ...current, metadata: { ...current.metadata, labels, annotations }, subsets } }
  return { action: 'create', endpoints: { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, ...(namespace && { namespace }), labels, annotations }, subsets } }
}

/** The Service's own, who made them, and whether it has no address. */
function labelsFor({ metadata, spec }: Service): Labels {
  const { [headlessLabel]: _own, ...labels } = metadata.labels ?? {}
  return { ...labels, [endpointsManagedByLabel]: endpointsControllerName, ...((!spec.clusterIP || spec.clusterIP === 'None') && { [headlessLabel]: '' }) }
}

/** Whether there is a label for headless Services does not count. */
function sameLabels(one: Labels = {}, other: Labels): boolean {
  const { [headlessLabel]: _one, ...ours } = one
  const { [headlessLabel]: _other, ...theirs } = other
  return semanticEqual(ours, theirs)
}

function isCapacitySaid({ metadata, subsets = [] }: Endpoints): boolean {
  return countOf(subsets) <= maxCapacity && metadata.annotations?.[overCapacityAnnotation] === undefined
}

function countOf(subsets: readonly EndpointSubset[]): number {
  let count = 0
  for (const { addresses = [], notReadyAddresses = [] } of subsets) count += addresses.length + notReadyAddresses.length
  return count
}

/** As many as may be, the ready ones first, from each subset its share, rounded up: so the last one may get less. */
function truncated(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  const ready = subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0)
  const field = ready > maxCapacity ? 'addresses' : 'notReadyAddresses'
  const total = field === 'addresses' ? ready : countOf(subsets) - ready
  const room = field === 'addresses' ? maxCapacity : maxCapacity - ready
  let left = room
  return subsets.map(({ addresses = [], notReadyAddresses = [], ports = [] }) => {
    const list = field === 'addresses' ? addresses : notReadyAddresses
    const kept = list.slice(0, Math.min(Math.ceil((list.length / total) * room), left))
    left -= kept.length
    return written(field === 'addresses' ? { addresses: kept, notReadyAddresses: [], ports } : { addresses, notReadyAddresses: kept, ports })
  })
}

type Lists = { readonly [K in keyof EndpointSubset]-?: NonNullable<EndpointSubset[K]> }

/** Go writes no empty lists. */
function written({ addresses, notReadyAddresses, ports }: Lists): EndpointSubset {
  return { ...nonEmpty('addresses', addresses), ...nonEmpty('notReadyAddresses', notReadyAddresses), ...(ports.length > 0 && { ports }) }
}

function nonEmpty(field: 'addresses' | 'notReadyAddresses', list: readonly EndpointAddress[]): EndpointSubset {
  return list.length > 0 ? { [field]: list } : {}
}
