import { expect, test } from 'vitest'
import { RandomStreams, type Random } from '../kernel/random.ts'
import { resources, type ResourceDefinition } from '../api/resources.ts'
import { structOf, structOfType, type GoType } from '../api/schema/go-type.ts'
import type { Result } from '../api/status.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { createTestCluster } from '../cluster/testing.ts'

const texts = ['', 'a', 'A_b', '1.2.3.4', '::1', '10.96.0.5/24', '/abs', '10%', '-1', '100m', '1Gi', 'é', 'None', 'TCP', 'Always', 'x.y/z', '2020-01-01T00:00:00Z', 'YQ==', 'nginx:1.27']
const numbers = [0, -1, 1, 80, 65_536, 2_147_483_647, -2_147_483_648]

/** Something that fits a Go type, or nearly. */
function madeUp(type: GoType, random: Random, depth: number): unknown {
  if (random.chance(1, 40)) return null
  if (random.chance(1, 60)) return random.pick<unknown>([1.5, true, 'a', [], {}])
  if (type.kind === 'bool') return random.chance(1, 2)
  if (type.kind === 'int32' || type.kind === 'int64') return random.pick(numbers)
  if (type.kind === 'intOrString') return random.pick<unknown>([...numbers, ...texts])
  if (type.kind === 'list') return Array.from({ length: random.below(3) }, () => madeUp(type.element!, random, depth + 1))
  if (type.kind === 'map') return Object.fromEntries(Array.from({ length: random.below(3) }, () => [random.pick(texts), madeUp(type.element!, random, depth + 1)]))
  if (type.kind !== 'struct') return type.kind === 'any' ? {} : random.pick(texts)
  const { fields } = structOfType(type)
  // Deep in an object few fields are left, so that it ends.
  return Object.fromEntries(fields.filter(() => random.chance(1, 2 + depth)).map((field) => [field.name, madeUp(field.type, random, depth + 1)]))
}

function objectOf(definition: ResourceDefinition, random: Random): Record<string, unknown> {
  const { fields } = structOf(definition.kind)
  const parts = fields.filter(({ name }) => !['apiVersion', 'kind', 'metadata'].includes(name) && random.chance(5, 6)).map((field) => [field.name, madeUp(field.type, random, 0)])
  return { apiVersion: definition.apiVersion, kind: definition.kind, metadata: { name: random.pick(['a', 'b']), ...(random.chance(1, 4) && { labels: { app: random.pick(texts) } }) }, ...Object.fromEntries(parts) }
}

/** Of the objects that are refused most are refused for the first reason; this asks with fewer reasons, too. */
const plugins = [[], ['ServiceAccount']] as const

test.each([11, 12, 13, 14])('whatever is sent, the answer is an object or a Status (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('strangers')
  const { apiServer } = createTestCluster({ seed, disabledPlugins: plugins[seed % 2]! })
  let refused = 0
  for (let sent = 0; sent < 1500; sent += 1) {
    const definition = random.pick(resources)
    const { group, version, resource, namespaced, subresources } = definition
    const place = { group, version, resource, user: 'stranger', ...(namespaced && { namespace: 'default' }), options: { fieldValidation: random.pick(['Strict', 'Warn', 'Ignore'] as const) } }
    const body = objectOf(definition, random)
    const { name } = body['metadata'] as { readonly name: string }
    const subresource = random.chance(1, 3) && subresources.includes('status') ? { subresource: 'status' as const } : {}
    const answers: Result<unknown>[] = [
      apiServer.request({ ...place, verb: 'create', body }),
      apiServer.request({ ...place, ...subresource, verb: 'update', name, body }),
      apiServer.request({ ...place, ...subresource, verb: 'patch', name, patchType: random.pick(['strategic', 'merge'] as const), body: objectOf(definition, random) }),
    ]
    for (const answer of answers) {
      if (answer.ok) expect((answer.value as KubernetesObject).kind).toBe(definition.kind)
      else expect(answer.status.code).toBeGreaterThanOrEqual(400)
      refused += answer.ok ? 0 : 1
    }
    if (random.chance(1, 3)) apiServer.request({ ...place, verb: 'delete', name, body: { gracePeriodSeconds: 0 } })
  }
  expect(refused).toBeGreaterThan(500)
})

