import { expect, test } from 'vitest'
import { Timeline } from './agenda.ts'
import { Trace, type Write } from './trace.ts'
import { weights, type Weight } from './trace-columns.ts'

function writeOf(name: string, revision: number, weight: Weight = weights.choice): Write {
  return { author: 'kubelet/worker-1', verb: 'update', resource: 'nodes', subresource: 'status', namespace: undefined, name, revision, weight }
}

test('an entry tells who did what to what, when and because of what', () => {
  const timeline = new Timeline(-5)
  const trace = new Trace(timeline)
  expect(trace.add({ kind: 'fault', author: 'user', what: 'power-off worker-1', about: 'nodes/worker-1' })).toBe(1)
  expect(timeline.because(1, () => trace.write(writeOf('worker-1', 4_000_000_000)))).toBe(2)
  expect(trace.entry(1)).toEqual({ id: 1, at: -5, cause: 0, kind: 'fault', author: 'user', what: 'power-off worker-1', about: 'nodes/worker-1' })
  expect(trace.since(1)).toEqual([{ id: 2, at: -5, cause: 1, kind: 'write', author: 'kubelet/worker-1', what: 'update nodes/status worker-1', about: 'nodes/worker-1', revision: 4_000_000_000 }])
})

test('what follows a decision in the same turn follows from it, and a second decision does not', () => {
  const timeline = new Timeline()
  const trace = new Trace(timeline)
  timeline.because(90, () => {
    for (const node of ['a', 'b']) {
      trace.add({ kind: 'decision', author: 'node-controller', what: `taint ${node}` })
      trace.write(writeOf(node, trace.end))
    }
  })
  expect(trace.since(0).map(({ id, cause }) => [id, cause])).toEqual([[1, 90], [2, 1], [3, 90], [4, 3]])
})

test('of what is old, notes are forgotten first and what a person did last; ids stay', () => {
  const timeline = new Timeline()
  const trace = new Trace(timeline, 16)
  trace.add({ kind: 'command', author: 'user', what: 'apply 1 manifests' })
  trace.write(writeOf('chosen', 2))
  for (let revision = 3; revision <= 1000; revision += 1) trace.write(writeOf(`w${revision}`, revision, revision % 2 ? weights.note : weights.state))
  const kept = trace.since(0)
  expect(kept.length).toBeLessThanOrEqual(20)
  expect(kept.slice(0, 2).map(({ id, what }) => [id, what])).toEqual([[1, 'apply 1 manifests'], [2, 'update nodes/status chosen']])
  expect(kept.slice(-4).map(({ id }) => id)).toEqual([997, 998, 999, 1000])
  expect(kept.slice(2, -8).every(({ id }) => id % 2 === 0)).toBe(true)
  expect(trace.entry(1)?.what).toBe('apply 1 manifests')
  expect(trace.entry(501)).toBeUndefined()
  expect([trace.writeAt(2), trace.writeAt(1000), trace.writeAt(501), trace.writeAt(1001)]).toEqual([2, 1000, 0, 0])
  for (let revision = 1001; revision <= 1100; revision += 1) trace.write(writeOf('chosen', revision))
  expect(trace.since(0)[0]?.what).toBe('apply 1 manifests')
  expect(trace.entry(2)).toBeUndefined()
})

test('equal stories have equal hashes, and each part of a write counts', () => {
  const digestOf = (write: Write): string => {
    const trace = new Trace(new Timeline())
    trace.write(writeOf('first', 1))
    trace.write(write)
    return trace.digest
  }
  const same = digestOf(writeOf('worker-1', 2))
  expect(digestOf(writeOf('worker-1', 2))).toBe(same)
  const others: readonly Write[] = [
    writeOf('worker-2', 2), writeOf('worker-1', 3),
    { ...writeOf('worker-1', 2), verb: 'patch' }, { ...writeOf('worker-1', 2), author: 'user' }, { ...writeOf('worker-1', 2), subresource: undefined },
  ]
  for (const other of others) expect(digestOf(other)).not.toBe(same)
})
