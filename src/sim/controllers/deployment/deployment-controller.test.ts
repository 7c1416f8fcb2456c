import { expect, test } from 'vitest'
import type { Deployment, ReplicaSet } from '../../api/generated/types.ts'
import { must } from '../../api/status.ts'
import type { TestCluster } from '../../cluster/testing.ts'
import { create, createWorkloadCluster, deployment, livePods, messages, reportAllReady, reportReady, workload } from '../testing.ts'

function change(cluster: TestCluster, patch: object): void {
  must(cluster.client.patch('deployments', 'shop/web', 'merge', patch))
}

function changeImage(cluster: TestCluster, image: string): void {
  change(cluster, { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } })
}

function sets(cluster: TestCluster): readonly ReplicaSet[] {
  const revision = ({ metadata }: ReplicaSet): number => Number(metadata.annotations?.['deployment.kubernetes.io/revision'])
  return [...cluster.list('replicasets', 'shop')].sort((a, b) => revision(a) - revision(b))
}

function condition(cluster: TestCluster, type: string): NonNullable<Deployment['status']['conditions']>[number] | undefined {
  return deployment(cluster).status.conditions?.find((candidate) => candidate.type === type)
}

/** Settles and reports pods ready until the rollout stands still. */
function rollOut(cluster: TestCluster, watch: () => void = () => {}): void {
  for (let round = 0; round < 40; round += 1) {
    cluster.settle(2_000)
    watch()
    const waiting = livePods(cluster).find(({ status }) => !status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'))
    if (!waiting) return
    reportReady(cluster, waiting)
  }
}

test('makes one ReplicaSet, named by the hash of the template, and becomes available', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'deployments', 'web', workload('web', { replicas: 3 }))
  cluster.settle(2_000)
  const [replicaSet] = sets(cluster)
  const hash = replicaSet?.metadata.labels?.['pod-template-hash'] ?? ''
  expect(replicaSet?.metadata.name).toBe(`web-${hash}`)
  expect(replicaSet?.metadata.annotations).toEqual({
    'deployment.kubernetes.io/desired-replicas': '3', 'deployment.kubernetes.io/max-replicas': '4', 'deployment.kubernetes.io/revision': '1',
  })
  expect(messages(cluster, 'ScalingReplicaSet')).toEqual([`Scaled up replica set web-${hash} from 0 to 3`])
  expect(condition(cluster, 'Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' })
  reportAllReady(cluster)
  cluster.settle(2_000)
  expect(deployment(cluster).status).toMatchObject({ replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 })
  expect(condition(cluster, 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' })
  expect(condition(cluster, 'Progressing')).toMatchObject({ reason: 'NewReplicaSetAvailable', message: `ReplicaSet "web-${hash}" has successfully progressed.` })
  expect(deployment(cluster).metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' })
})

test.each([[1, 0], [0, 1], ['25%', '25%']])('a rolling update with surge %s and unavailable %s keeps its promise at every step', (maxSurge, maxUnavailable) => {
  const cluster = createWorkloadCluster({ watchLag: { pods: 40, replicasets: 3 } })
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } }
  create(cluster, 'deployments', 'web', workload('web', { replicas: 4, strategy }))
  rollOut(cluster)
  changeImage(cluster, 'nginx:2')
  let [most, fewestReady] = [0, 4]
  rollOut(cluster, () => {
    const pods = livePods(cluster)
    most = Math.max(most, pods.length)
    fewestReady = Math.min(fewestReady, pods.filter(({ status }) => status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')).length)
  })
  expect(sets(cluster).map(({ spec }) => spec.replicas)).toEqual([0, 4])
  expect(most).toBe(maxSurge === 0 ? 4 : 5)
  expect(fewestReady).toBe(maxUnavailable === 0 ? 4 : 3)
})

test('going back to an earlier template takes its ReplicaSet again, with a higher revision', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'deployments', 'web', workload('web', { replicas: 1 }))
  rollOut(cluster)
  const first = sets(cluster)[0]?.metadata.name
  changeImage(cluster, 'nginx:2')
  rollOut(cluster)
  changeImage(cluster, 'nginx')
  rollOut(cluster)
  expect(sets(cluster)).toHaveLength(2)
  expect(sets(cluster)[1]?.metadata).toMatchObject({
    name: first, annotations: { 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' },
  })
  expect(deployment(cluster).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3')
})

test('keeps no more old ReplicaSets than it is told to', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'deployments', 'web', workload('web', { replicas: 1, revisionHistoryLimit: 1 }))
  for (const image of ['nginx', 'nginx:2', 'nginx:3', 'nginx:4']) {
    changeImage(cluster, image)
    rollOut(cluster)
  }
  cluster.settle(2_000)
  expect(sets(cluster).map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'])).toEqual(['3', '4'])
})

test('Recreate makes no new pod before the last old one is gone', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'deployments', 'web', workload('web', { replicas: 2, strategy: { type: 'Recreate' } }))
  rollOut(cluster)
  for (const pod of livePods(cluster)) must(cluster.client.patch('pods', `shop/${pod.metadata.name}`, 'merge', { metadata: { finalizers: ['test/holds'] } }))
  changeImage(cluster, 'nginx:2')
  cluster.settle(5_000)
  const [last, ...others] = cluster.list('pods', 'shop')
  expect([last, ...others]).toHaveLength(2)
  for (const pod of others) must(cluster.client.patch('pods', `shop/${pod.metadata.name}`, 'merge', { metadata: { finalizers: [] } }))
  cluster.settle(5_000)
  expect(livePods(cluster)).toHaveLength(0)
  must(cluster.client.patch('pods', `shop/${last?.metadata.name ?? ''}`, 'merge', { metadata: { finalizers: [] } }))
  cluster.settle(5_000)
  expect(livePods(cluster)).toHaveLength(2)
})

