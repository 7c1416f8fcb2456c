import { beforeEach, expect, test, vi } from 'vitest'
import { Cluster } from '../sim/cluster/cluster.ts'
import type { Deployment, Pod } from '../sim/api/generated/types.ts'
import type { Run } from '../sim/cluster/run.ts'
import type { Batch, Pace, Question, ToPage } from './protocol.ts'
import { Session } from './session.ts'

const held: Pace = { speed: 1, paused: true }
const run: Run = { version: 1, seed: 5, options: { workers: 2 }, commands: [{ at: 1000, command: { kind: 'power-off', node: 'worker-1' } }] }

let real = 0
let said: ToPage[] = []
let session: Session

/** Every look at the clock takes a tenth of a millisecond: slices end. */
beforeEach(() => {
  real = 0
  said = []
  session = new Session((message) => said.push(message), () => (real += 0.1))
})

const batches = () => said.filter((message): message is Batch => message.type === 'batch')
const latest = () => batches().at(-1)!

/** Until nothing is left to do, the page acknowledging each batch. */
function settle(): void {
  for (let ticks = 0; ticks < 10_000 && session.tick(); ticks += 1) session.handle({ type: 'drawn' })
  session.handle({ type: 'drawn' })
}

test('a boot plays its commands, shows nothing on the way, and stands where it was asked to', () => {
  session.handle({ type: 'boot', run, until: 90_000, pace: held })
  settle()
  expect(batches()).toHaveLength(1)
  expect(latest()).toMatchObject({ fresh: true, now: 90_000, commands: run.commands, pace: held })
  expect(latest().changes.filter(({ resource }) => resource === 'nodes')).toHaveLength(3)
  session.handle({ type: 'ask', id: 1, question: { kind: 'hash' } })
  const cluster = new Cluster(run.seed, run.options)
  cluster.advanceTo(1000)
  cluster.perform(run.commands[0]!.command)
  cluster.advanceTo(90_000)
  expect(said.at(-1)).toEqual({ type: 'answer', id: 1, result: { ok: true, value: cluster.hash() } })
})

test('a command that arrives during the replay waits for its end', () => {
  session.handle({ type: 'boot', run, until: 30_000, pace: held })
  session.handle({ type: 'command', id: 7, command: { kind: 'cordon', node: 'worker-2' } })
  settle()
  expect(latest().commands).toEqual([...run.commands, { at: 30_000, command: { kind: 'cordon', node: 'worker-2' } }])
  expect(said.find((message) => message.type === 'answer')).toMatchObject({ id: 7, result: { ok: true } })
})

test('keeps the pace, and never has two batches unacknowledged', () => {
  session.handle({ type: 'boot', run, pace: held })
  settle()
  session.handle({ type: 'pace', pace: { speed: 100, paused: false } })
  const before = { now: latest().now, count: batches().length }
  for (let milliseconds = 0; milliseconds < 100; milliseconds += 5) {
    real += 5
    session.tick()
  }
  expect(batches()).toHaveLength(before.count + 1)
  session.handle({ type: 'drawn' })
  session.tick()
  expect(batches()).toHaveLength(before.count + 2)
  expect(latest().now - before.now).toBeGreaterThan(9000)
  expect(latest().now - before.now).toBeLessThan(15_000)
})

