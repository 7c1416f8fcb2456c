import { expect } from 'vitest'
import type { ReplicaSet, ReplicationController } from '../../src/sim/api/generated/types.ts'
import { controllerOf, type KubernetesObject } from '../../src/sim/api/objects.ts'
import { conformance, controllerOfPods, pausePod, workload, type Bench } from './conformance.ts'

const minute = 60_000
const replicas = 20
const labels = { name: 'simpletest' }

conformance('gc-deployment-background', (bench) => {
  const deployment = bench.create('deployments', workload('simpletest.deployment', labels, { replicas: 2 }))
  bench.within(minute, 'the Deployment has a ReplicaSet', () => bench.list('replicasets').length > 0)
  bench.deleteThis('deployments', deployment, 'Background')
  bench.within(2 * minute, 'nothing is left', () => bench.list('deployments').length + bench.list('replicasets').length + bench.list('pods').length === 0)
})

conformance('gc-deployment-orphan', (bench) => {
  const deployment = bench.create('deployments', workload('simpletest.deployment', labels, { replicas: 2 }))
  bench.within(minute, 'its ReplicaSet has its pods', () => bench.list('replicasets').some(settled))
  bench.deleteThis('deployments', deployment, 'Orphan')
  bench.within(2 * minute, 'the Deployment is gone', () => bench.list('deployments').length === 0)
  const sets = bench.list('replicasets')
  expect([sets.length, bench.list('pods').length]).toEqual([1, 2])
  expect(controllerOf(sets[0]!)).toBeUndefined()
})

function settled({ metadata, spec, status }: ReplicaSet): boolean {
  return (status.observedGeneration ?? 0) >= (metadata.generation ?? 0) && status.replicas === spec.replicas
}

conformance('gc-cycle', (bench) => {
  const pods = ['pod1', 'pod2', 'pod3'].map((name) => bench.create('pods', pausePod(name)))
  for (const [index, pod] of pods.entries()) {
    const owner = pods[(index + 2) % 3]!
    bench.patch('pods', bench.key(pod.metadata.name), 'strategic', { metadata: { ownerReferences: [referenceTo(owner, { controller: true, blockOwnerDeletion: true })] } })
  }
  bench.deleteThis('pods', pods[0]!, 'Foreground')
  bench.within(150_000, 'all three pods are gone', () => bench.list('pods').length === 0)
})

function referenceTo({ apiVersion, kind, metadata }: KubernetesObject, rest: object = {}): object {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, ...rest }
}

function fullController(bench: Bench, name: string, count = replicas): ReplicationController {
  const controller = bench.create('replicationcontrollers', controllerOfPods(name, { name }, { replicas: count }))
  bench.within(minute, 'all pods are made', () => bench.get('replicationcontrollers', bench.key(name)).status.replicas === count)
  return controller
}

conformance('gc-rc-background', (bench) => {
  const controller = bench.create('replicationcontrollers', controllerOfPods('simpletest.rc', labels, { replicas: 2 }))
  bench.within(minute, 'one pod is there', () => bench.list('pods').length > 0)
  bench.deleteThis('replicationcontrollers', controller, 'Background')
  bench.within(2 * minute, 'nothing is left', () => bench.list('replicationcontrollers').length + bench.list('pods').length === 0)
  bench.stays(10_000, 'nothing is left', () => bench.list('pods').length === 0)
})

conformance('gc-rc-foreground', (bench) => {
  const controller = fullController(bench, 'simpletest.rc')
  bench.deleteThis('replicationcontrollers', controller, 'Foreground')
  let most = 0
  bench.within(90_000, 'the owner is gone', () => {
    most = Math.max(most, bench.list('pods').length)
    return !bench.exists('replicationcontrollers', bench.key('simpletest.rc'))
  })
  expect(most).toBe(replicas)
  expect(bench.list('pods')).toEqual([])
})

conformance('gc-two-owners', (bench) => {
  const leaving = fullController(bench, 'simpletest-rc-to-be-deleted')
  const staying = fullController(bench, 'simpletest-rc-to-stay', 0)
  for (const pod of bench.list('pods').slice(0, replicas / 2)) {
    bench.patch('pods', bench.key(pod.metadata.name), 'strategic', { metadata: { ownerReferences: [referenceTo(staying)] } })
  }
  bench.deleteThis('replicationcontrollers', leaving, 'Foreground')
  bench.within(90_000, 'the first owner is gone', () => !bench.exists('replicationcontrollers', bench.key('simpletest-rc-to-be-deleted')))
  const left = bench.list('pods')
  expect(left).toHaveLength(replicas / 2)
  for (const { metadata } of left) {
    expect(metadata.deletionTimestamp).toBeUndefined()
    expect(metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([staying.metadata.uid])
  }
})

conformance('gc-rc-orphan', (bench) => {
  const controller = fullController(bench, 'simpletest.rc')
  bench.deleteThis('replicationcontrollers', controller, 'Orphan')
  bench.within(3 * minute, 'the owner is gone', () => !bench.exists('replicationcontrollers', bench.key('simpletest.rc')))
  bench.stays(30_000, 'the pods stay', () => bench.list('pods').length === replicas)
})
