import { expect } from 'vitest'
import type { Deployment, ReplicaSet } from '../../src/sim/api/generated/types.ts'
import { controllerOf } from '../../src/sim/api/objects.ts'
import { conformance, template, withLabels, workload, type Bench } from './conformance.ts'
import { scales, statusIsWritable } from './workloads.ts'

const minute = 60_000
const revisionKey = 'deployment.kubernetes.io/revision'
const unpullable = 'webserver:not-found'

function deploymentOf(bench: Bench, name: string): Deployment {
  return bench.get('deployments', bench.key(name))
}

function isComplete({ metadata, spec, status }: Deployment): boolean {
  const { replicas } = spec
  return status.updatedReplicas === replicas && status.replicas === replicas && status.availableReplicas === replicas && (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
}

function completes(bench: Bench, name: string): void {
  bench.within(5 * minute, 'the rollout is complete', () => isComplete(deploymentOf(bench, name)))
}

function revisionOf({ metadata }: Deployment | ReplicaSet): string | undefined {
  return metadata.annotations?.[revisionKey]
}

/** A ReplicaSet of nobody, whose one pod is ready. */
function bareSet(bench: Bench, name: string, labels: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>> = {}): void {
  const draft = workload(name, labels, { replicas: 1 })
  bench.create('replicasets', { ...draft, metadata: { ...draft.metadata, annotations } })
  bench.within(5 * minute, 'its pod is ready', () => bench.get('replicasets', bench.key(name)).status.readyReplicas === 1)
}

conformance('deployment-scale', (bench) => {
  scales(bench, 'deployments', 'test-new-deployment')
  expect(revisionOf(deploymentOf(bench, 'test-new-deployment'))).toBe('1')
  const annotations = bench.list('replicasets')[0]?.metadata.annotations
  expect(annotations).toMatchObject({ test: 'should-copy-to-replica-set' })
  expect(annotations).not.toHaveProperty(['kubectl.kubernetes.io/last-applied-configuration'])
})

conformance('deployment-recreate', (bench) => {
  const name = 'test-recreate-deployment'
  const labels = { name: 'sample-pod-3' }
  bench.create('deployments', workload(name, labels, { replicas: 1, strategy: { type: 'Recreate' } }))
  completes(bench, name)
  expect(revisionOf(deploymentOf(bench, name))).toBe('1')
  const watch = bench.watch('deployments')
  const [old] = bench.list('pods')
  bench.update('deployments', bench.key(name), (deployment) => ({ ...deployment, spec: { ...deployment.spec, template: { metadata: { labels }, spec: { containers: [{ name: 'new', image: 'nginx:1.29' }] } } } }))
  bench.within(5 * minute, 'the rollout is complete', () => {
    const pods = bench.list('pods')
    if (pods.some(({ metadata }) => metadata.uid === old!.metadata.uid)) expect(pods).toHaveLength(1)
    return isComplete(deploymentOf(bench, name)) && revisionOf(deploymentOf(bench, name)) === '2'
  })
  for (const { object: { status, metadata } } of watch.events) {
    if (status.observedGeneration === metadata.generation && metadata.generation === 2 && status.updatedReplicas) expect((status.replicas ?? 0) - status.updatedReplicas).toBe(0)
  }
  expect(watch.events.length).toBeGreaterThan(2)
})

conformance('deployment-rolling-update', (bench) => {
  bareSet(bench, 'test-rolling-update-controller', { name: 'sample-pod', pod: 'httpd' }, { [revisionKey]: '3546343826724305832' })
  const name = 'test-rolling-update-deployment'
  const labels = { name: 'sample-pod' }
  bench.create('deployments', workload(name, labels, { replicas: 1, template: template(labels, 'nginx:1.29') }))
  bench.within(minute, 'it has its revision', () => revisionOf(deploymentOf(bench, name)) === '3546343826724305833')
  completes(bench, name)
  const { uid } = deploymentOf(bench, name).metadata
  const sets = bench.list('replicasets')
  expect(sets.map((set) => controllerOf(set)?.uid)).toEqual([uid, uid])
  expect(sets.filter((set) => revisionOf(set) !== '3546343826724305833').map(({ metadata, spec }) => [metadata.name, spec.replicas])).toEqual([['test-rolling-update-controller', 0]])
})

conformance('deployment-history-limit', (bench) => {
  const labels = { name: 'cleanup-pod' }
  bareSet(bench, 'test-cleanup-controller', labels)
  const watch = bench.watch('pods')
  const before = watch.events.length
  const name = 'test-cleanup-deployment'
  bench.create('deployments', workload(name, labels, { replicas: 1, revisionHistoryLimit: 0, template: template(labels, 'nginx:1.29') }))
  bench.within(5 * minute, 'no old ReplicaSet is left', () => isComplete(deploymentOf(bench, name)) && bench.list('replicasets').length === 1)
  const made = watch.events.slice(before).filter(({ type }) => type === 'ADDED')
  expect(made.map(({ object }) => object.spec.containers[0]?.image)).toEqual(['nginx:1.29'])
})

conformance('deployment-proportional-scaling', (bench) => {
  const name = 'webserver-deployment'
  bench.create('deployments', workload(name, { name: 'httpd' }, { replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }))
  completes(bench, name)
  const first = () => bench.list('replicasets').find((set) => revisionOf(set) === '1')!
  const second = () => bench.list('replicasets').find((set) => revisionOf(set) === '2')
  bench.patch('deployments', bench.key(name), 'strategic', { spec: { template: { spec: { containers: [{ name: 'httpd', image: unpullable }] } } } })
  bench.within(minute, 'the first set gives two away and the second has five', () => first().spec.replicas === 8 && first().status.availableReplicas === 8 && first().status.replicas === 8 && second()?.spec.replicas === 5 && second()?.status.replicas === 5)
  bench.pass(minute)
  expect([first().spec.replicas, first().status.availableReplicas, second()?.spec.replicas, second()?.status.availableReplicas ?? 0]).toEqual([8, 8, 5, 0])
  bench.update('deployments', bench.key(name), (deployment) => ({ ...deployment, spec: { ...deployment.spec, replicas: 30 } }))
  bench.within(minute, 'both grow in proportion', () => first().spec.replicas === 20 && second()?.spec.replicas === 13)
})

conformance('deployment-rollover', (bench) => {
  const labels = { name: 'rollover-pod' }
  bareSet(bench, 'test-rollover-controller', labels)
  const name = 'test-rollover-deployment'
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
  bench.create('deployments', workload(name, labels, { replicas: 1, minReadySeconds: 10, strategy, template: template(labels, unpullable) }))
  bench.within(minute, 'one is updated', () => deploymentOf(bench, name).status.updatedReplicas === 1)
  expect(revisionOf(deploymentOf(bench, name))).toBe('1')
  const sets = () => bench.list('replicasets')
  bench.within(minute, 'both sets have one', () => sets().length === 2 && sets().every(({ spec, status }) => spec.replicas === 1 && status.replicas === 1))
  const changed = bench.now
  bench.update('deployments', bench.key(name), (deployment) => ({ ...deployment, spec: { ...deployment.spec, template: template(labels, 'nginx:1.29') } }))
  bench.within(5 * minute, 'the rollout is complete', () => {
    const { status } = deploymentOf(bench, name)
    if (status.observedGeneration === 2) {
      expect(status.availableReplicas ?? 0).toBeGreaterThanOrEqual(1)
      expect(status.replicas).toBeLessThanOrEqual(3)
    }
    expect(sets().reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0)).toBeLessThanOrEqual(2)
    return isComplete(deploymentOf(bench, name))
  })
  expect(bench.now - changed).toBeGreaterThanOrEqual(10_000)
  expect(revisionOf(deploymentOf(bench, name))).toBe('2')
  const older = sets().filter((set) => revisionOf(set) !== '2')
  expect(older.map(({ spec, status }) => [spec.replicas, status.replicas])).toEqual([[0, 0], [0, 0]])
})