test('hundreds of pods are told over several frames, also while time is held, and in the end all of them', () => {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] } }
  session.handle({ type: 'boot', run: { ...run, options: { workers: 10 }, commands: [] }, until: 1000, pace: held })
  settle()
  session.handle({ type: 'command', id: 1, command: { kind: 'apply', manifests: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 300, selector: { matchLabels: { app: 'web' } }, template } }] } })
  session.handle({ type: 'pace', pace: { speed: 1000, paused: false } })
  const before = batches().length
  for (let milliseconds = 0; milliseconds < 200; milliseconds += 5) {
    real += 5
    session.tick()
    session.handle({ type: 'drawn' })
  }
  session.handle({ type: 'pace', pace: held })
  for (let frames = 0; frames < 200; frames += 1) {
    session.tick()
    session.handle({ type: 'drawn' })
  }
  const news = batches().slice(before)
  for (const { changes } of news) expect(changes.filter(({ resource }) => resource === 'pods').length).toBeLessThanOrEqual(64)
  const told = new Map(news.flatMap(({ changes }) => changes).map(({ resource, key, object }) => [`${resource}/${key}`, object] as const))
  const { replicas, readyReplicas } = (told.get('deployments/default/web') as unknown as Deployment).status
  const pods = [...told].flatMap(([id, object]) => (id.startsWith('pods/default/') ? [object as unknown as Pod] : []))
  expect(pods).toHaveLength(300)
  expect([replicas, readyReplicas ?? 0]).toEqual([300, pods.filter(({ status }) => status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')).length])
})

test('a hidden page hears nothing, and everything at once when it is looked at again', () => {
  session.handle({ type: 'boot', run, pace: held })
  settle()
  const count = batches().length
  session.handle({ type: 'visible', visible: false })
  session.handle({ type: 'pace', pace: { speed: 1000, paused: false } })
  for (let ticks = 0; ticks < 20; ticks += 1) {
    real += 10
    session.tick()
  }
  expect(batches()).toHaveLength(count)
  session.handle({ type: 'visible', visible: true })
  session.tick()
  expect(batches()).toHaveLength(count + 1)
  expect(latest().fresh).toBe(false)
  expect(latest().now).toBeGreaterThan(100_000)
})

test('“next change” goes to the next thing the page would show and stands there; one event is one event', () => {
  session.handle({ type: 'boot', run, until: 20_000, pace: held })
  settle()
  session.handle({ type: 'step', to: 'change' })
  settle()
  const { now, changes } = latest()
  expect(now).toBeGreaterThan(20_000)
  expect(now).toBeLessThan(70_000)
  expect(changes.some(({ resource }) => resource === 'nodes' || resource === 'pods' || resource === 'endpointslices')).toBe(true)
  session.handle({ type: 'step', to: 'event' })
  settle()
  expect(latest().now).toBeGreaterThanOrEqual(now)
  expect(latest().now).toBeLessThan(now + 10_000)
})

test('a defect of the simulator stops the run with seed and time, and the next boot runs again', () => {
  session.handle({ type: 'boot', run, until: 5000, pace: held })
  settle()
  const breaking = vi.spyOn(Cluster.prototype, 'step').mockImplementation(() => {
    throw new Error('impossible')
  })
  session.handle({ type: 'pace', pace: { speed: 1, paused: false } })
  real += 50
  expect(session.tick()).toBe(false)
  expect(said.find((message) => message.type === 'defect')).toEqual({ type: 'defect', message: 'impossible', seed: 5, at: 5000 })
  breaking.mockRestore()
  expect(session.tick()).toBe(false)
  session.handle({ type: 'boot', run, until: 6000, pace: held })
  settle()
  expect(latest()).toMatchObject({ fresh: true, now: 6000 })
})

test('heartbeats are answered even before a cluster was booted', () => {
  session.handle({ type: 'ping', id: 3 })
  expect(said).toEqual([{ type: 'pong', id: 3 }])
})

test('a search for the next change that finds none says for how long there is none', () => {
  session.handle({ type: 'boot', run: { ...run, commands: [] }, until: 60_000, pace: held })
  settle()
  expect(latest().nothingFor).toBeUndefined()
  session.handle({ type: 'step', to: 'change' })
  settle()
  expect(batches().filter(({ nothingFor }) => nothingFor !== undefined).map(({ nothingFor }) => nothingFor)).toEqual([900_000])
})

test('a long apply takes several slices, in which time stands; what is asked meanwhile is answered after it', () => {
  session.handle({ type: 'boot', run: { ...run, commands: [] }, pace: { speed: 1000, paused: false } })
  settle()
  const manifests = Array.from({ length: 100 }, (_, at) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `map-${at}` } }))
  const listed: Question = { kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'configmaps', namespace: 'default' } }
  const { now } = latest()
  said = []
  session.handle({ type: 'command', id: 1, command: { kind: 'apply', manifests } })
  session.handle({ type: 'ask', id: 2, question: listed })
  session.handle({ type: 'ping', id: 3 })
  expect(said).toEqual([{ type: 'pong', id: 3 }])
  let slices = 0
  for (; !said.some(({ type }) => type === 'answer'); slices += 1) session.tick()
  const answers = said.filter((message) => message.type === 'answer')
  expect(slices).toBeGreaterThan(1)
  expect(answers.map(({ id, result }) => [id, result.ok])).toEqual([[1, true], [2, true]])
  expect((answers[1]!.result as { value: { items: unknown[] } }).value.items).toHaveLength(101)
  settle()
  expect(latest().commands).toEqual([{ at: now, command: { kind: 'apply', manifests } }])
})

