// Upstream: pkg/controller/endpointslicemirroring (v1.36). Left out: metrics.
import { internalError } from '../../api/errors.ts'
import type { Endpoints, EndpointSlice } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import type { ObjectKey } from '../../api/objects.ts'
import { StatusError } from '../../api/status.ts'
import type { ComponentContext } from '../../client/component.ts'
import type { Steps } from '../../client/steps.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import type { Requeue } from '../../client/work-queue.ts'
import { defaultControllerManagerFlags } from '../flags.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { ManagedSlices, writeSlices } from '../managed-slices.ts'
import { leaderAnnotation } from '../service-labels.ts'
import { SliceTracker } from '../slice-tracker.ts'
import { controllerName, planMirror } from './plan-mirror.ts'

/** Upstream: defaultSyncBackOff, maxSyncBackOff, and maxRetries, after which Endpoints wait for their next change. */
const syncBackOff = 1_000
const longestSyncBackOff = 100_000
const maxRetries = 15
const index = 'endpointslice/mirrored'

/** Keeps EndpointSlices for the Endpoints that somebody made for a Service without a selector: nodes route by slices alone. */
export function startEndpointSliceMirroringController(context: ComponentContext, options: Partial<ControllerManagerFlags> = {}): void {
  const flags = { ...defaultControllerManagerFlags, ...options }
  const { mirroringMaxEndpointsPerSubset: mostOfSubset, mirroringEndpointsliceUpdatesBatchPeriod: batchPeriod } = flags
  const { agenda, client, informers } = context
  const endpoints = informers.of('endpoints')
  const slices = informers.of('endpointslices')
  const services = informers.of('services')
  const tracker = new SliceTracker()
  const managed = new ManagedSlices(controllerName, tracker)
  const queue = new WorkQueue(agenda, 'endpoint-slice-mirroring', reconcile, { workers: flags.mirroringConcurrentServiceEndpointSyncs, client, baseDelay: syncBackOff, maxDelay: longestSyncBackOff, maxRetries })
  queue.pause()

  slices.addIndex(index, (slice) => managed.servicesOf(slice))
  endpoints.onChange(({ old, new: current }) => {
    const key = keyOf((current ?? old)!)
    if (((current && isToBeMirrored(current)) || (old && isToBeMirrored(old))) && isWorthAPass(key)) queue.add(key)
  })
  slices.onChange((change) => {
    for (const key of managed.servicesToRedo(change)) queue.addAfter(key, batchPeriod)
  })
  services.onChange(({ old, new: current }) => {
    const had = old && !old.spec.selector
    const has = current && !current.spec.selector
    if (old && current ? had !== has : (had ?? has)) queue.add(keyOf((current ?? old)!))
  })
  informers.whenSynced(() => queue.resume())

  /** Most Endpoints are those of a Service with a selector, which has slices of its own: a pass would find nothing to do. */
  function isWorthAPass(key: ObjectKey): boolean {
    const service = services.lister.get(key)
    return (service !== undefined && !service.spec.selector) || slices.lister.byIndex(index, key).length > 0
  }

  function* reconcile(key: ObjectKey): Steps<Requeue> {
    const source = endpoints.lister.get(key)
    const service = services.lister.get(key)
    const existing = slices.lister.byIndex(index, key)
    if (!source || !isToBeMirrored(source) || !service || service.spec.selector) {
      tracker.forget(key)
      yield* deleteAll(context, existing)
      return 'whenChanged'
    }
    // The cache does not show the last writes yet: a plan made from it would write them again.
    if (tracker.isStale(key, existing)) throw new StatusError(internalError('EndpointSlice informer cache is out of date'))
    const plan = planMirror(source, existing, mostOfSubset)
    if (plan.skipped > 0) {
      context.events.event(source, 'Warning', 'TooManyAddressesToMirror', `A max of ${mostOfSubset} addresses can be mirrored to EndpointSlices per Endpoints subset. ${plan.skipped} addresses were skipped`)
    }
    if (plan.create.length + plan.update.length + plan.delete.length > 0) context.decided('planMirror', `services/${key}`, plan)
    yield* writeSlices(client, tracker, key, plan)
    return 'whenChanged'
  }
}

function isToBeMirrored({ metadata: { labels, annotations } }: Endpoints): boolean {
  return labels?.['endpointslice.kubernetes.io/skip-mirror'] !== 'true' && annotations?.[leaderAnnotation] === undefined
}

/** All are tried, whatever becomes of one. */
function* deleteAll({ client }: ComponentContext, slices: readonly EndpointSlice[]): Steps<void> {
  let failure: StatusError | undefined
  for (const slice of slices) {
    const deleted = client.delete('endpointslices', keyOf(slice))
    if (!deleted.ok) failure ??= new StatusError(deleted.status)
    yield
  }
  if (failure) throw failure
}
