import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import { findKind } from '../../src/sim/api/resources.ts'
import { deepFreeze, type KubernetesObject } from '../../src/sim/api/objects.ts'
import type { Result } from '../../src/sim/api/status.ts'
import { difference, type GoldenCase, type GoldenSet } from '../harness.ts'
import { createPipeline, type Json } from './pipeline.ts'
import { statusDifference } from './validation-create.ts'

/** Updates: what may change, what generation comes of it, and in which words the rest is refused. */
export const validationUpdateSet: GoldenSet = {
  name: 'objects/validation-update',
  run(golden) {
    if (isAnsweredByRegistry(golden)) return registryDifference(golden)
    const updated = updatedBy(golden)
    if (typeof updated === 'string') return updated
    if (!golden.out.allowed) return updated.ok ? `accepted; expected ${golden.out.message}` : statusDifference(golden.out, updated.status)
    if (!updated.ok) return `refused: ${updated.status.message}`
    return allowedDifference(golden, updated.value)
  },
}

/** What comes of the update of a case, or why there is nothing to update. */
export function updatedBy({ in: { create, stored: state, update, subresource } }: GoldenCase): Result<KubernetesObject> | string {
  const pipeline = createPipeline()
  const created = pipeline.create(create)
  if (!created.ok) return `the object to update was refused: ${created.status.message}`
  const versioned = { ...created.value, metadata: { ...created.value.metadata, resourceVersion: '5' } }
  const stored = deepFreeze(state ? (merged(versioned, state) as KubernetesObject) : versioned)
  return pipeline.update(merged(stored, update), stored, subresource)
}

/** The same through the API server's door, which alone knows what is stored under which name. */
function registryDifference(golden: GoldenCase): string | null {
  const { create, update, url, stored: status, subresource } = golden.in
  if (status !== undefined) return 'a state that others have set cannot be put into the store here'
  const { group, version, resource, namespaced } = findKind(create.apiVersion, create.kind)!
  const { apiServer } = createTestCluster()
  const namespace = namespaced ? (create.metadata.namespace ?? 'default') : undefined
  const place = { group, version, resource, user: 'golden', ...(namespace !== undefined && { namespace }) }
  const created = apiServer.request({ ...place, verb: 'create', body: create, options: { fieldValidation: 'Strict' } })
  if (!created.ok) return `the object to update was refused: ${created.status.message}`
  const body = merged(created.value, update)
  const name: string = url ? url.split('/').at(-1) : create.metadata.name
  const answer = apiServer.request({ ...place, verb: 'update', name, body, ...(subresource && { subresource }) })
  if (!golden.out.allowed) return answer.ok ? `accepted; expected ${golden.out.message}` : statusDifference(golden.out, answer.status)
  return answer.ok ? allowedDifference(golden, answer.value as KubernetesObject) : `refused: ${answer.status.message}`
}

/** Names, versions and uids that do not fit. */
function isAnsweredByRegistry(golden: GoldenCase): boolean {
  const { url, update } = golden.in
  const { resourceVersion, uid } = update.metadata ?? {}
  return url !== undefined || resourceVersion !== undefined || uid !== undefined
}

function allowedDifference(golden: GoldenCase, object: KubernetesObject): string | null {
  const { generation, expect, absent = [] } = golden.out
  if (generation !== undefined && object.metadata.generation !== generation) return `generation ${object.metadata.generation}, expected ${generation}`
  for (const path of absent) if (valueAt(object, path) !== undefined) return `${path} is there: ${JSON.stringify(valueAt(object, path))}`
  return expect === undefined ? null : subsetDifference(expect, object, '')
}

function subsetDifference(expected: Json, actual: Json, path: string): string | null {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return `at ${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`
    for (const [at, value] of expected.entries()) {
      const found = subsetDifference(value, actual[at], `${path}[${at}]`)
      if (found) return found
    }
    return null
  }
  if (typeof expected !== 'object' || expected === null) return difference(expected, actual, path, true)
  for (const [key, value] of Object.entries(expected)) {
    const found = subsetDifference(value, actual?.[key], `${path}.${key}`)
    if (found) return found
  }
  return null
}

function valueAt(object: Json, path: string): unknown {
  return path.replaceAll(/\[(\d+)\]/g, '.$1').split('.').reduce((at, step) => at?.[step], object)
}

/** JSON merge patch: null removes. */
function merged(object: Json, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: Json = typeof object === 'object' && object !== null && !Array.isArray(object) ? { ...object } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merged(result[key], value)
  }
  return result
}
