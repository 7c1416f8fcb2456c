// Upstream: pkg/controller/resourcequota (v1.36). Left out: discovery of kinds (the table of resources is known); without any quota nothing is watched for it and nothing comes round.
import type { ResourceQuota } from '../../api/generated/types.ts'
import { keyOf, type KubernetesObject, type ObjectKey } from '../../api/objects.ts'
import type { ResourceList } from '../../api/pod-resources.ts'
import type { Evaluator } from '../../api/quota/evaluator.ts'
import { isCounted, quotaResources } from '../../api/quota/evaluators.ts'
import { compareAmounts } from '../../api/schema/quantities.ts'
import { must } from '../../api/status.ts'
import type { Change, ComponentContext, Lister } from '../../client/component.ts'
import type { Steps } from '../../client/steps.ts'
import { WorkQueue, type Requeue } from '../../client/work-queue.ts'
import type { Millis } from '../../kernel/agenda.ts'
import { defaultControllerManagerFlags, type ControllerManagerFlags } from '../flags.ts'
import { countUsage } from './count-usage.ts'

/** Counts what each quota's namespace uses: when the quota is new or allows other amounts, when something may have been freed, and every five minutes. */
export function startResourceQuotaController(context: ComponentContext, options: Partial<ControllerManagerFlags> = {}): void {
  new ResourceQuotaController(context, { ...defaultControllerManagerFlags, ...options })
}

class ResourceQuotaController {
  private readonly quotas: Lister<ResourceQuota>
  private readonly queue: WorkQueue
  /** Those whose use nobody knows yet go first: as long as it is unknown nothing is made. */
  private readonly missingUsage: WorkQueue
  private readonly syncPeriod: Millis
  private readonly start: Millis
  private isWatching = false
  private comesRound = false

  constructor(
    private readonly context: ComponentContext,
    { concurrentResourceQuotaSyncs: workers, resourceQuotaSyncPeriod }: ControllerManagerFlags,
  ) {
    const { agenda, client, informers } = context
    const informer = informers.of('resourcequotas')
    this.quotas = informer.lister
    this.syncPeriod = resourceQuotaSyncPeriod
    this.start = agenda.now
    this.queue = new WorkQueue(agenda, 'resourcequota', (key) => this.reconcile(key), { workers, client })
    this.missingUsage = new WorkQueue(agenda, 'resourcequota priority', (key) => this.reconcile(key), { workers, client })
    informer.onChange((change) => this.observe(change))
  }

  /** Its status is written by itself and by admission: of that it need not hear. */
  private observe({ old, new: quota }: Change<ResourceQuota>): void {
    if (!quota || (old && areSameAmounts(old.spec.hard, quota.spec.hard))) return
    this.watchAll()
    this.planResync()
    const { hard = {}, used = {} } = quota.status
    const isKnown = areSameAmounts(quota.spec.hard, hard) && Object.keys(hard).every((name) => Object.hasOwn(used, name) || !isCounted(name))
    const queue = isKnown ? this.queue : this.missingUsage
    queue.add(keyOf(quota))
  }

  /** From the first quota on: hears what may free some of it. */
  private watchAll(): void {
    if (this.isWatching) return
    this.isWatching = true
    const { informers } = this.context
    for (const queue of [this.queue, this.missingUsage]) queue.pause()
    for (const [resource, evaluator] of quotaResources()) informers.of(resource).onChange((change) => this.replenish(evaluator, change))
    informers.whenSynced(() => {
      for (const queue of [this.queue, this.missingUsage]) queue.resume()
    })
  }

  private replenish(evaluator: Evaluator, { old, new: current }: Change<KubernetesObject>): void {
    if (!old) return
    const quotas = this.quotas.list(old.metadata.namespace)
    if (quotas.length === 0 || (current && !evaluator.mayFree?.(current, old, this.context.wall.epochMillis))) return
    for (const quota of quotas) if (Object.keys(quota.status.hard ?? {}).some((name) => evaluator.counts(name))) this.queue.add(keyOf(quota))
  }

  /** A full recount at each period since the controller has started, as long as there are quotas. */
  private planResync(): void {
    if (this.comesRound || this.syncPeriod <= 0) return
    this.comesRound = true
    const { agenda } = this.context
    const rounds = Math.floor((agenda.now - this.start) / this.syncPeriod) + 1
    agenda.because(0, () => agenda.at(this.start + rounds * this.syncPeriod, 'resourcequota: resync', () => {
      this.comesRound = false
      for (const quota of this.quotas.list()) this.queue.add(keyOf(quota))
      if (this.quotas.list().length > 0) this.planResync()
    }))
  }

  private *reconcile(key: ObjectKey): Steps<Requeue> {
    const { context } = this
    const quota = this.quotas.get(key)
    if (!quota) return 'whenChanged'
    const { hard = {} } = quota.spec
    const { status } = quota
    const counted = yield* countUsage(quota, (resource) => context.informers.of(resource).lister.list(quota.metadata.namespace), context.wall.epochMillis)
    // What nobody counts is used as somebody has written it.
    const used = Object.fromEntries(Object.entries({ ...status.used, ...counted }).filter(([name]) => Object.hasOwn(hard, name)))
    if (status.hard && status.used && areSameAmounts(hard, status.hard) && areSameAmounts(used, status.used)) return 'whenChanged'
    context.decided(`count ${key}`, `resourcequotas/${key}`, { hard, used })
    must(context.client.updateStatus('resourcequotas', { ...quota, status: { hard, used } }))
    return 'whenChanged'
  }
}

function areSameAmounts(one: ResourceList = {}, other: ResourceList = {}): boolean {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && compareAmounts(one[name] ?? '', other[name] ?? '') === 0)
}
