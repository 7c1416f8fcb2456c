import { expect } from 'vitest'
import type { ObjectList } from '../../src/sim/api/request.ts'
import { must } from '../../src/sim/api/status.ts'
import { conformance, refusal, template, type Bench } from './conformance.ts'

const total = 400

function fill(bench: Bench): readonly string[] {
  const names = Array.from({ length: total }, (_, index) => `template-${String(index).padStart(4, '0')}`)
  // Not in the order of their names.
  for (const index of names.keys()) bench.create('podtemplates', { metadata: { name: names[(index * 7) % total]! }, template: template({ chunk: 'yes' }) })
  return names
}

function page(bench: Bench, limit: number, token?: string): ObjectList {
  return must(bench.client.list('podtemplates', bench.namespace, { limit, ...(token && { continue: token }) }))
}

const namesOf = ({ items }: ObjectList) => items.map((item) => item.metadata.name)

function expectCount({ metadata, items }: ObjectList, before: number): void {
  if (metadata.continue) expect((metadata.remainingItemCount ?? 0) + items.length + before).toBe(total)
  else expect(metadata.remainingItemCount).toBeUndefined()
}

conformance('chunking-pages', (bench) => {
  const names = fill(bench)
  for (let round = 0; round < 3; round += 1) {
    const seen: string[] = []
    const first = page(bench, 17)
    for (let chunk = first; ; chunk = page(bench, 17, chunk.metadata.continue)) {
      expect(chunk.items.length).toBeLessThanOrEqual(17)
      expect(chunk.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
      expectCount(chunk, seen.length)
      seen.push(...namesOf(chunk))
      if (!chunk.metadata.continue) break
    }
    expect(seen).toEqual(names)
  }
  expect(namesOf(page(bench, total + 1))).toEqual(names)
})

conformance('chunking-expired', (bench) => {
  const names = fill(bench)
  const first = page(bench, 40)
  const second = () => bench.client.list('podtemplates', bench.namespace, { limit: 40, continue: first.metadata.continue! })
  for (const end = bench.now + 600_000; second().ok && bench.now < end;) bench.pass(20_000)
  const status = refusal(second())
  expect([status.code, status.reason]).toEqual([410, 'Expired'])
  const inconsistent = page(bench, 40, String(status.metadata['continue']))
  expect(namesOf(inconsistent)).toEqual(names.slice(40, 80))
  expect(inconsistent.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion)
  const seen = namesOf(first)
  for (let chunk = inconsistent; ; chunk = page(bench, 40, chunk.metadata.continue)) {
    expect(chunk.metadata.resourceVersion).toBe(inconsistent.metadata.resourceVersion)
    expectCount(chunk, seen.length)
    seen.push(...namesOf(chunk))
    if (!chunk.metadata.continue) break
  }
  expect(seen).toEqual(names)
})
