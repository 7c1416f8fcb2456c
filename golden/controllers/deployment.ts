import type { Deployment, ReplicaSet } from '../../src/sim/api/generated/types.ts'
import { formatTime, parseTime } from '../../src/sim/api/time.ts'
import { annotationsOfNewSet, nextRevision, revisionOf, withReplicas } from '../../src/sim/controllers/deployment/annotations.ts'
import {
  conditionOf, deploymentStatus, isComplete, pausedCondition, progressConditions, rolloutConditions, untilDeadline,
} from '../../src/sim/controllers/deployment/conditions.ts'
import { scalingMessage } from '../../src/sim/controllers/deployment/deployment-sync.ts'
import { maxSurge, maxUnavailable, resolveFenceposts } from '../../src/sim/controllers/deployment/fenceposts.ts'
import { newReplicaSet } from '../../src/sim/controllers/deployment/new-replica-set.ts'
import { activeOf, sortOut } from '../../src/sim/controllers/deployment/replica-sets.ts'
import {
  isScaling, planHistoryCleanup, planRecreate, planRollingUpdate, planScaling, type ScaleStep,
} from '../../src/sim/controllers/deployment/rollout-plan.ts'
import { hashedText, podTemplateHash } from '../../src/sim/controllers/pod-template-hash.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { passes } from './deployment-passes.ts'
import { deploymentOf, first, namedDifference, podOf, replicaSetOf, setsOf, type Json, type Runner, type Sets } from './workloads.ts'

const time = '2026-01-01T12:00:00Z'
const epoch = parseTime(time) ?? 0

/** What each kind of case is run by. */
const runners: Readonly<Record<string, Runner>> = {
  ...passes,
  fenceposts: runFenceposts,
  'rolling-pass': (input, out) => compareSteps(out, setsOf(input), ({ deployment, current, old }) => (current ? planRollingUpdate(deployment, current, old) : [])),
  'scaling-event': runScaling,
  'recreate-pass': runRecreate,
  revision: runRevision,
  'annotation-copy': runAnnotationCopy,
  cleanup: runCleanup,
  'find-new': (input, out) => namedDifference(out.newReplicaSet, findNew(input)),
  status: runStatus,
  progress: runProgress,
  'progress-requeue': runProgressRequeue,
  'paused-condition': runPaused,
  'replica-failure': runReplicaFailure,
  rollout: runRollout,
  'pod-template-hash': runHash,
}

/** Whether something here plays a case of this kind. */
export function isDeploymentKind({ in: input }: GoldenCase): boolean {
  return Object.hasOwn(runners, input.kind)
}

/** The deployment controller's decisions, pass by pass. */
export const deploymentSet: GoldenSet = {
  name: 'controllers/deployment',
  run: (golden) => runners[golden.in.kind]?.(golden.in, golden.out),
}

function compareSteps(out: Json, sets: Sets, plan: (sets: Sets) => readonly ScaleStep[]): string | null {
  const steps = plan(sets).filter(({ from, to }) => from !== to)
  const scale = steps.map(({ replicaSet, from, to }) => ({ replicaSet: replicaSet.metadata.name, from, to }))
  return first([namedDifference(out.scale, scale, 'scale'), out.events ? namedDifference(out.events, eventsOf(steps), 'events') : null])
}

function eventsOf(steps: readonly ScaleStep[]): readonly Json[] {
  return steps.map(({ replicaSet, from, to }) => ({ type: 'Normal', reason: 'ScalingReplicaSet', message: scalingMessage(replicaSet.metadata.name, from, to) }))
}

function runFenceposts({ replicas, maxSurge: surge, maxUnavailable: unavailable }: Json, out: Json): string | null {
  const resolved = resolveFenceposts(surge, unavailable, replicas)
  const deployment = deploymentOf({ spec: { replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } } } })
  const effective = maxUnavailable(deployment)
  return namedDifference(out, {
    resolvedMaxSurge: resolved.surge, resolvedMaxUnavailable: resolved.unavailable, effectiveMaxUnavailable: effective,
    maxTotalPods: replicas + maxSurge(deployment), minAvailable: replicas - effective,
  })
}

function runScaling(input: Json, out: Json): string | null {
  const sets = setsOf(input)
  if (input.deployment.spec.paused !== true && !isScaling(sets.deployment, sets)) return 'not seen as a scaling'
  const annotations = out.annotationsOnScaledSets
    ? first(planScaling(sets.deployment, sets).map(({ replicaSet }) => namedDifference(out.annotationsOnScaledSets, withReplicas(replicaSet.metadata.annotations, sets.deployment), 'annotations')))
    : null
  return first([compareSteps(out, sets, ({ deployment, ...rest }) => planScaling(deployment, rest)), annotations])
}

