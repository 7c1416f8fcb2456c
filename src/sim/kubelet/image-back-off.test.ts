import { expect, test } from 'vitest'
import type { Pod } from '../api/generated/types.ts'
import { createTestNode } from './testing.ts'

test('an image that does not come is pulled again within 16 s after each back-off, and until then said to be waited for each 10 to 16 s', () => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', { containers: [{ name: 'app', image: 'nosuch:1' } as Pod['spec']['containers'][number]] })
  const pulls: number[] = []
  for (let now = 2_000; now < 700_000; now += 500) {
    node.cluster.advanceTo(now)
    const told = node.cluster.list('events', 'default').find(({ reason }) => reason === 'Pulling')?.count ?? 0
    if (told > pulls.length) pulls.push(now)
  }
  const pauses = pulls.slice(1).map((at, index) => at - pulls[index]!)
  expect(pauses.map((pause, at) => pause >= Math.min(300_000, 10_000 * (1 << at)) && pause <= Math.min(300_000, 10_000 * (1 << at)) + 18_000)).toEqual(pauses.map(() => true))
  expect(pauses.length).toBeGreaterThanOrEqual(5)
  const told = node.cluster.list('events', 'default').find(({ reason }) => reason === 'BackOff')
  // Upstream's recorder lets 25 through at once: what is more is counted one in five minutes.
  expect(told?.count).toBeGreaterThan(8)
})
