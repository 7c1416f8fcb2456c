import { expect, test } from 'vitest'
import type { KubernetesObject } from '../sim/api/objects.ts'
import { Outbox } from './outbox.ts'
import type { ObjectChange } from './protocol.ts'

const change = (resource: ObjectChange['resource'], key: string, spec: object | null = {}): ObjectChange => ({ resource, key, object: spec ? ({ metadata: { name: key }, spec } as unknown as KubernetesObject) : null })
const pods = (node: string, count: number) => Array.from({ length: count }, (_, index) => change('pods', `default/${node}-${index}`, { nodeName: node }))
const names = (changes: readonly ObjectChange[]) => changes.map(({ key }) => key)

test('a thousand pods are told over several frames, machine by machine, and none is lost', () => {
  const outbox = new Outbox()
  const machines = Array.from({ length: 100 }, (_, index) => pods(`worker-${index}`, 10))
  // They come as the scheduler deals them out: one a machine, then the next.
  for (let row = 0; row < 10; row += 1) outbox.put(machines.map((own) => own[row]!))
  const frames: (readonly ObjectChange[])[] = []
  while (!outbox.isEmpty) frames.push(outbox.take())
  expect(frames.length).toBeGreaterThan(10)
  for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(64)
  for (const frame of frames) expect(new Set(names(frame).map((key) => key.slice(0, key.lastIndexOf('-')))).size).toBeLessThanOrEqual(8)
  expect(names(frames.flat()).toSorted()).toEqual(names(machines.flat()).toSorted())
})

test('what changed again meanwhile is told once, as it is now', () => {
  const outbox = new Outbox()
  outbox.put([change('pods', 'default/web', {})])
  outbox.put([change('pods', 'default/web', { nodeName: 'worker-1' })])
  const gone = change('pods', 'default/web', null)
  outbox.put([gone])
  expect(outbox.take()).toEqual([gone])
  expect(outbox.isEmpty).toBe(true)
})

test('machines and workloads come before pods, and events last, however many pods there are', () => {
  const outbox = new Outbox()
  outbox.put([change('events', 'default/e'), ...pods('worker-1', 70), change('deployments', 'default/web')])
  const first = names(outbox.take())
  expect(first[0]).toBe('default/web')
  expect(first.at(-1)).toBe('default/e')
  expect(names(outbox.take())).toHaveLength(7)
})

test('the first look at a run is whole, and only what is listed follows', () => {
  const outbox = new Outbox()
  outbox.put([...pods('worker-1', 500), ...Array.from({ length: 600 }, (_, index) => change('events', `default/e-${index}`))])
  const first = outbox.take(true)
  expect(first.filter(({ resource }) => resource === 'pods')).toHaveLength(500)
  expect(first).toHaveLength(750)
  expect([outbox.take().length, outbox.take().length, outbox.isEmpty]).toEqual([250, 100, true])
})
