import type { Pod, ReplicaSet } from '../../src/sim/api/generated/types.ts'
import { deepFreeze, type KubernetesObject } from '../../src/sim/api/objects.ts'
import type { Refusal } from '../../src/sim/api/status.ts'
import { parseTime } from '../../src/sim/api/time.ts'
import { deletionCost, isActive, isTerminating, leastMissedFirst } from '../../src/sim/controllers/active-pods.ts'
import { claim } from '../../src/sim/controllers/ownership.ts'
import { controllerReference, createPods, deletePods, messageOf, podFromTemplate, slowStartBatches } from '../../src/sim/controllers/pod-control.ts'
import { countPods, planReplicas, replicaSetStatus } from '../../src/sim/controllers/replica-set/replica-set-plan.ts'
import type { Steps } from '../../src/sim/client/steps.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { first, namedDifference, podOf, recordingContext, type Json, type Runner } from './workloads.ts'

const now = '2026-01-01T12:00:00Z'
const epoch = parseTime(now) ?? 0

/** What each kind of case is run by. */
const runners: Readonly<Record<string, Runner>> = {
  'slow-start': runSlowStart,
  'delete-ranking': runRanking,
  'delete-ranking-all': runRankingAll,
  'deletion-cost-parse': runCosts,
  claim: runClaim,
  manage: runManage,
  status: runStatus,
  event: runEvent,
  'pod-from-template': runPodFromTemplate,
}

/** Whether something here plays a case of this kind. */
export function isReplicaSetKind({ in: input }: GoldenCase): boolean {
  return Object.hasOwn(runners, input.kind)
}

/** The replica set controller's decisions. */
export const replicaSetSet: GoldenSet = {
  name: 'controllers/replicaset',
  run: (golden) => runners[golden.in.kind]?.(golden.in, golden.out),
}

function setOf({ metadata = {}, spec = {}, status = {} }: Json): ReplicaSet {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [] } }
  return deepFreeze({
    apiVersion: 'apps/v1', kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'shop', uid: 'rs-1', resourceVersion: '1', creationTimestamp: now, ...metadata },
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template, ...spec },
    status: { replicas: 0, ...status },
  }) as unknown as ReplicaSet
}

const pods = (count: number): readonly Pod[] => Array.from({ length: count }, (_, at) => podOf({}, at))

function runSlowStart({ missing, failFromAttempt, allowed }: Json, out: Json): string | null {
  const owner = setOf({ spec: { replicas: missing } })
  const { creates } = planReplicas(owner, [], () => [], epoch)
  const mayCreate = allowed ?? (failFromAttempt === undefined ? Infinity : failFromAttempt - 1)
  let attempts = 0
  const refusal = { ok: false, status: { kind: 'Status', reason: 'Forbidden', message: 'quota', code: 403 } } as unknown as Refusal
  const { context, events } = recordingContext(now, () => ((attempts += 1) > mayCreate ? refusal : undefined))
  const draft = podFromTemplate(owner, owner.spec.template)
  const { failed } = completed(createPods(context, owner, Array.from({ length: creates }, () => draft)))
  const batches = slowStartBatches(creates)
  const sums = batches.map((_, at) => batches.slice(0, at + 1).reduce((sum, size) => sum + size, 0))
  const created = events.filter(({ reason }) => reason === 'SuccessfulCreate').length
  const skipped = creates - attempts
  return namedDifference(out, {
    batches, createdThisSync: created, attempts, created, skipped, failed: failed - skipped, events: events.length,
    batchesTried: batches.slice(0, sums.indexOf(attempts) + 1),
  })
}

function runRanking(input: Json, out: Json): string | null {
  const all = (input.pods as Json[]).map(podOf)
  const related = input.relatedPods ? (input.relatedPods as Json[]).map(podOf) : all
  const at = parseTime(input.now) ?? 0
  const names = (ranked: readonly Pod[]): string[] => ranked.map(({ metadata }) => metadata.name)
  const plan = planReplicas(setOf({ spec: { replicas: all.length - input.deleteCount } }), all, () => related, at)
  return first([
    out.victims ? namedDifference(out.victims, names(plan.deletes), 'victims') : null,
    out.fullOrder ? namedDifference(out.fullOrder, names(leastMissedFirst(all, related, at)), 'fullOrder') : null,
  ])
}

function runRankingAll(input: Json, out: Json): string | null {
  const all = pods(input.pods)
  let sorted = false
  const plan = planReplicas(setOf({ spec: { replicas: input.pods - input.deleteCount } }), all, () => ((sorted = true), all), epoch)
  return first([namedDifference(out.sorted, sorted, 'sorted'), namedDifference(input.deleteCount, plan.deletes.length, 'deletes')])
}

function runCosts(input: Json, out: Json): string | null {
  const costs = (input.values as string[]).map((cost) => deletionCost(podOf({ metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } } })))
  return namedDifference(out.costs, costs, 'costs')
}

