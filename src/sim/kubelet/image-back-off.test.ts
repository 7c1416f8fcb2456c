import { expect, test } from 'vitest'
import type { Pod } from '../api/generated/types.ts'
import { createTestNode } from './testing.ts'

test('an image that does not come is pulled again within 16 s after each back-off, and until then said to be waited for each 10 to 16 s', () => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', { containers: [{ name: 'app', image: 'nosuch:1' } as Pod['spec']['containers'][number]] })
  const count = (wanted: string) => node.cluster.list('events', 'default').find(({ reason }) => reason === wanted)?.count ?? 0
  const pulls: number[] = []
  // Until upstream's recorder has let its 25 events through: then it says one in five minutes.
  for (let now = 2_000; now < 160_000; now += 500) {
    node.cluster.advanceTo(now)
    if (count('Pulling') > pulls.length) pulls.push(now)
  }
  const pauses = pulls.slice(1).map((at, index) => at - pulls[index]!)
  expect(pauses).toHaveLength(3)
  for (const [at, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(10_000 * (1 << at))
    expect(pause).toBeLessThanOrEqual(10_000 * (1 << at) + 18_000)
  }
  expect(count('BackOff')).toBeGreaterThanOrEqual(6)
})
