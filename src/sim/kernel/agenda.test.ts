import { expect, test } from 'vitest'
import { Timeline } from './agenda.ts'
import { RandomStreams } from './random.ts'

test('runs what is planned by time, and what is planned for one instant in the order it was planned', () => {
  const timeline = new Timeline(-10)
  const ran: string[] = []
  const plan = (due: number, name: string) => timeline.at(due, name, () => ran.push(`${timeline.now} ${name}`))
  plan(5, 'c')
  plan(-3, 'a')
  plan(5, 'd')
  plan(0, 'b')
  timeline.advanceTo(5)
  expect(ran).toEqual(['-3 a', '0 b', '5 c', '5 d'])
  expect(timeline.now).toBe(5)
})

test('what is planned for the past happens now, after what was planned for now before it', () => {
  const timeline = new Timeline()
  const ran: string[] = []
  timeline.at(10, 'first', () => timeline.at(3, 'late', () => ran.push(`late at ${timeline.now}`)))
  timeline.at(10, 'second', () => ran.push('second'))
  timeline.advanceTo(100)
  expect(ran).toEqual(['second', 'late at 10'])
})

test('what an entry plans has the cause of that entry, and outside of entries there is none', () => {
  const timeline = new Timeline()
  const process = timeline.fork('kubelet')
  const causes: number[] = []
  timeline.because(7, () => process.after(1, 'first', () => process.after(1, 'second', () => causes.push(process.cause))))
  expect(timeline.cause).toBe(0)
  process.after(1, 'of nothing', () => causes.push(process.cause))
  timeline.advanceTo(5)
  expect(causes).toEqual([0, 7])
  expect(timeline.cause).toBe(0)
})

test('what is done because of something else has that as its cause, and afterwards all is as before', () => {
  const timeline = new Timeline()
  const causes: number[] = []
  timeline.because(1, () => {
    expect(() => timeline.because(2, () => {
      timeline.after(0, 'planned', () => causes.push(timeline.cause))
      throw new Error('given up')
    })).toThrow('given up')
    causes.push(timeline.cause)
  })
  timeline.advanceTo(0)
  expect(causes).toEqual([1, 2])
})

test('a decision is the cause of what follows it in the same entry, and not of the next decision', () => {
  const timeline = new Timeline()
  const seen: number[][] = []
  timeline.because(3, () => timeline.after(0, 'decides', () => {
    timeline.decided(4)
    seen.push([timeline.cause, timeline.occasion])
    timeline.because(9, () => seen.push([timeline.cause, timeline.occasion]))
    seen.push([timeline.cause, timeline.occasion])
  }))
  timeline.after(0, 'other', () => seen.push([timeline.cause, timeline.occasion]))
  timeline.advanceTo(0)
  expect(seen).toEqual([[4, 3], [9, 9], [4, 3], [0, 0]])
})

test('a frozen process that is thawed does what it planned because of what it was planned for', () => {
  const timeline = new Timeline()
  const process = timeline.fork('kubelet')
  const causes: number[] = []
  timeline.because(5, () => process.after(1, 'held back', () => causes.push(timeline.cause)))
  process.freeze()
  timeline.advanceTo(2)
  timeline.because(6, () => process.thaw())
  timeline.advanceTo(2)
  expect(causes).toEqual([5])
})

test('what was held back in a freeze can still be cancelled, before the thaw and after it', () => {
  const timeline = new Timeline()
  const process = timeline.fork('kubelet')
  const ran: string[] = []
  const early = process.after(1, 'early', () => ran.push('early'))
  process.after(2, 'middle', () => {
    ran.push('middle')
    process.cancel(late)
  })
  const late = process.after(3, 'late', () => ran.push('late'))
  process.freeze()
  timeline.advanceTo(5)
  process.cancel(early)
  process.thaw()
  process.freeze()
  timeline.advanceTo(6)
  process.thaw()
  timeline.advanceTo(9)
  expect(ran).toEqual(['middle'])
})

test('what is cancelled never runs and does not hold up the clock', () => {
  const timeline = new Timeline()
  const entry = timeline.at(5, 'never', () => expect.unreachable())
  timeline.cancel(entry)
  expect(timeline.nextDue()).toBeNull()
  expect(timeline.pending).toBe(0)
  timeline.advanceTo(10)
  timeline.cancel(entry)
})

test('a dead process runs nothing that it planned and plans nothing more', () => {
  const timeline = new Timeline()
  const process = timeline.fork('kubelet')
  process.after(5, 'never', () => expect.unreachable())
  process.dispose()
  process.after(1, 'never either', () => expect.unreachable())
  timeline.advanceTo(10)
  expect(process.disposed).toBe(true)
})

test('a frozen process does what fell due meanwhile, in its order, when it is thawed', () => {
  const timeline = new Timeline()
  const process = timeline.fork('kubelet')
  const ran: string[] = []
  for (const name of ['a', 'b']) process.after(5, name, () => ran.push(`${timeline.now} ${name}`))
  process.freeze()
  timeline.advanceTo(20)
  expect(ran).toEqual([])
  process.thaw()
  timeline.advanceTo(20)
  expect(ran).toEqual(['20 a', '20 b'])
})

test.each([1, 2, 3])('ten thousand entries, a third of them cancelled, run in the order of a sorted list (seed %i)', (seed) => {
  const timeline = new Timeline()
  const random = new RandomStreams(seed).of('agenda')
  const expected: { due: number; id: number }[] = []
  const ran: number[] = []
  for (let planned = 0; planned < 10_000; planned += 1) {
    const due = random.below(1000)
    const id = timeline.at(due, '', () => ran.push(id))
    if (random.chance(1, 3)) timeline.cancel(id)
    else expected.push({ due, id })
  }
  timeline.advanceTo(1000)
  expect(ran).toEqual(expected.sort((a, b) => a.due - b.due || a.id - b.id).map(({ id }) => id))
})

test('cancelling what has run or was cancelled does nothing to what was planned since', () => {
  const timeline = new Timeline()
  const ran: string[] = []
  const early = timeline.at(1, 'early', () => ran.push('early'))
  const never = timeline.at(2, 'never', () => ran.push('never'))
  timeline.cancel(never)
  timeline.advanceTo(5)
  timeline.at(6, 'one', () => ran.push('one'))
  timeline.at(6, 'other', () => ran.push('other'))
  for (const gone of [early, never, never]) timeline.cancel(gone)
  expect(timeline.pending).toBe(2)
  timeline.advanceTo(10)
  expect([ran, timeline.pending]).toEqual([['early', 'one', 'other'], 0])
})

test('what is planned for after the end of time waits, and what is no time is a mistake', () => {
  const timeline = new Timeline()
  const ran: string[] = []
  for (const due of [1e16, Infinity, Number.MAX_SAFE_INTEGER]) timeline.at(due, 'never', () => ran.push('never'))
  timeline.at(5, 'soon', () => ran.push('soon'))
  timeline.advanceTo(1e15)
  expect(ran).toEqual(['soon'])
  expect(timeline.pending).toBe(3)
  for (const due of [Number.NaN, 1.5]) expect(() => timeline.at(due, 'no time', () => {})).toThrow('is not a whole number')
})
