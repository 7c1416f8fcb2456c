// Upstream: pkg/controller/endpointslice and k8s.io/endpointslice (v1.36). Left out: metrics, the queue in which changes of pods wait until their Services are looked up.
import { internalError } from '../../api/errors.ts'
import type { EndpointSlice, Node, Service } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import type { ObjectKey } from '../../api/objects.ts'
import { StatusError } from '../../api/status.ts'
import type { Change, ComponentContext, Draft } from '../../client/component.ts'
import type { Steps } from '../../client/steps.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import type { Requeue } from '../../client/work-queue.ts'
import { defaultControllerManagerFlags } from '../flags.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { ManagedSlices, writeSlices } from '../managed-slices.ts'
import { serviceSelectionOf } from '../service-selection.ts'
import { SliceTracker } from '../slice-tracker.ts'
import { TriggerTimes } from '../trigger-times.ts'
import { zoneLabel } from './endpoint-of-pod.ts'
import { planEndpointSlices } from './plan-endpoint-slices.ts'
import type { SlicePlan } from './plan-endpoint-slices.ts'
import { PreparedPods } from './prepared-pods.ts'
import { controllerName, sliceObject } from './slice-draft.ts'
import { milliCpu } from './topology-allocation.ts'
import { TopologyCache } from './topology-hints.ts'

/** Upstream: endpointSliceChangeMinSyncDelay. */
export const sliceChangeDelay = 1_000
/** Upstream: defaultSyncBackOff, maxSyncBackOff, and maxRetries, after which a Service waits for its next change. */
export const syncBackOff = 1_000
export const longestSyncBackOff = 1_000_000
export const maxRetries = 15
/** The one key of its queue: topologyQueueItemKey. */
const allNodes = 'nodes'

/** Keeps the EndpointSlices of every Service with a selector equal to the pods it selects. */
export function startEndpointSliceController(context: ComponentContext, options: Partial<ControllerManagerFlags> = {}): void {
  const { maxEndpointsPerSlice, endpointsliceUpdatesBatchPeriod: batchPeriod, concurrentServiceEndpointSyncs: workers } = { ...defaultControllerManagerFlags, ...options }
  const { agenda, client, informers } = context
  const services = informers.of('services')
  const selection = serviceSelectionOf(informers)
  const slices = informers.of('endpointslices')
  const nodes = informers.of('nodes')
  const tracker = new SliceTracker()
  const managed = new ManagedSlices(controllerName, tracker)
  const triggers = new TriggerTimes()
  const topology = new TopologyCache()
  const prepared = new PreparedPods()
  const queue = new WorkQueue(agenda, 'endpoint-slice', reconcile, { workers, client, baseDelay: syncBackOff, maxDelay: longestSyncBackOff, maxRetries })
  // However many nodes are news at once, they are gone through once for all of them.
  const topologyQueue = new WorkQueue(agenda, 'endpoint-slice topology', nodesChanged, { client })
  queue.pause()
  topologyQueue.pause()

  slices.addIndex('endpointslice/service', (slice) => managed.servicesOf(slice))
  services.onChange(({ old, new: current }) => queue.add(keyOf((current ?? old)!)))
  selection.onPodChange((service) => queue.addAfter(service, batchPeriod))
  slices.onChange((change) => {
    for (const service of managed.servicesToRedo(change)) queue.addAfter(service, Math.max(sliceChangeDelay, batchPeriod))
  })
  nodes.onChange((change) => {
    if (concernsTopology(change)) topologyQueue.add(allNodes)
  })
  informers.whenSynced(() => {
    queue.resume()
    topologyQueue.resume()
  })

  function* reconcile(key: ObjectKey): Steps<Requeue> {
    const service = services.lister.get(key)
    if (!service) {
      triggers.forget(key)
      tracker.forget(key)
      prepared.forget(key)
      return 'whenChanged'
    }
    if (service.spec.type === 'ExternalName' || !service.spec.selector) return 'whenChanged'
    const selected = selection.podsOf(service)
    const existing = slices.lister.byIndex('endpointslice/service', key).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    // The cache does not show the last writes yet: a plan made from it would write them again.
    if (tracker.isStale(key, existing)) throw new StatusError(internalError('EndpointSlice informer cache is out of date'))
    const triggerTime = triggers.next(key, service, selected)
    const plan = planEndpointSlices({ service, pods: selected, existing, nodeOf: (name) => nodes.lister.get(name), maxEndpointsPerSlice, prepared }, topology)
    if (plan.create.length + plan.update.length + plan.delete.length > 0) context.decided('planEndpointSlices', `services/${key}`, plan)
    yield Math.ceil(selected.length / 100)
    yield* carryOut(context, tracker, plan, service, triggerTime)
    return 'whenChanged'
  }

  function nodesChanged(): Requeue {
    topology.setNodes(nodes.lister.list())
    for (const key of topology.overloaded()) queue.add(key)
    return 'whenChanged'
  }
}

function* carryOut({ client, events }: ComponentContext, tracker: SliceTracker, plan: SlicePlan, service: Service, triggerTime: string | null): Steps<void> {
  try {
    const create = plan.create.map((draft) => sliceObject(draft, service, triggerTime) as Draft<'endpointslices'>)
    const update = plan.update.map((draft) => sliceObject(draft, service, triggerTime) as EndpointSlice)
    yield* writeSlices(client, tracker, keyOf(service), { create, update, delete: plan.delete })
    for (const { type, reason, message } of plan.events) events.event(service, type, reason, message)
    const [first, ...others] = plan.errors
    if (first !== undefined) throw new StatusError(internalError(others.length > 0 ? `[${plan.errors.join(', ')}]` : first))
  } catch (error) {
    if (error instanceof StatusError) {
      events.event(service, 'Warning', 'FailedToUpdateEndpointSlices', `Error updating Endpoint Slices for Service ${keyOf(service)}: ${error.message}`)
    }
    throw error
  }
}

function concernsTopology({ old, new: current }: Change<Node>): boolean {
  if (!old || !current) return true
  return isReady(old) !== isReady(current) || old.metadata.labels?.[zoneLabel] !== current.metadata.labels?.[zoneLabel] || !hasSameCpu(old, current)
}

function hasSameCpu(old: Node, current: Node): boolean {
  return old.status.allocatable?.['cpu'] === current.status.allocatable?.['cpu'] || milliCpu(old) === milliCpu(current)
}

function isReady({ status }: Node): boolean {
  return status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
}
