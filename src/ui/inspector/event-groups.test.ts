import { expect, test } from 'vitest'
import type { Event } from '../../sim/api/generated/types.ts'
import { formatTime } from '../../sim/api/time.ts'
import { groupEvents } from './event-groups.ts'

const noon = Date.UTC(2026, 0, 1, 12)

function event(name: string, reason: string, seconds: number, more: Partial<Event> = {}): Event {
  return { metadata: { name: `${name}.${seconds}`, namespace: 'shop', uid: `${name}${reason}${seconds}`, resourceVersion: String(seconds + 1), creationTimestamp: formatTime(noon) }, involvedObject: { kind: 'Pod', namespace: 'shop', name }, reason, message: `${reason} of ${name}`, type: 'Normal', count: 1, lastTimestamp: formatTime(noon + seconds * 1000), ...more } as Event
}

const all = { type: '', namespace: '', text: '' }
const told = (events: Event[], filter = all) => groupEvents(events, filter).map(({ newest, times, things }) => `${newest.reason} ${newest.involvedObject.name} ×${times} of ${things}`)

test('what the pods of one workload say at the same time is one group, with all its repetitions, newest first', () => {
  const events = [event('web-5f984b46d5-aaaaa', 'Pulled', 1), event('web-5f984b46d5-bbbbb', 'Pulled', 3, { count: 4 }), event('cart-7d9c5b8f4-ccccc', 'Pulled', 2)]
  expect(told(events)).toEqual(['Pulled web-5f984b46d5-bbbbb ×5 of 2', 'Pulled cart-7d9c5b8f4-ccccc ×1 of 1'])
})

test('the same a minute later, or with another reason, is told apart', () => {
  expect(told([event('web-5f984b46d5-aaaaa', 'BackOff', 1), event('web-5f984b46d5-aaaaa', 'BackOff', 70), event('web-5f984b46d5-aaaaa', 'Killing', 70)])).toHaveLength(3)
})

test('type, namespace and every word of the text narrow the list', () => {
  const events = [event('web-5f984b46d5-aaaaa', 'BackOff', 1, { type: 'Warning' }), event('cart-7d9c5b8f4-ccccc', 'Pulled', 2)]
  expect(told(events, { ...all, type: 'Warning' })).toHaveLength(1)
  expect(told(events, { ...all, namespace: 'other' })).toHaveLength(0)
  expect(told(events, { ...all, text: 'pulled CART' })).toEqual(['Pulled cart-7d9c5b8f4-ccccc ×1 of 1'])
})
