import { expect, test } from 'vitest'
import { Cluster } from '../../src/sim/cluster/cluster.ts'
import type { Fault } from '../../src/sim/cluster/run.ts'
import { seenFor, Sight } from './sight.ts'

function running(): { readonly cluster: Cluster; readonly sight: Sight } {
  const cluster = new Cluster(1, { workers: 2 })
  const sight = new Sight(cluster)
  cluster.advanceTo(60_000)
  return { cluster, sight }
}

function suffer(cluster: Cluster, fault: Fault, duration: number): void {
  cluster.perform({ kind: 'fault', fault, for: duration })
  cluster.advanceTo(cluster.now + duration - 1)
}

test('in a sound cluster everybody sees everything', () => {
  const { sight } = running()
  expect(sight.isAnyBlurred).toBe(false)
})

test('a process whose watches are silent is excused until it has heard what it missed, and nobody else is', () => {
  const { cluster, sight } = running()
  suffer(cluster, { kind: 'stale', component: 'kube-controller-manager' }, 20_000)
  expect(sight.isBlurred('kube-controller-manager')).toBe(true)
  expect(sight.seenUntil('kube-controller-manager')).toBe(60_000 - seenFor)
  expect(sight.isBlurred('kube-scheduler')).toBe(false)
  cluster.advanceTo(80_000 + 2 * seenFor)
  expect(sight.isBlurred('kube-controller-manager')).toBe(false)
})

test('a process that was cut off is excused for as long as its back-off keeps it from watching again', () => {
  const { cluster, sight } = running()
  suffer(cluster, { kind: 'cut-off', component: 'kube-scheduler' }, 8000)
  cluster.advanceTo(68_001)
  expect(sight.isBlurred('kube-scheduler')).toBe(true)
  expect(sight.isBlurred('kube-controller-manager')).toBe(false)
  cluster.advanceTo(68_000 + 62_000)
  expect(sight.isBlurred('kube-scheduler')).toBe(false)
})

test('a process that stands still is excused until a moment after it goes on', () => {
  const { cluster, sight } = running()
  suffer(cluster, { kind: 'freeze', node: 'worker-1' }, 5000)
  expect(sight.isBlurred('kubelet/worker-1')).toBe(true)
  expect(sight.isBlurred('kubelet/worker-2')).toBe(false)
  cluster.advanceTo(65_000 + 2 * seenFor)
  expect(sight.isBlurred('kubelet/worker-1')).toBe(false)
})

test('a controller manager that starts anew sees nothing before it leads', () => {
  const { cluster, sight } = running()
  cluster.perform({ kind: 'fault', fault: { kind: 'restart', component: 'kube-controller-manager' } })
  cluster.advanceTo(61_000)
  expect(sight.clearSince('kube-controller-manager')).toBe(Number.POSITIVE_INFINITY)
  cluster.advanceTo(90_000)
  expect(sight.isBlurred('kube-controller-manager')).toBe(false)
})

test('a process whose watches have expired is excused until it has listed the last of them anew', () => {
  const { cluster, sight } = running()
  cluster.perform({ kind: 'fault', fault: { kind: 'compact' } })
  let lists = 0
  for (let label = cluster.timeline.nextLabel; cluster.step(75_000); label = cluster.timeline.nextLabel) {
    if (/^default-scheduler: list and watch \w+ again$/.test(label)) lists += 1
    if (lists > 0 && lists < 5) expect(sight.clearSince('kube-scheduler'), label).toBe(Number.POSITIVE_INFINITY)
  }
  expect(lists).toBeGreaterThanOrEqual(5)
  expect(sight.isBlurred('kube-scheduler')).toBe(false)
})