test('a paused deployment scales but does not roll out, and its deadline does not run', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'deployments', 'web', workload('web', { replicas: 2, progressDeadlineSeconds: 60 }))
  rollOut(cluster)
  change(cluster, { spec: { paused: true } })
  changeImage(cluster, 'nginx:2')
  cluster.settle(2_000)
  expect(sets(cluster)).toHaveLength(1)
  change(cluster, { spec: { replicas: 3 } })
  cluster.advanceTo(cluster.timeline.now + 300_000)
  expect(livePods(cluster)).toHaveLength(3)
  expect(condition(cluster, 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' })
  change(cluster, { spec: { paused: false } })
  rollOut(cluster)
  expect(sets(cluster).map(({ spec }) => spec.replicas)).toEqual([0, 3])
})

test('a rollout that stands still is given up when its deadline has passed, and not before', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'deployments', 'web', workload('web', { replicas: 1, progressDeadlineSeconds: 60 }))
  cluster.advanceTo(1_000)
  const since = condition(cluster, 'Progressing')?.lastUpdateTime ?? ''
  expect(since).toBe('2026-01-01T09:00:00Z')
  cluster.advanceTo(60_000)
  expect(condition(cluster, 'Progressing')?.status).toBe('True')
  // Upstream looks a second after the deadline.
  cluster.advanceTo(61_100)
  expect(condition(cluster, 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' })
  expect(condition(cluster, 'Progressing')?.message).toMatch(/^ReplicaSet "web-.*" has timed out progressing\.$/)
})

test('scaling in the middle of a rollout is dealt to both ReplicaSets', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'deployments', 'web', workload('web', { replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }))
  rollOut(cluster)
  changeImage(cluster, 'broken')
  cluster.settle(5_000)
  expect(sets(cluster).map(({ spec }) => spec.replicas)).toEqual([8, 5])
  change(cluster, { spec: { replicas: 20 } })
  cluster.settle(5_000)
  expect(sets(cluster).map(({ spec }) => spec.replicas)).toEqual([14, 9])
})

test('comes to rest: an idle deployment writes nothing', () => {
  const cluster = createWorkloadCluster()
  create(cluster, 'deployments', 'web', workload('web', { replicas: 2 }))
  rollOut(cluster)
  cluster.settle(5_000)
  const version = deployment(cluster).metadata.resourceVersion
  const before = cluster.trace.end
  cluster.advanceTo(cluster.timeline.now + 1_200_000)
  expect(deployment(cluster).metadata.resourceVersion).toBe(version)
  expect(cluster.trace.since(before).filter(({ what }) => !what.includes('events'))).toEqual([])
})
