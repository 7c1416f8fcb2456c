import { expect, test } from 'vitest'
import type { Cluster } from '../cluster.ts'
import { begin, clusterWithWeb, deployment, eventsOf, isReady, minute, must, podsOf, second, when } from './testing.ts'

const waitingOf = (cluster: Cluster, app: string) => podsOf(cluster).filter(({ metadata }) => metadata.labels?.['app'] === app).map(({ status }) => status.containerStatuses?.[0]?.state?.waiting)
const isUp = (cluster: Cluster, app: string) => podsOf(cluster).some((pod) => pod.metadata.labels?.['app'] === app && isReady(pod))
const apply = (cluster: Cluster, ...images: readonly string[]) => must(cluster.perform({ kind: 'apply', manifests: images.map((image, index) => deployment(`app-${index}`, 1, image)) }))

test('a registry that cannot be reached makes pulls fail after the dial timed out, in containerd\'s words, until it answers again', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'registry-unreachable' }, 2 * minute)
  apply(cluster, 'redis:7')
  const failed = when(cluster, 3 * minute, () => eventsOf(cluster, 'Failed').length > 0)
  expect(failed - minute).toBeGreaterThanOrEqual(30 * second)
  expect(failed - minute).toBeLessThanOrEqual(32 * second)
  cluster.advanceTo(failed + second)
  const [waiting] = waitingOf(cluster, 'app-0')
  expect(waiting?.reason).toMatch(/^(?:ErrImagePull|ImagePullBackOff)$/)
  expect(waiting?.message).toContain('failed to pull and unpack image "docker.io/library/redis:7": failed to resolve reference "docker.io/library/redis:7": failed to do request: Head "https://registry-1.docker.io/v2/library/redis/manifests/7": dial tcp: registry-1.docker.io:443: i/o timeout')
  cluster.advanceTo(8 * minute)
  expect(isUp(cluster, 'app-0')).toBe(true)
})

test('a fault of one image leaves the others alone, with its tag or without', () => {
  const cluster = clusterWithWeb()
  begin(cluster, { kind: 'registry-failing', image: 'redis' })
  begin(cluster, { kind: 'registry-failing', image: 'httpd:2.4' })
  begin(cluster, { kind: 'registry-failing', image: 'ghcr.io' })
  apply(cluster, 'redis:7', 'httpd:2.4', 'httpd:2.2', 'ghcr.io/team/app:1', 'postgres:17')
  cluster.advanceTo(3 * minute)
  expect([0, 1, 2, 3, 4].map((index) => isUp(cluster, `app-${index}`))).toEqual([false, false, true, false, true])
  expect(eventsOf(cluster, 'Failed').some(({ message }) => message === 'Failed to pull image "ghcr.io/team/app:1": failed to pull and unpack image "ghcr.io/team/app:1": failed to resolve reference "ghcr.io/team/app:1": unexpected status from HEAD request to https://ghcr.io/v2/team/app/manifests/1: 503 Service Unavailable')).toBe(true)
})

test('a slow registry takes so many times longer', () => {
  const took = (times: number | null): number => {
    const cluster = clusterWithWeb()
    if (times !== null) begin(cluster, { kind: 'registry-slow', times })
    apply(cluster, 'postgres:17')
    return when(cluster, 30 * minute, () => isUp(cluster, 'app-0')) - minute
  }
  expect(took(5)).toBeGreaterThan(4 * took(null))
})

