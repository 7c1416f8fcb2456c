import { expect, test } from 'vitest'
import type { Batch, ObjectChange } from '../../bridge/protocol.ts'
import type { TimedCommand } from '../../sim/cluster/run.ts'
import { formatMicroTime, formatTime } from '../../sim/api/time.ts'
import { emptyView, received, type ClusterView } from './cluster-view.ts'
import { narrate } from './narration.ts'
import { emptyStory, told } from './story.ts'
import { batchOf, nodeChange, objectChange, podChange, start } from './testing.ts'

const lease = objectChange('leases', { metadata: { name: 'worker-2', namespace: 'kube-node-lease' }, spec: { renewTime: formatMicroTime(start + 20_000) } })
const calm = received(emptyView, batchOf([nodeChange('worker-2', 'zone-b'), lease, podChange('web-5f6d-a', { node: 'worker-2' }), podChange('cart-6b7f-b', { node: 'worker-2' })], { fresh: true }))

function tell(before: ClusterView, batch: Batch): string[] {
  return narrate(before, received(before, batch), batch).map(({ lead, rest }) => `${lead} ${rest}`.trim())
}

test('a machine that is not heard of is told with how long it was silent and what its pods get', () => {
  expect(tell(calm, batchOf([nodeChange('worker-2', 'zone-b', 'Unknown', 70_000)], { now: 75_000 }))).toEqual(['worker-2 has not renewed its lease for 50 s: NotReady. Its pods get 5 more minutes.'])
})

test('the pods of a lost machine are given up in one sentence, however many batches tell of them', () => {
  const lost = received(calm, batchOf([nodeChange('worker-2', 'zone-b', 'Unknown', 70_000)], { now: 75_000 }))
  const first = batchOf([podChange('web-5f6d-a', { node: 'worker-2', leavingAt: 400_000 })], { now: 370_000 })
  const between = received(lost, first)
  const second = batchOf([podChange('cart-6b7f-b', { node: 'worker-2', leavingAt: 401_000 })], { now: 371_000 })
  const story = told(told(emptyStory, lost, between, first), between, received(between, second), second)
  expect(story.happenings.map(({ at, lead, rest }) => `${at} ${lead} ${rest}`)).toEqual(['370000 The five minutes are over. The 2 pods of worker-2 are given up; their owners make new ones elsewhere.'])
})

test('what becomes of the pods that replace the lost ones is summed up anew as they come', () => {
  const lost = received(calm, batchOf([nodeChange('worker-2', 'zone-b', 'Unknown', 70_000), nodeChange('worker-1', 'zone-a')], { now: 75_000 }))
  const created = { metadata: { creationTimestamp: formatTime(start + 370_000) } }
  const young = (change: ObjectChange): ObjectChange => ({ ...change, object: { ...change.object!, metadata: { ...change.object!.metadata, ...created.metadata } } })
  const given = batchOf([
    podChange('web-5f6d-a', { node: 'worker-2', leavingAt: 400_000 }), podChange('cart-6b7f-b', { node: 'worker-2', leavingAt: 400_000 }),
    young(podChange('web-5f6d-c', { node: 'worker-1', ready: false, state: { waiting: { reason: 'ContainerCreating' } } })), young(podChange('cart-6b7f-d', { message: '0/4 nodes are available: 2 Insufficient cpu.' })),
  ], { now: 370_000 })
  expect(tell(lost, given).at(-1)).toBe('The five minutes are over. The 2 pods of worker-2 are given up; their owners have made new ones: 1 starts, 1 finds no room.')
  const later = batchOf([young(podChange('web-5f6d-c', { node: 'worker-1' }))], { now: 375_000 })
  expect(tell(received(lost, given), later)).toEqual(['The five minutes are over. The 2 pods of worker-2 are given up; their owners have made new ones: 1 runs, 1 finds no room.'])
  expect(tell(received(received(lost, given), later), batchOf([], { now: 376_000 }))).toEqual([])
})

test('the silence of a machine is told in full seconds, as it was at the verdict', () => {
  const verdict = { id: 1, at: 74_900, cause: 0, kind: 'write', author: 'node-controller', what: 'update nodes/status worker-2', about: 'nodes/worker-2' } as const
  expect(tell(calm, batchOf([nodeChange('worker-2', 'zone-b', 'Unknown', 74_000)], { now: 76_000, trace: [verdict] }))[0]).toMatch(/for 54 s: NotReady/)
})

test('a command is told once, in the words of who gave it', () => {
  const commands: TimedCommand[] = [{ at: 22_000, command: { kind: 'power-off', node: 'worker-2' } }]
  const batch = batchOf([], { now: 22_000, commands })
  expect(tell(calm, batch)[0]).toMatch(/^You powered off worker-2\./)
  expect(tell(received(calm, batch), batch)).toEqual([])
})

test('a pod without room is told with the scheduler’s count, and only once', () => {
  const waiting = podChange('cart-6b7f-zz41w', { message: '0/4 nodes are available: 2 Insufficient cpu. preemption: none.' })
  expect(tell(calm, batchOf([waiting]))).toEqual(['cart-6b7f-zz41w finds no room. The scheduler says: 2 Insufficient cpu.'])
  expect(tell(received(calm, batchOf([waiting])), batchOf([waiting]))).toEqual([])
})

test('what a fresh batch brings is not news', () => {
  expect(tell(calm, batchOf([nodeChange('worker-2', 'zone-b', 'Unknown')], { fresh: true }))).toEqual([])
})

test('a pod whose image cannot be pulled and one that crashes are told apart', () => {
  const broken = podChange('web-5f6d-a', { node: 'worker-2', ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } })
  const crashing = podChange('cart-6b7f-b', { node: 'worker-2', ready: false, restarts: 3, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 1 } } })
  expect(tell(calm, batchOf([broken, crashing]))).toEqual([
    'web-5f6d-a cannot pull shop/web:2.3. Its kubelet tries again, each time later, at most every 5 minutes.',
    'cart-6b7f-b keeps crashing: exit code 1. Restarted 3 times; each wait is twice as long as the one before, up to 5 minutes.',
  ])
})
