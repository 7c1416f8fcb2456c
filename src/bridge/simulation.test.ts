// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { accepted } from '../sim/api/status.ts'
import type { Run } from '../sim/cluster/run.ts'
import type { Batch, ToPage, ToWorker } from './protocol.ts'
import { connect, type Problem } from './simulation.ts'

/** A Worker that answers only when the test says so. */
class SilentWorker extends EventTarget {
  readonly heard: ToWorker[] = []
  terminated = false

  postMessage(message: ToWorker): void {
    this.heard.push(message)
  }

  terminate(): void {
    this.terminated = true
  }

  say(data: ToPage): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
}

const run: Run = { version: 1, seed: 5, options: { workers: 2 }, commands: [] }

function batch(now: number, commands: Run['commands']): Batch {
  return { type: 'batch', fresh: false, now, start: 0, pace: { speed: 1, paused: false }, changes: [], trace: [], countdowns: [], machines: [], components: [], faults: [], commands }
}

let workers: SilentWorker[] = []
const spawn = () => {
  const worker = new SilentWorker()
  workers.push(worker)
  return worker as unknown as Worker
}

beforeEach(() => {
  workers = []
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

test('a Worker that falls silent is replaced, its run replayed to where it was, and what was asked meanwhile asked again', async () => {
  const simulation = connect(spawn)
  const problems: Problem[] = []
  simulation.onProblem((problem) => problems.push(problem))
  simulation.boot(run)
  const done = [{ at: 900, command: { kind: 'power-off', node: 'worker-1' } }] as const
  workers[0]!.say(batch(1200, done))
  const answer = simulation.command({ kind: 'power-on', node: 'worker-1' })
  vi.advanceTimersByTime(4000)
  expect(workers[0]!.terminated).toBe(true)
  expect(problems).toEqual([{ kind: 'replaced' }])
  const [boot, again] = workers[1]!.heard
  expect(boot).toMatchObject({ type: 'boot', until: 1200, run: { seed: 5, commands: done } })
  expect(again).toMatchObject({ type: 'command', command: { kind: 'power-on' } })
  workers[1]!.say({ type: 'answer', id: (again as { id: number }).id, result: accepted('on') })
  expect(await answer).toEqual(accepted('on'))
  simulation.close()
})

test('a Worker that answers its heartbeats is left alone', () => {
  const simulation = connect(spawn)
  simulation.boot(run)
  for (let second = 0; second < 20; second += 1) {
    vi.advanceTimersByTime(1000)
    workers[0]!.say({ type: 'pong', id: 1 })
  }
  expect(workers).toHaveLength(1)
  simulation.close()
})

test('undo boots the run without its last command, at the moment before it', () => {
  const simulation = connect(spawn)
  simulation.boot(run)
  expect(simulation.undo()).toBe(false)
  const first = { at: 100, command: { kind: 'cordon', node: 'worker-1' } } as const
  const second = { at: 700, command: { kind: 'power-off', node: 'worker-1' } } as const
  workers[0]!.say(batch(5000, [first, second]))
  expect(simulation.undo()).toBe(true)
  expect(workers[0]!.heard.at(-1)).toMatchObject({ type: 'boot', until: 700, run: { commands: [first] }, pace: { paused: true } })
  simulation.close()
})

test('a run that kills its Workers is replaced three times, then held before it with what was asked dropped, then stopped until the next boot', async () => {
  const simulation = connect(spawn)
  const problems: Problem[] = []
  simulation.onProblem((problem) => problems.push(problem))
  simulation.boot(run)
  workers[0]!.say(batch(1200, []))
  const answer = simulation.command({ kind: 'power-on', node: 'worker-1' })
  const die = () => workers.at(-1)!.dispatchEvent(new Event('error', { cancelable: true }))
  for (let deaths = 0; deaths < 4; deaths += 1) die()
  expect(problems.map(({ kind }) => kind)).toEqual(['replaced', 'replaced', 'replaced', 'held'])
  expect(workers[4]!.heard).toEqual([expect.objectContaining({ type: 'boot', until: 1200, pace: { speed: 1, paused: true } })])
  expect((await answer).ok).toBe(false)
  die()
  expect(problems.at(-1)).toEqual({ kind: 'stopped' })
  vi.advanceTimersByTime(10_000)
  expect(workers).toHaveLength(5)
  expect((await simulation.ask({ kind: 'hash' })).ok).toBe(false)
  simulation.boot(run)
  expect(workers).toHaveLength(6)
  expect(workers[5]!.heard).toEqual([expect.objectContaining({ type: 'boot' })])
  simulation.close()
})

test('replacements that lie far apart are not counted together', () => {
  const simulation = connect(spawn)
  const problems: Problem[] = []
  simulation.onProblem((problem) => problems.push(problem))
  simulation.boot(run)
  for (let deaths = 0; deaths < 6; deaths += 1) {
    workers.at(-1)!.dispatchEvent(new Event('error', { cancelable: true }))
    for (let second = 0; second < 30; second += 1) {
      vi.advanceTimersByTime(1000)
      workers.at(-1)!.say({ type: 'pong', id: 1 })
    }
  }
  expect(problems.every(({ kind }) => kind === 'replaced')).toBe(true)
  simulation.close()
})
