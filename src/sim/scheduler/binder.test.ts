import { expect, test } from 'vitest'
import { Binder } from './binder.ts'
import { NodeState } from './node-state.ts'
import { PodState } from './pod-state.ts'
import { QueuedPod } from './queued-pod.ts'

test.each([1, 3, 4_000])('binds pods in the order they were decided on, however many wait (up to %i at once)', (atOnce) => {
  const planned: (() => void)[] = []
  const bound: string[] = []
  const agenda = { now: 0, because: (_: number, run: () => unknown) => run(), at: (_due: number, _label: string, run: () => void) => planned.push(run) }
  const client = { busyUntil: 0, bind: (key: string, uid: string, node: string) => (bound.push(`${key} ${uid} ${node}`), { ok: true }) }
  const context = { agenda, client, events: { event: () => undefined }, decided: () => undefined }
  const binder = new Binder(context as never, [], { bound: () => undefined, refused: () => undefined, failed: () => undefined })
  const expected: string[] = []
  let count = 0
  for (let wave = 0; wave < 3; wave += 1) {
    for (let pod = 0; pod < atOnce; pod += 1) {
      count += 1
      const state = new PodState({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${count}`, namespace: 'default', uid: `uid-${count}` }, spec: { containers: [] }, status: {} } as never)
      binder.bind(new QueuedPod(state, 0, 0, count), new NodeState(`n${count}`, 0))
      expected.push(`default/p${count} uid-${count} n${count}`)
    }
    // The next ones come while some of these still wait.
    for (let step = 0; step < (atOnce * 2) / 3; step += 1) planned.shift()!()
    expect(planned.length).toBeLessThan(2)
  }
  while (planned.length > 0) planned.shift()!()
  expect(bound).toEqual(expected)
})
