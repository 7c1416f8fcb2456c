import { expect, test } from 'vitest'
import { must } from '../../api/status.ts'
import { create, createWorkloadCluster, deployment, livePods, reportAllReady, reportReady, workload } from '../testing.ts'

const replicas = 6
const seeds = Array.from({ length: 12 }, (_, at) => at + 1)

test.each(seeds)('under random changes and stale caches no rollout exceeds its surge, and all ends as asked (seed %i)', (seed) => {
  const probe = createWorkloadCluster({ seed })
  const random = probe.random.of('test')
  const [maxSurge, maxUnavailable] = random.pick([[1, 0], [0, 1], [2, 2], ['25%', '25%']] as const)
  const cluster = createWorkloadCluster({ seed, watchLag: { pods: random.below(300), replicasets: random.below(100), deployments: random.below(100) } })
  const surge = maxSurge === '25%' ? 2 : maxSurge
  create(cluster, 'deployments', 'web', workload('web', { replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } }))
  for (let step = 0; step < 60; step += 1) {
    cluster.advanceTo(cluster.timeline.now + random.below(400))
    const asked = cluster.list('replicasets', 'shop').reduce((sum, { spec }) => sum + spec.replicas, 0)
    expect(asked, `step ${step}`).toBeLessThanOrEqual(replicas + surge)
    const pods = livePods(cluster)
    if (pods.length === 0) continue
    const pod = random.pick(pods)
    if (random.chance(1, 8)) must(cluster.client.delete('pods', `shop/${pod.metadata.name}`))
    else if (random.chance(1, 12)) changeImage(`nginx:${random.below(4)}`)
    else reportReady(cluster, pod, random.chance(5, 6))
  }
  changeImage('nginx:final')
  for (let round = 0; round < 40; round += 1) {
    cluster.settle(5_000)
    reportAllReady(cluster)
  }
  expect(livePods(cluster).map(({ spec }) => spec.containers[0]?.image)).toEqual(Array.from({ length: replicas }, () => 'nginx:final'))
  expect(cluster.list('replicasets', 'shop').map(({ spec }) => spec.replicas).filter((size) => size > 0)).toEqual([replicas])
  expect(deployment(cluster).status).toMatchObject({ replicas, updatedReplicas: replicas, availableReplicas: replicas, observedGeneration: deployment(cluster).metadata.generation })

  function changeImage(image: string): void {
    must(cluster.client.patch('deployments', 'shop/web', 'merge', { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } }))
  }
})
