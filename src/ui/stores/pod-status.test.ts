import { expect, test } from 'vitest'
import type { Countdown } from '../../bridge/protocol.ts'
import type { Pod } from '../../sim/api/generated/types.ts'
import { podStatus, refusalReasons } from './pod-status.ts'
import { podChange } from './testing.ts'

const pod = (shape: Parameters<typeof podChange>[1]) => podChange('web-5f6d-2xk9p', shape).object as Pod
const countdown = (kind: Countdown['kind']): Countdown => ({ kind, about: 'pods/shop/web-5f6d-2xk9p', since: 0, due: 14_000 })
const unschedulable = '0/4 nodes are available: 2 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: 0/4 nodes are available.'

test.each([
  ['waits for a node, with the shortage', pod({ message: unschedulable }), [], 'waiting', 'no cpu'],
  ['is created', pod({ node: 'n', ready: false, state: { waiting: { reason: 'ContainerCreating' } } }), [], 'starting', 'creating'],
  ['pulls', pod({ node: 'n', ready: false, state: { waiting: { reason: 'ContainerCreating' } } }), [countdown('pull')], 'starting', 'pulling'],
  ['runs, not ready, until the next probe', pod({ node: 'n', ready: false }), [countdown('probe')], 'notReady', 'probe'],
  ['crashes', pod({ node: 'n', ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } }), [countdown('backOff')], 'bad', 'restart'],
  ['was out of memory', pod({ node: 'n', ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }), [countdown('backOff')], 'bad', 'OOMKilled'],
  ['cannot pull', pod({ node: 'n', ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }), [], 'bad', 'cannot pull'],
  ['ended and is not started yet', pod({ node: 'n', ready: false, state: { terminated: { exitCode: 3 } } }), [], 'bad', 'exit 3'],
  ['leaves', pod({ node: 'n', leavingAt: 30_000 }), [countdown('termination')], 'leaving', ''],
] as const)('a pod that %s', (_, subject, countdowns, state, text) => {
  const status = podStatus(subject, false, countdowns)
  expect([status.state, status.note?.text]).toEqual([state, text])
  expect(status.note?.due).toBe(countdowns[0]?.due)
})

test('a ready pod says nothing, unless it was restarted', () => {
  expect(podStatus(pod({ node: 'n' }), false).note).toBeNull()
  expect(podStatus(pod({ node: 'n', restarts: 2 }), false).note?.text).toBe('2× restarted')
})

test('on a machine that is not heard of, a pod is unknown until it is given up, and lost after that', () => {
  const unknown = podStatus(pod({ node: 'n' }), true, [countdown('eviction')])
  expect([unknown.state, unknown.note?.due]).toEqual(['unknown', 14_000])
  expect(podStatus(pod({ node: 'n', leavingAt: 1 }), true, [countdown('termination')]).note).toEqual({ text: 'lost' })
})

test('the reasons of a refusal are those the scheduler counted, without its preemption’s', () => {
  expect(refusalReasons(unschedulable)).toBe('2 Insufficient cpu, 2 untolerated taint')
})
