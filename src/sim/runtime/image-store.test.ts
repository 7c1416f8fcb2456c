import { expect, test } from 'vitest'
import { Timeline } from '../kernel/agenda.ts'
import { digestOf, type Registry } from './image-catalogue.ts'
import { parseImageReference, type ImageReference } from './image-reference.ts'
import { ImageStore } from './image-store.ts'
import { createNodeDisk } from './node-disk.ts'

const registry: Registry = { latency: 400, bytesPerSecond: 1000, resolve: ({ canonical }) => ({ found: true, sizeBytes: 0, digest: digestOf(canonical) }) }

test('ten pulls may begin at once and five a second after them; what comes faster is refused', () => {
  const timeline = new Timeline()
  const store = new ImageStore(timeline, createNodeDisk(), registry, Infinity)
  const errors: (string | null)[] = []
  const pull = () => store.pull(parseImageReference('nginx:1.27') as ImageReference, (outcome) => void errors.push(outcome.ok ? null : outcome.error))
  for (let at = 0; at < 12; at += 1) pull()
  timeline.advanceTo(500)
  expect(errors.filter((error) => error === null)).toHaveLength(10)
  expect(errors.filter((error) => error === 'pull QPS exceeded')).toHaveLength(2)
  pull()
  timeline.advanceTo(1000)
  expect(errors.at(-1)).toBeNull()
})

test('pulls that wait for one another are never too fast', () => {
  const timeline = new Timeline()
  const store = new ImageStore(timeline, createNodeDisk(), registry)
  let done = 0
  for (let at = 0; at < 50; at += 1) store.pull(parseImageReference('nginx:1.27') as ImageReference, (outcome) => void (done += outcome.ok ? 1 : 0))
  timeline.advanceTo(50 * 400)
  expect(done).toBe(50)
})
