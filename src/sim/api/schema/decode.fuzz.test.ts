import { expect, test } from 'vitest'
import { RandomStreams, type Random } from '../../kernel/random.ts'
import type { KubernetesObject } from '../objects.ts'
import { definitionOf } from '../resources.ts'
import { decodeObject } from '../schema.ts'
import { must } from '../status.ts'

const pods = definitionOf('pods')
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]

const manifest = {
  apiVersion: 'v1', kind: 'Pod',
  metadata: {
    name: 'web', namespace: 'default', labels: { app: 'web', tier: 'front' }, creationTimestamp: '2026-01-01T00:00:00Z',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true }],
    managedFields: [{ manager: 'me', operation: 'Update', fieldsV1: { 'f:spec': { 'f:x': {} } } }],
  },
  spec: {
    nodeName: 'n1', tolerations: [{ key: 'a', operator: 'Exists' }, { key: 'b' }],
    containers: [
      { name: 'c', image: 'x', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1', memory: '1Gi' } }, livenessProbe: { httpGet: { port: 'http' } } },
      { name: 'd', image: 'y', env: [{ name: 'A', value: '1' }] },
    ],
    volumes: [{ name: 'v', secret: { secretName: 's' } }],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }], hostIPs: [{ ip: '10.0.0.1' }] },
}

test.each(seeds)('reads what shares parts with a stored object as it reads the same without them (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('decode')
  let stored = must(decodeObject(pods, manifest, 'Strict'))
  for (let round = 0; round < 60; round += 1) {
    const body = changed(stored, random) as object
    const alone: unknown = JSON.parse(JSON.stringify(body))
    const validation = random.pick(['Strict', 'Warn', 'Ignore'] as const)
    const before = JSON.stringify(stored)
    const shared = decodeObject(pods, body, validation, stored)
    expect(shared).toEqual(decodeObject(pods, alone, validation))
    expect(JSON.stringify(stored)).toBe(before)
    if (!shared.ok) continue
    expect(hasLoosePart(shared.value)).toBe(false)
    const said = JSON.stringify(shared.value)
    spoil(body, random)
    expect(JSON.stringify(shared.value)).toBe(said)
    expect(decodeObject(pods, JSON.parse(said), 'Ignore', shared.value)).toEqual({ ok: true, value: shared.value })
    if (random.chance(1, 2)) stored = shared.value
  }
})

test('takes over the parts of the stored object that a body merely repeats', () => {
  const { managedFields: _, ...metadata } = manifest.metadata
  const stored = must(decodeObject(pods, { ...manifest, metadata }, 'Strict')) as KubernetesObject & { readonly spec: { readonly containers: readonly unknown[] }; readonly status: unknown }
  const body = JSON.parse(JSON.stringify({ ...stored, status: { ...manifest.status, phase: 'Failed' } })) as { spec: { containers: { image: string }[] } }
  body.spec.containers[1]!.image = 'z'
  const read = must(decodeObject(pods, body, 'Strict', stored)) as typeof stored
  expect(read.metadata).toBe(stored.metadata)
  expect(read.spec.containers[0]).toBe(stored.spec.containers[0])
  expect([read.spec.containers[1] === stored.spec.containers[1], read.status === stored.status]).toEqual([false, false])
})

/** A copy that shares some parts, repeats others, and differs in some: wrong types, unknown fields, nulls and frozen shells among them. */
function changed(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null) return random.chance(1, 12) ? random.pick<unknown>(['other', '', 7, true, null, '2026-01-01T01:00:00+01:00', [], {}]) : value
  if (random.chance(1, 3)) return value
  if (Array.isArray(value)) {
    const list: unknown[] = value.map((inner) => changed(inner, random))
    if (random.chance(1, 10)) list.pop()
    if (random.chance(1, 10)) list.push(random.pick<unknown>([null, ...value]))
    return random.chance(1, 5) ? Object.freeze(list) : list
  }
  const record: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) if (!random.chance(1, 15)) record[key] = random.chance(1, 20) ? undefined : changed(inner, random)
  if (random.chance(1, 15)) record[random.pick(['bogus', 'reason', 'app'])] = random.pick<unknown>(['x', {}, undefined])
  return random.chance(1, 5) ? frozen(record) : record
}

/** Whoever freezes an object has completed its lists. */
function frozen(record: Record<string, unknown>): unknown {
  for (const value of Object.values(record)) if (Array.isArray(value)) complete(value)
  return Object.freeze(record)
}

function complete(list: readonly unknown[]): void {
  for (const value of list) if (Array.isArray(value)) complete(value)
  Object.freeze(list)
}

function hasLoosePart(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (!Object.isFrozen(value) || Object.values(value).some(hasLoosePart))
}

/** What a careless caller does afterwards with what it sent. */
function spoil(value: unknown, random: Random): void {
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    spoil((value as Record<string, unknown>)[key], random)
    if (!Object.isFrozen(value) && random.chance(1, 2)) (value as Record<string, unknown>)[key] = 'spoilt'
  }
}