conformance('deployment-lifecycle', (bench) => {
  const name = 'test-deployment'
  const key = bench.key(name)
  const labels = { app: 'test-deployment' }
  const watch = bench.watch('deployments', { labelSelector: 'test-deployment-static=true' })
  const has = (image: string, count: number) => () => {
    const { status, spec } = bench.get('deployments', key)
    return spec.template.spec?.containers[0]?.image === image && status.readyReplicas === count && status.updatedReplicas === count && !status.unavailableReplicas
  }
  bench.create('deployments', { ...workload(name, labels, { replicas: 2, template: template(labels, 'nginx:1.27', { terminationGracePeriodSeconds: 1 }) }), metadata: { name, labels: { 'test-deployment-static': 'true' } } })
  expect(watch.types()).toEqual(['ADDED'])
  bench.within(5 * minute, 'two are ready', has('nginx:1.27', 2))
  const patch = { metadata: { labels: { 'test-deployment': 'patched' } }, spec: { replicas: 1, template: { spec: { terminationGracePeriodSeconds: 2, containers: [{ name: 'httpd', image: 'nginx:1.28' }] } } } }
  bench.patch('deployments', key, 'strategic', patch)
  expect(watch.types().at(-1)).toBe('MODIFIED')
  bench.within(5 * minute, 'one of the new is ready', has('nginx:1.28', 1))
  expect(bench.get('deployments', key).spec.template.spec?.terminationGracePeriodSeconds).toBe(2)
  expect(bench.listEverywhere('deployments', 'test-deployment-static=true')).toHaveLength(1)
  bench.update('deployments', key, (deployment) => {
    const { resourceVersion: _, ...metadata } = withLabels(deployment, { 'test-deployment': 'updated' }).metadata
    return { ...deployment, metadata, spec: { ...deployment.spec, replicas: 2, template: template(labels, 'nginx:1.29') } }
  })
  expect(bench.get('deployments', key)).toMatchObject({ metadata: { labels: { 'test-deployment': 'updated' } }, spec: { template: { spec: { containers: [{ image: 'nginx:1.29' }] } } } })
  bench.within(5 * minute, 'two of the newest are ready', has('nginx:1.29', 2))
  const refused = bench.client.patch('deployments', key, 'strategic', { status: { readyReplicas: 0 } }, 'status')
  expect(refused.ok ? 200 : refused.status.code).toBe(422)
  bench.patch('deployments', key, 'strategic', { metadata: { labels: { 'test-deployment': 'patched-status' } }, status: { readyReplicas: 0, availableReplicas: 0 } }, 'status')
  expect(watch.events.at(-1)).toMatchObject({ type: 'MODIFIED', object: { metadata: { labels: { 'test-deployment': 'updated' } } } })
  expect(watch.events.at(-1)?.object.status.readyReplicas ?? 0).toBe(0)
  bench.within(5 * minute, 'the controller sets it right', has('nginx:1.29', 2))
  bench.deleteCollection('deployments', 'test-deployment-static=true', { gracePeriodSeconds: 1 })
  bench.within(minute, 'the watch tells of its end', () => watch.types().at(-1) === 'DELETED')
})

conformance('deployment-status', (bench) => statusIsWritable(bench, 'deployments', () => bench.list('deployments').every(isComplete) && revisionOf(bench.list('deployments')[0]!) === '1'))
