import { expect, test } from 'vitest'
import { createTestCluster } from '../cluster/testing.ts'
import { startLeaderElection } from './leader-election.ts'

test('a second candidate leads only when the first has not renewed for the lease\'s whole time', () => {
  const cluster = createTestCluster()
  const story: string[] = []
  for (const name of ['first', 'second']) {
    cluster.component(name, (context) => startLeaderElection(context, 'kube-scheduler', () => story.push(`${context.agenda.now} ${name} leads`), () => story.push(`${context.agenda.now} ${name} stops`)))
  }
  cluster.advanceTo(60_000)
  expect(story).toEqual(['0 first leads'])
  expect(cluster.list('leases')[0]?.spec).toMatchObject({ leaseDurationSeconds: 15, renewTime: '2026-01-01T09:01:00.000000Z', leaseTransitions: 0 })
  cluster.cutOff('first')
  cluster.advanceTo(120_000)
  expect(story[1]).toBe('70000 first stops')
  const [, since] = /^(\d+) second leads$/.exec(story[2] ?? '') ?? []
  // It saw the last renewal at its own next look, up to 4.4 s after it was made, and looks that often.
  expect(Number(since)).toBeGreaterThanOrEqual(75_000)
  expect(Number(since)).toBeLessThanOrEqual(75_000 + 2 * 4_400)
  expect(cluster.list('leases')[0]?.spec.leaseTransitions).toBe(1)
})