function runRecreate(input: Json, out: Json): string | null {
  const sets = setsOf(input)
  const plan = planRecreate(sets.old, (input.podsOfOldReplicaSets as Json[]).map(podOf))
  const created = plan.kind === 'grow' && !sets.current ? newReplicaSet(sets.deployment, sets.old) : null
  const grown = plan.kind === 'grow' && sets.current ? [{ replicaSet: sets.current, from: sets.current.spec.replicas, to: sets.deployment.spec.replicas }] : []
  const events = created ? [{ type: 'Normal', reason: 'ScalingReplicaSet', message: `Scaled up replica set <newRS> from 0 to ${created.spec.replicas}` }] : null
  return first([
    compareSteps(out, sets, () => (plan.kind === 'shrink' ? plan.steps : grown)),
    out.createsNewReplicaSet === undefined ? null : namedDifference(out.createsNewReplicaSet, created !== null, 'created'),
    out.newReplicaSetReplicas === undefined ? null : namedDifference(out.newReplicaSetReplicas, created?.spec.replicas, 'replicas'),
    out.eventsPattern ? namedDifference(out.eventsPattern, events, 'events') : null,
  ])
}

const oldSet = (revision: string, at: number): ReplicaSet => replicaSetOf({ metadata: { name: `old-${at}`, annotations: { 'deployment.kubernetes.io/revision': revision } } })

function runRevision(input: Json, out: Json): string | null {
  const annotations = annotationsOfNewSet(deploymentOf({ spec: {} }), input.newReplicaSetAnnotations ?? undefined, nextRevision(input.oldRevisions.map(oldSet)))
  const revision = annotations['deployment.kubernetes.io/revision']
  return first([
    namedDifference(out.newReplicaSetAnnotations, annotations, 'set'),
    out.deploymentAnnotations ? namedDifference(out.deploymentAnnotations, { 'deployment.kubernetes.io/revision': revision }, 'deployment') : null,
  ])
}

function runAnnotationCopy(input: Json, out: Json): string | null {
  const deployment = deploymentOf({ metadata: { annotations: input.deploymentAnnotations }, spec: {} })
  const annotations = annotationsOfNewSet(deployment, input.replicaSetAnnotationsBefore, nextRevision(input.oldRevisions.map(oldSet)))
  const extra = Object.keys(annotations).filter((key) => !Object.hasOwn(out.replicaSetAnnotations, key))
  return first([namedDifference(out.replicaSetAnnotations, annotations), namedDifference([], extra, 'more')])
}

function runCleanup(input: Json, out: Json): string | null {
  const { deployment, old } = setsOf(input)
  const complete = isComplete({ ...deployment, metadata: { ...deployment.metadata, generation: 0 } }, deployment.status)
  const cleans = deployment.spec.paused === true || complete
  return namedDifference(out.deleted, cleans ? planHistoryCleanup(deployment, old, revisionOf).map(({ metadata }) => metadata.name) : [])
}

function findNew(input: Json): string | undefined {
  const deployment = deploymentOf({ spec: {} })
  const sets = (input.replicaSets as Json[]).map(({ template, ...metadata }) => replicaSetOf({ template, metadata }))
  return sortOut(deployment, sets).current?.metadata.name
}

function runStatus(input: Json, out: Json): string | null {
  const { deployment, ...sets } = setsOf(input)
  const status = deploymentStatus(deployment, sets, time)
  return first([namedDifference(out.status, status, 'status'), out.condition ? namedDifference(out.condition, conditionOf(status.conditions, out.condition.type), 'condition') : null])
}

function runProgress(input: Json, out: Json): string | null {
  const conditions = input.condition ? [input.condition] : []
  const spec = { replicas: input.specReplicas, progressDeadlineSeconds: deadlineOf(input) }
  const deployment = deploymentOf({ metadata: { name: input.name, generation: input.generation }, spec, status: { ...input.oldStatus, conditions } })
  const now = parseTime(input.now) ?? 0
  const after = progressConditions(deployment, { ...input.newStatus, conditions }, input.newReplicaSet ?? undefined, now, formatTime(now))
  return namedDifference(out.condition, conditionOf(after, 'Progressing'), 'condition')
}

/** No deadline in a case is the largest one in a stored object. */
function deadlineOf({ progressDeadlineSeconds = 600 }: Json): number {
  return progressDeadlineSeconds ?? 2_147_483_647
}

