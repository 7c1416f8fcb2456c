import { expect, test } from 'vitest'
import { noAnswer, tooManyRequests } from '../api/errors.ts'
import type { ApiRequest, Transport } from '../api/request.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { createClient } from './client.ts'

/** A server that gives these answers in turn, and the last one for ever. */
function server(...answers: readonly Result<unknown>[]): Transport & { readonly calls: ApiRequest[]; delay: number } {
  const calls: ApiRequest[] = []
  return {
    calls, delay: 0,
    request(request) {
      calls.push(request)
      return answers[Math.min(calls.length, answers.length) - 1]!
    },
    watch: () => refused(noAnswer('server')),
    delayOf() {
      return this.delay
    },
  }
}

const busy = refused(tooManyRequests('later', 2))

test('a call that is told when to come back is tried ten times more before its caller hears of it', () => {
  const [transport, clock] = [server(busy), { now: 1000 }]
  const client = createClient(transport, 'test', clock)
  expect(client.get('nodes', 'a')).toMatchObject({ ok: false, status: { code: 429 } })
  expect(transport.calls).toHaveLength(11)
  expect(client.busyUntil).toBeGreaterThanOrEqual(1000 + 10 * 2000)
})

test('a call that is let through the second time costs its caller only the waiting', () => {
  const [transport, clock] = [server(busy, accepted({})), { now: 1000 }]
  const client = createClient(transport, 'test', clock)
  expect(client.get('nodes', 'a').ok).toBe(true)
  expect(transport.calls).toHaveLength(2)
  expect(client.busyUntil).toBe(1000 + 2000 + 2)
})

test('what is refused without a word about when to come back is not tried again', () => {
  const transport = server(refused(noAnswer('server')))
  expect(createClient(transport, 'test', { now: 0 }).get('nodes', 'a').ok).toBe(false)
  expect(transport.calls).toHaveLength(1)
})

test('slow calls of one moment follow one another, and do not hold up those of another moment', () => {
  const [transport, clock] = [server(accepted({})), { now: 0 }]
  const client = createClient(transport, 'test', clock)
  transport.delay = 500
  client.get('nodes', 'a')
  client.get('nodes', 'a')
  expect(client.busyUntil).toBe(1001)
  clock.now = 100
  client.get('nodes', 'a')
  expect(client.busyUntil).toBe(601)
})
