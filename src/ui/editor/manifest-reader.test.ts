import { afterEach, expect, test, vi } from 'vitest'
import { createManifestReader } from './manifest-reader.ts'
import { createReadingWorker } from './testing.ts'

const two = 'kind: A\nmetadata:\n  name: a\n---\nkind: B\nmetadata:\n  name: b\n'
const unread = (message: string) => ({ documents: [], problems: [{ line: 1, column: 1, message }] })
const stopped = unread('what reads manifests could not be started, or stopped at this text; try once more')

afterEach(() => vi.useRealTimers())

test('a text is read beside the page, and what stands where in it is known afterwards', async () => {
  const reader = createManifestReader(createReadingWorker)
  const text = await reader.read(two)
  expect(text).toMatchObject({ documents: [{ manifest: { kind: 'A', metadata: { name: 'a' } }, line: 1 }, { manifest: { kind: 'B' }, line: 5 }], problems: [] })
  expect(await reader.find(text, [{ document: 1, field: 'metadata.name' }, { document: 0, field: 'metadata' }, { document: 1 }, { document: 7 }])).toEqual([{ line: 7, column: 3 }, { line: 2, column: 1 }, { line: 5, column: 1 }, { line: 1, column: 1 }])
})

test('what is asked about a text that is not the last is answered with its documents', async () => {
  const reader = createManifestReader(createReadingWorker)
  const [first] = await Promise.all([reader.read(two), reader.read('kind: C\n')])
  expect(await reader.find(first, [{ document: 1, field: 'metadata.name' }])).toEqual([{ line: 5, column: 1 }])
})

test('mistakes are told with their places', async () => {
  expect(await createManifestReader(createReadingWorker).read('a: 1\nb: [\n')).toMatchObject({ documents: [], problems: [{ line: 3 }] })
})

test('a text that does not end is refused, its Worker is let go, and the next text is read by another', async () => {
  vi.useFakeTimers()
  const workers = [createReadingWorker({ silent: true }), createReadingWorker()]
  const hired = [...workers]
  const reader = createManifestReader(() => hired.shift()!)
  const [endless, next] = [reader.read(two), reader.read(two)]
  await vi.advanceTimersByTimeAsync(20_000)
  expect(await endless).toEqual(unread('this cannot be read within 20 seconds: refused, as it may never end'))
  expect((await next).documents).toHaveLength(2)
  expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false])
})

test('a Worker that dies of a text is no error of the page', async () => {
  const [dying, healthy] = [createReadingWorker({ silent: true }), createReadingWorker()]
  const hired = [dying, healthy]
  const reader = createManifestReader(() => hired.shift()!)
  const fatal = reader.read(two)
  await vi.waitFor(() => expect(dying.onerror).toBeTypeOf('function'))
  const preventDefault = vi.fn<() => void>()
  dying.onerror!({ preventDefault } as unknown as ErrorEvent)
  expect(await fatal).toEqual(stopped)
  expect(preventDefault).toHaveBeenCalledOnce()
  expect((await reader.read(two)).documents).toHaveLength(2)
})

test('a Worker that cannot be made is told of, and tried again with the next text', async () => {
  let tries = 0
  const reader = createManifestReader(() => {
    if ((tries += 1) === 1) throw new Error('refused')
    return createReadingWorker()
  })
  expect(await reader.read(two)).toEqual(stopped)
  expect((await reader.read(two)).documents).toHaveLength(2)
})
