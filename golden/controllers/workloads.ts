import type { Deployment, Pod, PodSpec, ReplicaSet } from '../../src/sim/api/generated/types.ts'
import { deepFreeze } from '../../src/sim/api/objects.ts'
import type { Result } from '../../src/sim/api/status.ts'
import { createWallClock, parseTime } from '../../src/sim/api/time.ts'
import type { ComponentContext } from '../../src/sim/client/component.ts'
import { sortOut, type ReplicaSetsOf } from '../../src/sim/controllers/deployment/replica-sets.ts'

/** JSON of a golden case: each adapter knows its form. */
// oxlint-disable-next-line no-explicit-any
export type Json = any

/** Plays a case: what differs, or null. */
export type Runner = (input: Json, out: Json) => string | null

/** Compares only what the expected value names; null: must be absent. */
export function namedDifference(expected: Json, actual: Json, path = ''): string | null {
  if (expected === null) return actual === undefined || actual === null ? null : `at ${path}: expected nothing, got ${JSON.stringify(actual)}`
  if (Array.isArray(expected)) {
    const list = Array.isArray(actual) ? actual : []
    if (list.length !== expected.length) return `at ${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`
    return first(expected.map((item, at) => namedDifference(item, list[at], `${path}[${at}]`)))
  }
  if (typeof expected === 'object') {
    return first(Object.keys(expected).map((key) => namedDifference(expected[key], actual?.[key] ?? (expected[key] === 0 ? 0 : undefined), `${path}.${key}`)))
  }
  return expected === actual ? null : `at ${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`
}

/** The first of these that is a difference. */
export function first(differences: readonly (string | null)[]): string | null {
  return differences.find((difference) => difference !== null) ?? null
}

const templateSpec = { containers: [{ name: 'a', image: 'current' }] } as unknown as PodSpec

/** A deployment as the cases shorten it. */
export function deploymentOf(json: Json): Deployment {
  const selector = { matchLabels: { app: 'web' } }
  const template = { metadata: { labels: { app: 'web' } }, spec: templateSpec }
  const metadata = { namespace: 'shop', uid: 'deployment-uid', resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', ...json.metadata }
  return deepFreeze({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector, template, ...json.spec }, status: json.status ?? {} }) as unknown as Deployment
}

/** A replica set as the cases shorten it. */
export function replicaSetOf(json: Json): ReplicaSet {
  const labels = { app: 'web', 'pod-template-hash': json.metadata.name }
  const spec = json.template === 'current' ? templateSpec : { containers: [{ name: 'a', image: json.metadata.name }] }
  const template = { metadata: { labels }, spec }
  const metadata = { namespace: 'shop', uid: json.metadata.name, resourceVersion: '1', ...json.metadata }
  return deepFreeze({
    apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: { replicas: 0, selector: { matchLabels: labels }, ...json.spec, template },
    status: { replicas: 0, ...json.status },
  }) as unknown as ReplicaSet
}

/** A deployment and the replica sets that are its own. */
export type Sets = ReplicaSetsOf & { readonly deployment: Deployment }

/** Both as the cases shorten them. */
export function setsOf(input: Json): Sets {
  const deployment = deploymentOf(input.deployment)
  return { deployment, ...sortOut(deployment, (input.replicaSets as Json[]).map(replicaSetOf)) }
}

/** A pod as the cases shorten it: in full, or by a few words. */
export function podOf(json: Json, at = 0): Pod {
  if (json.metadata) return deepFreeze({ apiVersion: 'v1', kind: 'Pod', spec: {}, status: {}, ...json }) as unknown as Pod
  const terminating = json.deletionTimestamp ?? json.terminating
  const ready = json.ready === undefined ? [] : [{ type: 'Ready', status: json.ready ? 'True' : 'False', lastTransitionTime: json.readySince ?? '2026-01-01T00:00:00Z' }]
  const name: string = json.name ?? `pod-${at}`
  return deepFreeze({
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name, namespace: json.namespace ?? 'shop', uid: name, resourceVersion: '1', creationTimestamp: json.createdAt ?? '2026-01-01T00:00:00Z',
      labels: { ...json.labels, ...(json.hash && { 'controller-revision-hash': json.hash }) },
      ...(terminating && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      ...(json.ownerReferences && { ownerReferences: json.ownerReferences }),
    },
    spec: { nodeName: json.nodeName ?? 'n1', containers: [] },
    status: { phase: json.phase ?? json.status?.phase ?? 'Running', conditions: ready },
  }) as unknown as Pod
}

/** What a pass wrote and said. */
export interface Recorded {
  readonly context: ComponentContext
  readonly events: { readonly type: string; readonly reason: string; readonly message: string }[]
  readonly writes: { readonly verb: string; readonly resource: string; readonly object: Json }[]
}

/** A context for exactly one pass: writes are answered by `answer` (by default accepted as they are) and recorded. */
export function recordingContext(now: string, answer: (verb: string, resource: string, object: Json) => Result<Json> | undefined = () => undefined): Recorded {
  const events: Recorded['events'] = []
  const writes: Recorded['writes'][number][] = []
  let made = 0
  const write = (verb: string) => (resource: string, object: Json): Result<Json> => {
    writes.push({ verb, resource, object })
    made += 1
    const named = object?.metadata?.generateName ? { ...object, metadata: { ...object.metadata, name: `${object.metadata.generateName}${made}`, uid: `uid-${made}` } } : object
    return answer(verb, resource, named) ?? { ok: true, value: verb === 'create' ? { status: { replicas: 0 }, ...named } : named }
  }
  const client = {
    create: write('create'), update: write('update'), updateStatus: write('updateStatus'), delete: write('delete'), get: write('get'),
    patch: (resource: string, key: string, _type: string, patch: Json) => write('patch')(resource, { key, patch }),
  }
  const wall = createWallClock({ now: 0 }, parseTime(now) ?? 0)
  const context = {
    name: 'test', wall, client, decided: () => {},
    events: { event: (_about: unknown, type: string, reason: string, message: string) => events.push({ type, reason, message }) },
  }
  return { context: context as unknown as ComponentContext, events, writes }
}
