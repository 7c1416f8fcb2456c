// Upstream: pkg/controller/endpoint (v1.36). Left out: metrics, the queue in which changes of pods wait until their Services are looked up.
import { internalError } from '../../api/errors.ts'
import type { Endpoints } from '../../api/generated/types.ts'
import { keyOf, splitKey } from '../../api/objects.ts'
import type { ObjectKey } from '../../api/objects.ts'
import { StatusError } from '../../api/status.ts'
import type { Result } from '../../api/status.ts'
import type { ComponentContext } from '../../client/component.ts'
import type { Steps } from '../../client/steps.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import type { Requeue } from '../../client/work-queue.ts'
import { defaultControllerManagerFlags } from '../flags.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { leaderAnnotation } from '../service-labels.ts'
import { serviceSelectionOf } from '../service-selection.ts'
import { TriggerTimes } from '../trigger-times.ts'
import { planEndpoints } from './plan-endpoints.ts'
import type { EndpointsPlan } from './plan-endpoints.ts'

/** Upstream: maxRetries, after which a Service waits for its next change. */
export const maxRetries = 15

/** Keeps the Endpoints of every Service with a selector equal to the pods it selects. */
export function startEndpointController(context: ComponentContext, options: Partial<ControllerManagerFlags> = {}): void {
  const { endpointUpdatesBatchPeriod: batchPeriod, concurrentEndpointSyncs: workers } = { ...defaultControllerManagerFlags, ...options }
  const { agenda, client, informers } = context
  const services = informers.of('services')
  const selection = serviceSelectionOf(informers)
  const endpoints = informers.of('endpoints')
  const triggers = new TriggerTimes()
  /** Versions that have been written over: while the cache shows one, a pass would start from what is no more. */
  const overwritten = new Map<ObjectKey, string>()
  const queue = new WorkQueue(agenda, 'endpoint', reconcile, { workers, client, maxRetries })
  queue.pause()

  services.onChange(({ old, new: current }) => queue.add(keyOf((current ?? old)!)))
  selection.onPodChange((service) => queue.addAfter(service, batchPeriod))
  endpoints.onChange(({ old, new: current }) => {
    if (old && !current) queue.add(keyOf(old))
  })
  informers.whenSynced(() => {
    queue.resume()
    // Whose Service went while nobody looked; those that a leader holds have none and are nobody's leftover.
    for (const { metadata } of endpoints.lister.list()) if (metadata.annotations?.[leaderAnnotation] === undefined) queue.add(keyOf({ metadata }))
  })

  function* reconcile(key: ObjectKey): Steps<Requeue> {
    const service = services.lister.get(key)
    if (!service) {
      const deleted = client.delete('endpoints', key)
      if (!deleted.ok && deleted.status.reason !== 'NotFound') throw new StatusError(deleted.status)
      triggers.forget(key)
      overwritten.delete(key)
      return 'whenChanged'
    }
    if (service.spec.type === 'ExternalName' || !service.spec.selector) return 'whenChanged'
    const pods = selection.podsOf(service)
    const triggerTime = triggers.next(key, service, pods)
    const current = endpoints.lister.get(key)
    if (current && overwritten.get(key) === current.metadata.resourceVersion) throw new StatusError(outOfDate(key, current))
    const plan = planEndpoints({ service, pods, current, triggerTime })
    yield Math.ceil(pods.length / 100)
    if (plan.action === 'none') return 'whenChanged'
    context.decided('planEndpoints', `services/${key}`, plan)
    const result = plan.action === 'create' ? client.create('endpoints', plan.endpoints) : client.update('endpoints', plan.endpoints)
    // A namespace that is going takes no new Endpoints, and needs none.
    if (plan.action === 'create' && isNamespaceGoing(result)) return 'whenChanged'
    if (!result.ok) throw failure(context, key, plan, new StatusError(result.status))
    if (current && result.value.metadata.resourceVersion !== current.metadata.resourceVersion) overwritten.set(key, current.metadata.resourceVersion)
    return 'whenChanged'
  }
}

function outOfDate(key: ObjectKey, { metadata }: Endpoints): StatusError['status'] {
  return internalError(`endpoints informer cache is out of date, resource version ${metadata.resourceVersion} already processed for endpoints ${key}`)
}

function isNamespaceGoing(result: Result<unknown>): boolean {
  return !result.ok && result.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true
}

/** Tells of it, and hands it on: the pass is made again. */
function failure({ events }: ComponentContext, key: ObjectKey, plan: Exclude<EndpointsPlan, { action: 'none' }>, error: StatusError): StatusError {
  if (plan.action === 'update') events.event(plan.endpoints, 'Warning', 'FailedToUpdateEndpoint', `Failed to update endpoint ${key}: ${error.message}`)
  else {
    // What was never made has no more than a name; so upstream's event ends up in the namespace default.
    const about = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: splitKey(key).name, uid: '', resourceVersion: '', creationTimestamp: '' } }
    events.event(about, 'Warning', 'FailedToCreateEndpoint', `Failed to create endpoint for service ${key}: ${error.message}`)
  }
  return error
}