function runProgressRequeue(input: Json, out: Json): string | null {
  const conditions = [{ type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', lastUpdateTime: input.lastUpdateTime }]
  const deployment = deploymentOf({ spec: { replicas: 1, progressDeadlineSeconds: deadlineOf(input) }, status: { conditions } })
  const left = untilDeadline(deployment, deployment.status, parseTime(input.now) ?? 0)
  return first([
    out.remainingMs === undefined ? null : namedDifference(out.remainingMs, left, 'remaining'),
    typeof out.requeueAfterMs === 'number' ? namedDifference(out.requeueAfterMs, left === null ? null : left < 1000 ? 0 : left + 1000, 'requeue') : null,
  ])
}

function runPaused(input: Json, out: Json): string | null {
  const conditions = input.progressing ? [{ type: 'Progressing', ...input.progressing }] : []
  const deployment = deploymentOf({ spec: { paused: input.paused, progressDeadlineSeconds: deadlineOf(input) }, status: { conditions } })
  return namedDifference(out.progressing, pausedCondition(deployment) ?? input.progressing, 'progressing')
}

function runReplicaFailure(input: Json, out: Json): string | null {
  const failing = (name: string, conditions: Json): ReplicaSet => replicaSetOf({ metadata: { name, creationTimestamp: time }, status: { conditions } })
  const sets = { current: failing('new', input.newReplicaSetConditions), old: [failing('old', input.oldReplicaSetConditions)] }
  const deployment = deploymentOf({ spec: { replicas: 1, progressDeadlineSeconds: 600 }, status: { conditions: input.existing ? [input.existing] : [] } })
  return namedDifference(out.condition, conditionOf(rolloutConditions(deployment, deployment.status, sets, epoch, time), 'ReplicaFailure'), 'condition')
}

function runHash(input: Json, out: Json): string | null {
  const hash = podTemplateHash(input.template, input.collisionCount ?? undefined)
  return first([namedDifference(out.hashedText, hashedText(input.template), 'text'), namedDifference(out.hash, hash, 'hash')])
}

/** Plays a rollout: after each trigger the passes go on until none changes anything, then one pod of the new set becomes available. */
function runRollout(input: Json, out: Json): string | null {
  const deployment = deploymentOf(input.deployment)
  const { replicas, availableReplicas } = input.oldReplicaSet
  let old = replicaSetOf({ template: 'other', metadata: { name: 'old', creationTimestamp: '2026-01-01T00:01:00Z' }, spec: { replicas }, status: { replicas, availableReplicas } })
  let current = replicaSetOf({ template: 'current', metadata: { name: 'new', creationTimestamp: '2026-01-01T00:09:00Z' }, spec: { replicas: 0 } })
  const steps: Json[] = []
  const resized = (set: ReplicaSet, to: number): ReplicaSet => {
    const available = Math.min(set.status.availableReplicas ?? 0, to)
    return { ...set, spec: { ...set.spec, replicas: to }, status: { ...set.status, replicas: to, availableReplicas: available } }
  }
  const settle = (after: string): void => {
    const scale: Json[] = []
    for (let round = 0; round < 50; round += 1) {
      const plan = planOf(deployment, current, old)
      if (plan.length === 0) break
      for (const { replicaSet, from, to } of plan) {
        scale.push({ replicaSet: replicaSet.metadata.name, from, to })
        if (replicaSet.metadata.name === 'new') current = resized(current, to)
        else old = resized(old, to)
      }
    }
    const available = { new: current.status.availableReplicas ?? 0, old: old.status.availableReplicas ?? 0 }
    steps.push({ after, scale, sizes: { new: current.spec.replicas, old: old.spec.replicas }, available })
  }
  settle('template-changed')
  while ((current.status.availableReplicas ?? 0) < current.spec.replicas && steps.length < 200) {
    current = { ...current, status: { ...current.status, availableReplicas: (current.status.availableReplicas ?? 0) + 1 } }
    settle('pod-ready')
  }
  return first([namedDifference(out.steps, steps, 'steps'), out.series ? namedDifference(out.series, steps.map(({ sizes }) => [sizes.new, sizes.old]), 'series') : null])
}

function planOf(deployment: Deployment, current: ReplicaSet, old: ReplicaSet): readonly ScaleStep[] {
  if (deployment.spec.strategy.type !== 'Recreate') return planRollingUpdate(deployment, current, [old])
  const plan = planRecreate(activeOf([old]), [])
  if (plan.kind === 'shrink') return plan.steps
  return current.spec.replicas === deployment.spec.replicas ? [] : [{ replicaSet: current, from: current.spec.replicas, to: deployment.spec.replicas }]
}
