// Upstream: pkg/controller/namespace (v1.36). Left out: discovery of kinds (the table of resources is known), metrics.
import { internalError } from '../../api/errors.ts'
import type { Namespace, Pod } from '../../api/generated/types.ts'
import { resources } from '../../api/resources.ts'
import type { ResourceDefinition } from '../../api/resources.ts'
import type { ObjectList } from '../../api/request.ts'
import { must, StatusError } from '../../api/status.ts'
import type { Result } from '../../api/status.ts'
import type { ComponentContext } from '../../client/component.ts'
import type { Steps } from '../../client/steps.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import type { Requeue } from '../../client/work-queue.ts'
import { defaultControllerManagerFlags } from '../flags.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { namespaceConditions } from './namespace-conditions.ts'
import { finalizerEstimateSeconds, podsEstimateSeconds, requeueAfter, withoutKubernetesFinalizer } from './plan-namespace.ts'

/** Upstream: namespaceDeletionGracePeriod. Caches of the server may not know yet that the namespace takes nothing new. */
export const deletionGrace = 5_000
/** Upstream: nsControllerRateLimiter, so that a namespace is looked at every minute at least. */
export const retryBase = 5
export const retryMax = 60_000
/** Whatever a kind does when nobody says so: nothing is left behind. */
const background = { propagationPolicy: 'Background' } as const
/** Ours: upstream has the server delete all of a kind in one request, which takes its time there. */
const pageSize = 50

/** Empties namespaces that are being deleted, pods before all else, and lets them go. */
export function startNamespaceController(context: ComponentContext, options: Partial<ControllerManagerFlags> = {}): void {
  const { concurrentNamespaceSyncs: workers, namespaceSyncPeriod } = { ...defaultControllerManagerFlags, ...options }
  const { agenda, client, informers } = context
  const namespaces = informers.of('namespaces')
  const queue = new WorkQueue(agenda, 'namespace', (name) => reconcile(context, name), { workers, client, baseDelay: retryBase, maxDelay: retryMax })
  queue.pause()
  const enqueue = (namespace: Namespace | undefined): void => {
    if (namespace?.metadata.deletionTimestamp !== undefined) queue.addAfter(namespace.metadata.name, deletionGrace)
  }
  const resync = (): void => {
    for (const namespace of namespaces.lister.list()) enqueue(namespace)
    agenda.because(0, () => agenda.after(namespaceSyncPeriod, 'namespace: resync', resync))
  }
  namespaces.onChange(({ new: namespace }) => enqueue(namespace))
  informers.whenSynced(() => {
    queue.resume()
    agenda.after(namespaceSyncPeriod, 'namespace: resync', resync)
  })
}

function* reconcile(context: ComponentContext, name: string): Steps<Requeue> {
  const { client } = context
  const live = client.get('namespaces', name)
  if (!live.ok) {
    if (live.status.reason === 'NotFound') return 'whenChanged'
    throw new StatusError(live.status)
  }
  if (live.value.metadata.deletionTimestamp === undefined) return 'whenChanged'
  const namespace = live.value.status.phase === 'Terminating' ? live.value : must(client.updateStatus('namespaces', { ...live.value, status: { ...live.value.status, phase: 'Terminating' } }))
  if ((namespace.spec.finalizers ?? []).length === 0) return 'whenChanged'
  const estimate = yield* deleteContent(context, namespace)
  if (estimate > 0) return { after: requeueAfter(estimate) }
  const fresh = client.get('namespaces', name)
  if (fresh.ok) must(client.update('namespaces', withoutKubernetesFinalizer(fresh.value), 'finalize'))
  else if (fresh.status.reason !== 'NotFound') throw new StatusError(fresh.status)
  return 'whenChanged'
}

interface Removal {
  readonly remaining: Map<string, number>
  readonly finalizers: Map<string, number>
  readonly errors: string[]
  estimate: number
}

/** Deletes what is in a namespace and says in how many seconds it may be empty; 0: it is. */
function* deleteContent(context: ComponentContext, namespace: Namespace): Steps<number> {
  const removal: Removal = { remaining: new Map(), finalizers: new Map(), errors: [], estimate: 0 }
  const content = resources.filter(({ namespaced }) => namespaced)
  const pods = content.find(({ resource }) => resource === 'pods')!
  yield* deleteKind(context, namespace.metadata.name, pods, removal)
  // Nothing that pods may need on their way out goes before them.
  const podsRemain = removal.remaining.size > 0
  if (!podsRemain) for (const definition of content) if (definition !== pods) yield* deleteKind(context, namespace.metadata.name, definition, removal)
  tell(context, namespace, removal)
  const [error] = removal.errors
  if (error !== undefined && removal.estimate === 0) throw new StatusError(internalError(error))
  return removal.estimate
}

function* deleteKind({ client }: ComponentContext, namespace: string, definition: ResourceDefinition, removal: Removal): Steps<void> {
  const { resource } = definition
  const listed = client.list(resource, namespace)
  if (!listed.ok) return void removal.errors.push(listed.status.message ?? '')
  if (listed.value.items.length === 0) return
  const podEstimate = resource === 'pods' ? podsEstimateSeconds(listed.value.items as readonly Pod[]) : 0
  for (let page: string | undefined = ''; page !== undefined; ) {
    const deleted: Result<ObjectList> = client.deleteCollection(resource, namespace, { limit: pageSize, ...(page && { continue: page }) }, background)
    if (!deleted.ok) return void removal.errors.push(deleted.status.message ?? '')
    page = deleted.value.metadata.continue
    yield deleted.value.items.length
  }
  const left = client.list(resource, namespace)
  if (!left.ok) return void removal.errors.push(left.status.message ?? '')
  const { items } = left.value
  if (items.length === 0) return
  removal.remaining.set(`${resource}.${definition.group}`, items.length)
  let isHeld = false
  for (const finalizer of items.flatMap(({ metadata }) => metadata.finalizers ?? [])) {
    isHeld = true
    removal.finalizers.set(finalizer, (removal.finalizers.get(finalizer) ?? 0) + 1)
  }
  const estimate = podEstimate > 0 ? podEstimate : isHeld ? finalizerEstimateSeconds : 0
  if (estimate === 0) removal.errors.push(`unexpected items still remain in namespace: ${namespace} for gvr: ${definition.group}/${definition.version}, Resource=${resource}`)
  removal.estimate = Math.max(removal.estimate, estimate)
}

function tell({ client, wall }: ComponentContext, namespace: Namespace, { remaining, finalizers, errors }: Removal): void {
  const old = namespace.status.conditions ?? []
  const conditions = namespaceConditions(old, { remaining, finalizers, discoveryErrors: [], contentErrors: errors }, wall.time())
  if (conditions === old) return
  const updated = client.updateStatus('namespaces', { ...namespace, status: { ...namespace.status, conditions } })
  if (!updated.ok && updated.status.reason !== 'NotFound') throw new StatusError(updated.status)
}