/** Any JSON at all. */
function anything(random: Random, depth = 0): unknown {
  if (depth > 3 || random.chance(1, 3)) return random.pick<unknown>([...texts, ...numbers, null, true, 1.5])
  if (random.chance(1, 2)) return Array.from({ length: random.below(3) }, () => anything(random, depth + 1))
  return Object.fromEntries(Array.from({ length: random.below(3) }, () => [random.pick(keys), anything(random, depth + 1)]))
}

const keys = [
  ...texts, 'apiVersion', 'kind', 'metadata', 'name', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'resourceVersion', 'spec', 'status', 'template', 'replicas', 'selector', 'containers', 'ports', 'data',
  'target', 'gracePeriodSeconds', 'propagationPolicy', 'preconditions', 'dryRun', 'orphanDependents', '$patch', '$retainKeys', '$setElementOrder/containers', '$deleteFromPrimitiveList/finalizers', '__proto__', '0', '-', '-1',
]

function operation(random: Random): unknown {
  const path = () => (random.chance(1, 20) ? anything(random) : Array.from({ length: random.below(5) }, () => `/${random.pick(keys)}`).join(''))
  return random.chance(1, 30) ? anything(random) : { op: random.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'x']), path: path(), ...(random.chance(1, 2) && { from: path() }), ...(random.chance(2, 3) && { value: anything(random) }) }
}

function bodyOf(definition: ResourceDefinition, random: Random): unknown {
  switch (random.below(4)) {
    case 0:
      return anything(random)
    case 1:
      return objectOf(definition, random)
    case 2:
      return Array.from({ length: random.below(4) }, () => operation(random))
    default:
      return { ...(random.pick([{ kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name: 'a' } }, {}])), [random.pick(keys)]: anything(random), [random.pick(keys)]: anything(random) }
  }
}

test.each([21, 22, 23, 24])('whatever a request asks for, the answer is an object or a Status (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('strangers')
  const { apiServer } = createTestCluster({ seed })
  let accepted = 0
  for (let sent = 0; sent < 4000; sent += 1) {
    const definition = random.pick(resources)
    const { group, version, resource, namespaced, subresources } = definition
    const place = { group, version, resource, user: 'stranger', ...(namespaced && random.chance(19, 20) && { namespace: 'default' }) }
    if (random.chance(1, 3)) apiServer.request({ ...place, verb: 'create', body: objectOf(definition, random) })
    const text = () => random.pick([...texts, ...texts.map((one) => `${one}=a`), 'metadata.name=a', 'a in (b,c)', '!a', '1', '99999'])
    const answer = apiServer.request({
      ...place, verb: random.pick(['get', 'list', 'create', 'update', 'patch', 'patch', 'delete', 'deletecollection'] as const),
      ...(random.chance(5, 6) && { name: random.pick(['a', 'b']) }),
      ...(random.chance(1, 3) && { subresource: random.pick([...subresources, 'status', 'x']) }),
      ...(random.chance(5, 6) && { patchType: random.pick(['json', 'merge', 'strategic'] as const) }),
      ...(random.chance(9, 10) && { body: bodyOf(definition, random) }),
      ...(random.chance(1, 3) && { options: { labelSelector: text(), fieldSelector: random.chance(1, 2) ? text() : '', limit: random.pick(numbers), continue: random.chance(1, 4) ? text() : '', resourceVersion: random.chance(1, 4) ? text() : '', dryRun: random.chance(1, 2), container: text(), tailLines: random.pick(numbers) } }),
    })
    if (answer.ok) accepted += 1
    else expect(answer.status).toMatchObject({ kind: 'Status', status: 'Failure' })
  }
  expect(accepted).toBeGreaterThan(100)
})
