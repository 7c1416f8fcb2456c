import { expect, test } from 'vitest'
import { EventCorrelator, similarInterval, spamBurst, type Occurrence } from './event-correlator.ts'

function said(message: string, name = 'web'): Occurrence {
  return { involvedObject: { kind: 'Pod', namespace: 'default', name, uid: '1', apiVersion: 'v1' }, source: { component: 'kubelet', host: 'worker-1' }, type: 'Warning', reason: 'BackOff', message }
}

test('forgetting what has expired changes nothing of what is said later', () => {
  const forgetful = new EventCorrelator()
  const faithful = new EventCorrelator()
  for (let step = 0; step < 400; step += 1) {
    // Twelve messages of one pod and one of another, with pauses of every length up to an hour.
    const now = step * 20_000 + Math.floor(step / 40) * 400_000
    const occurrence = step % 13 === 12 ? said('again', 'other') : said(`message ${step % 13}`)
    expect(forgetful.correlate(occurrence, now, step)).toEqual(faithful.correlate(occurrence, now, step))
    forgetful.forgetExpired(now + 1)
  }
})

test('nothing is left to expire when messages are old and the spam filter has all its tokens back', () => {
  const correlator = new EventCorrelator()
  for (let step = 0; step < 3; step += 1) correlator.correlate(said(`message ${step}`), 0, step)
  correlator.forgetExpired(similarInterval + 1)
  expect(correlator.expires).toBe(true)
  correlator.forgetExpired(3 * 300_000)
  expect(correlator.expires).toBe(false)
})

test('what the spam filter held back counts, and names the event that comes after all', () => {
  const correlator = new EventCorrelator()
  for (let step = 0; step < spamBurst; step += 1) correlator.correlate(said('hello'), 0, 7)
  expect(correlator.correlate({ ...said('other'), reason: 'Failed' }, 1_000, 9)).toEqual({ action: 'drop' })
  expect(correlator.correlate({ ...said('other'), reason: 'Failed' }, 301_000, 11)).toEqual({ action: 'patch', message: 'other', count: 2, first: 1_000, draw: 9 })
})