function runClaim(input: Json, out: Json): string | null {
  const { name, uid, replicas, deletionTimestamp, ownActivePods = 0 } = input.replicaSet
  const owner = setOf({ metadata: { name, uid, ...(deletionTimestamp && { deletionTimestamp: now }) }, spec: { replicas } })
  const pod = podOf({ ...input.pod, name: 'candidate', labels: { app: input.pod.labels === 'match' ? 'web' : 'other' } })
  const own = Array.from({ length: ownActivePods }, (_, at) => podOf({ labels: { app: 'web' }, ownerReferences: [controllerReference(owner)] }, at))
  const { context, writes } = recordingContext(now, (verb) => (verb === 'get' ? { ok: true, value: owner } : undefined))
  const held = claim(context, 'pods', [...own, pod].filter(isActive), { owner, ownerResource: 'replicasets', selector: owner.spec.selector })
  const patch = writes.find(({ verb }) => verb === 'patch')?.object.patch.metadata
  const action = patch ? (patch.ownerReferences[0].$patch === 'delete' ? 'release' : 'adopt') : 'none'
  const plan = owner.metadata.deletionTimestamp ? { creates: 0, deletes: [] } : planReplicas(owner, held, () => held, epoch)
  const preconditioned = !patch || patch.uid === pod.metadata.uid
  return first([
    namedDifference(out.action, action, 'action'),
    out.counted === undefined ? null : namedDifference(out.counted, held.includes(pod), 'counted'),
    out.ownerReferences && action === 'adopt' ? namedDifference(out.ownerReferences, patch.ownerReferences, 'ownerReferences') : null,
    out.thenCreates === undefined ? null : namedDifference(out.thenCreates, plan.creates, 'creates'),
    out.thenDeletes === undefined ? null : namedDifference(out.thenDeletes, plan.deletes.length, 'deletes'),
    preconditioned ? null : 'the patch names no uid',
  ])
}

function runManage(input: Json, out: Json): string | null {
  const owner = setOf({ metadata: input.deletionTimestamp ? { deletionTimestamp: now } : {}, spec: { replicas: input.replicas } })
  const active = (input.pods as Json[]).map(podOf).filter(isActive)
  const plan = input.deletionTimestamp ? { creates: 0, deletes: [] } : planReplicas(owner, active, () => active, epoch)
  return namedDifference(out, { create: plan.creates, delete: plan.deletes.length })
}

function runStatus(input: Json, out: Json): string | null {
  const template = { metadata: { labels: input.templateLabels ?? { app: 'web' } }, spec: { containers: [] } }
  const conditions = input.existingCondition ? [input.existingCondition] : []
  const owner = setOf({ metadata: { generation: input.generation ?? 1 }, spec: { ...input.spec, template }, status: { conditions } })
  const all = input.pods ? (input.pods as Json[]).map(podOf) : pods(input.activePods)
  const failure = input.manageError ? { message: input.manageError } : null
  const at = input.now ?? now
  const counts = countPods(owner, all.filter(isActive), all.filter(isTerminating).length, parseTime(at) ?? 0)
  const status = replicaSetStatus(owner, counts, failure, at)
  return first([
    out.status ? namedDifference(out.status, status, 'status') : null,
    out.condition === undefined ? null : namedDifference(out.condition, status.conditions?.[0], 'condition'),
  ])
}

const nothing = { active: 0, fullyLabeled: 0, ready: 0, available: 0, terminating: 0 }

/** The event of one creation or deletion, by the controller's own hand. */
export function eventOf(owner: KubernetesObject, input: Json): { readonly event: Json; readonly error: string | null } {
  const isTerminatingNamespace = input.error === 'namespace terminating'
  const details = isTerminatingNamespace ? { causes: [{ reason: 'NamespaceTerminating' }] } : undefined
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Forbidden', message: input.error, code: 403, ...(details && { details }) }
  const refusal = { ok: false, status } as unknown as Refusal
  const named = { ok: true as const, value: { metadata: { name: input.created } } }
  const { context, events } = recordingContext(now, (verb) => (input.error !== undefined ? refusal : verb === 'create' ? named : undefined))
  if (input.deleted !== undefined) {
    let error: string | null = null
    completed(deletePods(context, owner, [podOf({ name: input.deleted })], (_, status) => (error = messageOf(status))))
    return { event: events[0], error }
  }
  const { error } = completed(createPods(context, owner, [podFromTemplate(owner, { metadata: {}, spec: {} } as Json)]))
  return { event: events[0], error: error && messageOf(error) }
}

function runEvent(input: Json, out: Json): string | null {
  const { event, error } = eventOf(setOf({}), input)
  const condition = error === null ? undefined : replicaSetStatus(setOf({ spec: { replicas: 1 } }), nothing, { message: error }, now).conditions?.[0]
  // The source of an event is the component that records it: its name in the composition.
  const expected = out.event === null ? null : { type: out.event.type, reason: out.event.reason, message: out.event.message }
  return first([namedDifference(expected, event, 'event'), out.condition === undefined ? null : namedDifference(out.condition, condition, 'condition')])
}

function runPodFromTemplate(input: Json, out: Json): string | null {
  const { metadata, spec } = input.replicaSet
  return namedDifference(out.pod, podFromTemplate(setOf({ metadata, spec }), spec.template), 'pod')
}

/** All steps of long work, one after the other. */
function completed<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
