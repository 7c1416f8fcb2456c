import { expect, test } from 'vitest'
import type { ResourceQuota } from '../../sim/api/generated/types.ts'
import { nearestLimit, quotaRows } from './quotas.ts'

const quota = { spec: { hard: { pods: '4', memory: '1Gi', secrets: '0', 'count/widgets.example.com': '3' } }, status: { used: { pods: '1', memory: '768Mi', secrets: '0' } } } as unknown as ResourceQuota

test('of each limit is told how much is used, and of nothing all is', () => {
  expect(quotaRows(quota).map(({ name, used, share }) => [name, used, share])).toEqual([['pods', '1', 0.25], ['memory', '768Mi', 0.75], ['secrets', '0', 1], ['count/widgets.example.com', undefined, 0]])
  expect(nearestLimit(quota)?.name).toBe('secrets')
})
