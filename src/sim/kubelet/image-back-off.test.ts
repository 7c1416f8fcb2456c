import { expect, test } from 'vitest'
import type { Pod } from '../api/generated/types.ts'
import { createTestNode } from './testing.ts'

test('an image that does not come is pulled again within 16 s after each back-off, and until then said to be waited for each 10 to 16 s', () => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', { containers: [{ name: 'app', image: 'nosuch:1' } as Pod['spec']['containers'][number]] })
  const failures: number[] = []
  let waits = ''
  for (let now = 2_000; now < 700_000; now += 500) {
    node.cluster.advanceTo(now)
    const reason = node.pod('web')?.status.containerStatuses?.[0]?.state?.waiting?.reason ?? ''
    if (reason === 'ErrImagePull' && waits !== reason) failures.push(now)
    waits = reason
  }
  const pauses = failures.slice(1).map((at, index) => at - failures[index]!)
  expect(pauses.map((pause, at) => pause >= 10_000 * (1 << at) - 500 && pause <= 10_000 * (1 << at) + 17_000)).toEqual(pauses.map(() => true))
  expect(pauses.length).toBeGreaterThanOrEqual(5)
  const told = node.cluster.list('events', 'default').find(({ reason }) => reason === 'BackOff')
  // Upstream's recorder lets 25 through at once: what is more is counted one in five minutes.
  expect(told?.count).toBeGreaterThan(8)
})
