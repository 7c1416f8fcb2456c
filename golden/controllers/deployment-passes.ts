import type { Deployment, ReplicaSet } from '../../src/sim/api/generated/types.ts'
import { StatusError, type Result } from '../../src/sim/api/status.ts'
import { withReplicas } from '../../src/sim/controllers/deployment/annotations.ts'
import { conditionOf } from '../../src/sim/controllers/deployment/conditions.ts'
import { DeploymentSync } from '../../src/sim/controllers/deployment/deployment-sync.ts'
import { deploymentOf, first, namedDifference, recordingContext, replicaSetOf, setsOf, type Json, type Recorded, type Runner } from './workloads.ts'

const time = '2026-01-01T12:00:00Z'

/** The kinds of cases that are about a whole pass: what the controller writes and tells, not only what it decides. */
export const passes: Readonly<Record<string, Runner>> = {
  create: runCreate,
  'hash-collision': runHashCollision,
  'create-error': runCreateError,
  sync: runSync,
  found: runFound,
}

const small = { spec: { replicas: 1, progressDeadlineSeconds: 600, revisionHistoryLimit: 10, strategy: { type: 'RollingUpdate' } } }

function runCreate(input: Json, out: Json): string | null {
  const { deployment, current, old } = setsOf(input)
  const { events, writes } = runPass(deployment, current ? [...old, current] : old)
  const created = writes.find(({ verb, resource }) => verb === 'create' && resource === 'replicasets')?.object ?? {}
  const { metadata = {}, spec = {} } = created
  const hash: string = metadata.labels?.['pod-template-hash'] ?? ''
  const mask = (text: string): string => text.replace(metadata.name, JSON.stringify(out).includes('<newRS>') ? '<newRS>' : `${deployment.metadata.name}-<pod-template-hash>`)
  const scale = writes.filter(({ verb, resource }) => verb === 'update' && resource === 'replicasets').map(({ object }) => {
    return { replicaSet: object.metadata.name, from: old.find((set) => set.metadata.uid === object.metadata.uid)?.spec.replicas, to: object.spec.replicas }
  })
  const wanted = out.newReplicaSet ?? {}
  const added = (labels: object = {}): string[] => Object.keys(labels).filter((key) => key !== 'app')
  const condition = writes.flatMap(({ verb, object }) => (verb === 'updateStatus' ? (object.status.conditions ?? []) : [])).find(({ type }) => type === out.condition?.type)
  return first([
    wanted.replicas === undefined ? null : namedDifference(wanted.replicas, spec.replicas, 'replicas'),
    wanted.annotations ? namedDifference(wanted.annotations, metadata.annotations, 'annotations') : null,
    wanted.nameIs ? namedDifference(wanted.nameIs, metadata.name.replace(hash, '<pod-template-hash>'), 'name') : null,
    wanted.labelsAdded ? namedDifference(wanted.labelsAdded, added(metadata.labels), 'labels') : null,
    wanted.selectorAdded ? namedDifference(wanted.selectorAdded, added(spec.selector?.matchLabels), 'selector') : null,
    wanted.ownerReference ? namedDifference(wanted.ownerReference, metadata.ownerReferences?.[0], 'owner') : null,
    out.scale ? namedDifference(out.scale, scale, 'scale') : null,
    out.events ? namedDifference(out.events, events.map((event) => ({ ...event, message: mask(event.message) })), 'events') : null,
    out.condition ? namedDifference(out.condition, condition && { ...condition, message: mask(condition.message) }, 'condition') : null,
  ])
}

function runHashCollision(input: Json, out: Json): string | null {
  const deployment = deploymentOf({ ...small, metadata: { name: 'web' }, status: input.collisionCount === null ? {} : { collisionCount: input.collisionCount } })
  const { ownedByThisDeployment, sameTemplate, ownedBy } = input.existing
  const uid = ownedByThisDeployment === true ? deployment.metadata.uid : (ownedBy ?? 'another')
  const found = replicaSetOf({ template: sameTemplate === false ? 'other' : 'current', metadata: { name: 'web-hash', ownerReferences: [{ controller: true, uid }] } })
  const { writes } = runPass(deployment, [], (verb, resource) => {
    if (resource !== 'replicasets') return undefined
    return verb === 'create' ? refusal('AlreadyExists', 'exists') : verb === 'get' ? { ok: true, value: found } : undefined
  })
  const status = writes.findLast(({ verb }) => verb === 'updateStatus')?.object.status
  const uses = writes.some(({ verb, object }) => verb === 'updateStatus' && object.status.observedGeneration !== undefined)
  return first([
    namedDifference(out.statusCollisionCount, status?.collisionCount, 'collisionCount'),
    out.usesExisting === undefined ? null : namedDifference(out.usesExisting, uses, 'usesExisting'),
  ])
}

function runCreateError(input: Json, out: Json): string | null {
  const deployment = deploymentOf({ ...small, metadata: { name: 'web' } })
  const { events, writes } = runPass(deployment, [], (verb) => (verb === 'create' ? refusal('Forbidden', input.error) : undefined))
  const name = writes.find(({ verb }) => verb === 'create')?.object.metadata.name
  const rename = (text: string): string => text.replace(`new replica set "${name}"`, `new replica set "${input.replicaSet}"`)
  const condition = conditionOf(writes.find(({ verb }) => verb === 'updateStatus')?.object.status.conditions, 'Progressing')
  return first([
    out.condition ? namedDifference(out.condition, condition && { ...condition, message: rename(condition.message ?? '') }, 'condition') : null,
    out.events ? namedDifference(out.events, events.map((event) => ({ ...event, message: rename(event.message) })), 'events') : null,
  ])
}

function runSync(input: Json, out: Json): string | null {
  const { events, writes } = runPass(deploymentOf(input.deployment), [])
  return first([
    out.events ? namedDifference(out.events, events, 'events') : null,
    out.status ? namedDifference(out.status, writes.findLast(({ verb }) => verb === 'updateStatus')?.object.status, 'status') : null,
  ])
}

function runFound(input: Json, out: Json): string | null {
  const deployment = deploymentOf({ ...small, metadata: { name: 'web' }, status: { conditions: input.conditions } })
  const annotations = withReplicas({ 'deployment.kubernetes.io/revision': '1' }, deployment)
  const current = replicaSetOf({ template: 'current', metadata: { name: input.newReplicaSet, annotations }, spec: { replicas: 1 } })
  const { writes } = runPass(deployment, [current])
  return namedDifference(out.condition, conditionOf(writes.find(({ verb }) => verb === 'updateStatus')?.object.status.conditions, 'Progressing'), 'condition')
}

/** One whole pass of the controller over a deployment and its sets; what it throws is a retry. */
function runPass(deployment: Deployment, replicaSets: readonly ReplicaSet[], answer?: Parameters<typeof recordingContext>[1]): Recorded {
  const recorded = recordingContext(time, answer)
  try {
    new DeploymentSync(recorded.context, deployment, replicaSets, () => []).run()
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
  }
  return recorded
}

function refusal(reason: 'AlreadyExists' | 'Forbidden', message: string): Result<never> {
  return { ok: false, status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message, code: reason === 'Forbidden' ? 403 : 409 } }
}
