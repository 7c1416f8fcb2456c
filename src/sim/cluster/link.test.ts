import { expect, test } from 'vitest'
import { Timeline } from '../kernel/agenda.ts'
import { RandomStreams } from '../kernel/random.ts'
import { serverTimeout } from '../api/errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { ApiRequest, Transport, WatchEvent, WatchSink } from '../api/request.ts'
import { accepted, refused } from '../api/status.ts'
import type { Fault } from './faults/fault.ts'
import { linkCondition } from './faults/link-condition.ts'
import { Link } from './link.ts'

const second = 1000
const caller = { component: 'kubelet', node: 'worker-1' }
const place = { group: '', version: 'v1', resource: 'pods', user: 'test' }
const list: ApiRequest = { ...place, verb: 'list' }
const create: ApiRequest = { ...place, verb: 'create', body: {} }

function event(resourceVersion: string): WatchEvent {
  return { type: 'MODIFIED', object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', uid: 'u', resourceVersion, creationTimestamp: '' } } as KubernetesObject }
}

/** One link, its server, and what its only watcher hears: versions, `error` and `closed`, with their times. */
function wired() {
  const timeline = new Timeline()
  const [asked, heard]: [string[], (readonly [number, string])[]] = [[], []]
  let sink: WatchSink | null = null
  const server: Transport = {
    request: (request) => {
      asked.push(request.verb)
      return accepted({})
    },
    watch: (_, newest) => {
      sink = newest
      return accepted({ stop: () => (sink = null) })
    },
  }
  const link = new Link(caller, { timeline, random: new RandomStreams(1).of('faults'), route: () => server })
  const suffer = (...faults: readonly Fault[]) => link.suffer(linkCondition(faults, caller, 'control-plane-1'))
  const watch = () => link.watch({ ...place, verb: 'watch' }, {
    event: ({ type, object }) => heard.push([timeline.now, type === 'ERROR' ? `error ${(object as unknown as { code: number }).code}` : object.metadata.resourceVersion]),
    closed: () => heard.push([timeline.now, 'closed']),
  })
  expect(watch().ok).toBe(true)
  return { timeline, link, asked, heard, suffer, watch, send: (version: string) => sink?.event(event(version)), end: () => sink?.closed(), isWatched: () => sink !== null }
}

test('what is sent does not arrive when nothing leaves, and arrives unanswered when nothing comes back', () => {
  const { link, suffer, asked } = wired()
  suffer({ kind: 'cut-off', node: 'worker-1', direction: 'out' })
  expect([link.request(create).ok, asked]).toEqual([false, []])
  suffer({ kind: 'cut-off', node: 'worker-1', direction: 'in' })
  expect([link.request(create).ok, asked]).toEqual([false, ['create']])
  // Seen from the other end it is the other way round.
  suffer({ kind: 'cut-off', node: 'control-plane-1', direction: 'in' })
  expect([link.request(create).ok, asked]).toEqual([false, ['create']])
  suffer()
  expect(link.request(create).ok).toBe(true)
})

test('events that cannot come back are told when they can, in order', () => {
  const { timeline, suffer, send, heard } = wired()
  suffer({ kind: 'cut-off', component: 'kubelet', node: 'worker-1', direction: 'in' })
  send('5')
  timeline.advanceTo(10 * second)
  send('6')
  expect(heard).toEqual([])
  suffer()
  expect(heard).toEqual([[10 * second, '5'], [10 * second, '6']])
})

test('a connection without answers is given up after 45 s; one that is cut in both directions at once', () => {
  const slow = wired()
  slow.suffer({ kind: 'freeze', node: 'control-plane-1' })
  slow.timeline.advanceTo(44_999)
  expect(slow.heard).toEqual([])
  slow.timeline.advanceTo(60 * second)
  expect([slow.heard, slow.isWatched(), slow.watch().ok]).toEqual([[[45 * second, 'closed']], false, false])
  const quick = wired()
  quick.suffer({ kind: 'cut-off', node: 'worker-1' })
  expect(quick.heard).toEqual([[0, 'closed']])
})

test('a connection that is whole again in time is kept', () => {
  const { timeline, suffer, heard, send } = wired()
  suffer({ kind: 'cut-off', node: 'worker-1', direction: 'out' })
  timeline.advanceTo(30 * second)
  suffer()
  timeline.advanceTo(90 * second)
  send('7')
  expect(heard).toEqual([[90 * second, '7']])
})

test('a stale watch that is to list anew is told 410, if it has missed anything', () => {
  const { suffer, heard, send } = wired()
  suffer({ kind: 'stale', component: 'kubelet', node: 'worker-1', relist: true })
  suffer()
  expect(heard).toEqual([])
  suffer({ kind: 'stale', component: 'kubelet', node: 'worker-1', relist: true })
  send('5')
  suffer()
  expect(heard).toEqual([[0, 'error 410'], [0, 'closed']])
})

test('what was late stays in order when it is late no more, and the end is heard last', () => {
  const { timeline, suffer, heard, send, end } = wired()
  suffer({ kind: 'slow', component: 'kube-apiserver', by: 2 * second }, { kind: 'slow', component: 'etcd', by: second })
  send('5')
  timeline.advanceTo(second)
  suffer()
  send('6')
  end()
  timeline.advanceTo(5 * second)
  expect(heard).toEqual([[3 * second, '5'], [3 * second, '6'], [3 * second, 'closed']])
})

test('slowness of etcd is felt by writes alone, that of a caller by itself alone', () => {
  const { link, suffer } = wired()
  suffer({ kind: 'slow', component: 'etcd', by: 300 }, { kind: 'slow', component: 'kubelet', node: 'worker-1', by: 20 }, { kind: 'slow', component: 'kubelet', node: 'worker-2', by: 7 })
  expect([link.delayOf('list'), link.delayOf('create')]).toEqual([20, 320])
})

test('answers to reads are never lost by a server that loses those to writes, nor are refusals', () => {
  const { link, suffer, asked } = wired()
  suffer({ kind: 'lose-answers', oneIn: 1 })
  expect([link.request(list).ok, link.request(create).ok, asked]).toEqual([true, false, ['list', 'create']])
  const refusing = new Link(caller, { timeline: new Timeline(), random: new RandomStreams(1).of('faults'), route: () => ({ request: () => refused(serverTimeout({ group: '', resource: 'pods' }, 'create', 0)), watch: () => refused(serverTimeout({ group: '', resource: 'pods' }, 'watch', 0)) }) })
  refusing.suffer(linkCondition([{ kind: 'lose-answers' }], caller, 'control-plane-1'))
  const answer = refusing.request(create)
  expect(answer.ok ? null : answer.status.reason).toBe('ServerTimeout')
})

test('of a process that has ended nothing is heard any more', () => {
  const { link, asked } = wired()
  link.drop()
  expect([link.request(create).ok, asked]).toEqual([false, []])
})
