import { beforeEach, expect, test } from 'vitest'
import { Session } from '../../bridge/session.ts'
import type { Simulation } from '../../bridge/simulation.ts'
import type { ToPage, ToWorker } from '../../bridge/protocol.ts'
import type { Result } from '../../sim/api/status.ts'
import { attach, perform } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { createManifestReader } from './manifest-reader.ts'
import { applyReview, review } from './review.ts'
import { createReadingWorker } from './testing.ts'

const reader = createManifestReader(createReadingWorker)

const deprecated = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'
const odd = 'subsets[0].addresses[0].ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")'
const endpoints = (name: string, ip: string) => `apiVersion: v1\nkind: Endpoints\nmetadata:\n  name: ${name}\nsubsets:\n- addresses:\n  - ip: "${ip}"\n`
const door = (name: string) => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec:\n  type: NodePort\n  ports:\n  - port: 80\n    nodePort: 30100\n`

/** A cluster in this process, as the page would have it in its Worker. */
beforeEach(() => {
  let answer: Extract<ToPage, { type: 'answer' }> | null = null
  const session = new Session((message) => { if (message.type === 'answer') answer = message }, () => 0)
  session.handle({ type: 'boot', run: { version: 1, seed: 1, options: { workers: 1 }, commands: [] }, pace: { speed: 1, paused: true } })
  session.tick()
  const hear = (message: ToWorker): Promise<Result<unknown>> => {
    session.handle(message)
    return Promise.resolve(answer!.result)
  }
  const simulation: Partial<Simulation> = {
    command: (command) => hear({ type: 'command', id: 1, command }),
    ask: (question) => hear({ type: 'ask', id: 1, question }),
    onBatch: () => () => undefined,
    onProblem: () => () => undefined,
  }
  attach(simulation as Simulation)
  useUi.getState().notify(null)
})

test('what the API server warns of stands at its line, of each document, and in the way of nothing', async () => {
  const reviewed = await review(reader, { kind: 'new' }, [endpoints('a', '10.9.8.7'), endpoints('b', 'FD00::1')].join('---\n'), '')
  expect(reviewed).toMatchObject({ canApply: true, problems: [], summary: '2 new.', warnings: [{ line: 1, message: deprecated }, { line: 9, message: deprecated }, { line: 15, message: odd }] })
  const after = await applyReview(reader, reviewed)
  expect(after).toMatchObject({ done: true, canApply: false, summary: 'Applied 2 objects.' })
  expect(after.warnings.map(({ message }) => message)).toEqual([deprecated, deprecated, odd])
})

test('the edit of one object tells its warnings, too', async () => {
  await applyReview(reader, await review(reader, { kind: 'new' }, endpoints('a', '10.9.8.7'), ''))
  const edited = await review(reader, { kind: 'object', resource: 'endpoints', key: 'default/a' }, endpoints('a', 'FD00::1'), '')
  expect(edited.warnings.map(({ line, message }) => [line, message])).toEqual([[1, deprecated], [7, odd]])
  expect((await applyReview(reader, edited)).warnings.map(({ message }) => message)).toEqual([deprecated, odd])
})

test('of what is refused only together it is told how much was applied', async () => {
  const after = await applyReview(reader, await review(reader, { kind: 'new' }, [door('a'), door('b')].join('---\n'), ''))
  expect(after).toMatchObject({ done: false, canApply: false, summary: 'One problem. 1 of 2 objects were applied.', problems: [{ line: 17, message: expect.stringContaining('provided port is already allocated') }] })
})

test('of very many problems the first are told', async () => {
  const pod = (name: string) => `kind: Pod\napiVersion: v1\nmetadata: {name: ${name}}\nspec: {containers: [${'{}, '.repeat(400)}{}]}\n`
  const reviewed = await review(reader, { kind: 'new' }, [pod('a'), pod('b')].join('---\n'), '')
  expect(reviewed).toMatchObject({ canApply: false, documents: [{}, {}], summary: '2,000 problems; these are the first 1,000. Nothing was applied.' })
  expect(reviewed.problems).toHaveLength(1000)
  expect(reviewed.problems[0]).toMatchObject({ line: 4, message: expect.stringContaining('spec.containers[0].') })
})

test('what changes is known before and after', async () => {
  await applyReview(reader, await review(reader, { kind: 'new' }, endpoints('a', '10.9.8.7'), ''))
  const { documents } = await review(reader, { kind: 'new' }, [endpoints('a', '10.9.8.8'), endpoints('b', '10.9.8.7')].join('---\n'), '')
  expect(documents).toMatchObject([{ name: 'endpoints/a', action: 'configure', before: { subsets: [{ addresses: [{ ip: '10.9.8.7' }] }] }, after: { subsets: [{ addresses: [{ ip: '10.9.8.8' }] }] } }, { name: 'endpoints/b', action: 'create', before: null, after: { metadata: { name: 'b' } } }])
})

test('a command that is no apply says its warnings in a calm notice, before a refusal', async () => {
  await applyReview(reader, await review(reader, { kind: 'new' }, endpoints('a', '10.9.8.7'), ''))
  await perform({ kind: 'delete', resource: 'endpoints', key: 'default/a' })
  expect(useUi.getState().notice).toEqual({ tone: 'calm', text: `Warning: ${deprecated}` })
  await perform({ kind: 'delete', resource: 'endpoints', key: 'default/a' })
  expect(useUi.getState().notice).toEqual({ tone: 'bad', text: `Warning: ${deprecated}\nendpoints "a" not found` })
})