test('a long preview takes several slices as well, and leaves no mark', () => {
  session.handle({ type: 'boot', run: { ...run, commands: [] }, until: 5000, pace: { speed: 1000, paused: false } })
  settle()
  const manifests = Array.from({ length: 200 }, (_, at) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `map-${at}` } }))
  const answers = () => said.filter((message) => message.type === 'answer').map(({ id, result }) => ({ id, value: (result as { value: unknown }).value }))
  said = []
  session.handle({ type: 'ask', id: 1, question: { kind: 'hash' } })
  session.handle({ type: 'ask', id: 2, question: { kind: 'preview', manifests } })
  session.handle({ type: 'ping', id: 3 })
  session.handle({ type: 'ask', id: 4, question: { kind: 'hash' } })
  expect(said.map(({ type }) => type)).toEqual(['answer', 'pong'])
  let slices = 0
  for (; answers().length < 3; slices += 1) session.tick()
  expect(slices).toBeGreaterThan(1)
  const [before, preview, after] = answers()
  expect([before!.id, preview!.id, after!.id]).toEqual([1, 2, 4])
  expect(preview!.value).toHaveLength(200)
  expect(after!.value).toBe(before!.value)
})

test('what is asked while a log is replayed waits for its end, and heartbeats are answered in between', () => {
  session.handle({ type: 'boot', run, until: 60_000, pace: held })
  session.handle({ type: 'ask', id: 1, question: { kind: 'hash' } })
  session.handle({ type: 'ping', id: 2 })
  expect(said).toEqual([{ type: 'pong', id: 2 }])
  settle()
  const replayed = new Cluster(run.seed, run.options)
  replayed.advanceTo(1000)
  replayed.perform(run.commands[0]!.command)
  replayed.advanceTo(60_000)
  const answer = { type: 'answer', id: 1, result: { ok: true, value: replayed.hash() } }
  expect(said.filter(({ type }) => type === 'answer')).toEqual([answer])
  // Another run that takes the place of one that is still being replayed.
  said = []
  session.handle({ type: 'boot', run, until: 60_000, pace: held })
  session.handle({ type: 'ask', id: 1, question: { kind: 'hash' } })
  session.handle({ type: 'boot', run, until: 20_000, pace: held })
  expect(said).toEqual([answer])
})

test('another run that is booted in the middle of a command leaves nobody without an answer', () => {
  session.handle({ type: 'boot', run: { ...run, commands: [] }, pace: held })
  settle()
  const manifests = Array.from({ length: 100 }, (_, at) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `map-${at}` } }))
  session.handle({ type: 'command', id: 1, command: { kind: 'apply', manifests } })
  session.handle({ type: 'ask', id: 2, question: { kind: 'hash' } })
  said = []
  session.handle({ type: 'boot', run, until: 30_000, pace: held })
  expect(said.filter((message) => message.type === 'answer').map(({ id, result }) => [id, result.ok])).toEqual([[1, true], [2, true]])
  settle()
  expect(latest()).toMatchObject({ fresh: true, now: 30_000, commands: run.commands })
})
