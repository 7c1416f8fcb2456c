import { expect } from 'vitest'
import { controllerOf } from '../../src/sim/api/objects.ts'
import { must } from '../../src/sim/api/status.ts'
import { conformance, pausePod, template, workload } from './conformance.ts'
import { statusIsWritable, scales } from './workloads.ts'

const minute = 60_000
const labels = { app: 'test-rs' }

conformance('replicaset-replace-patch', (bench) => {
  const key = bench.key('test-rs')
  bench.create('replicasets', workload('test-rs', labels, { replicas: 1 }))
  bench.within(5 * minute, 'one is available', () => bench.get('replicasets', key).status.availableReplicas === 1)
  const watch = bench.watch('replicasets')
  must(bench.request('update', 'replicasets', { namespace: bench.namespace, name: 'test-rs', subresource: 'scale', body: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'test-rs', namespace: bench.namespace }, spec: { replicas: 2 } } }))
  bench.within(5 * minute, 'the watch shows two', () => watch.events.at(-1)?.object.status.availableReplicas === 2)
  const patch = { metadata: { labels: { 'test-rs': 'patched' } }, spec: { replicas: 3, template: template(labels, 'nginx:1.29') } }
  bench.patch('replicasets', key, 'strategic', patch)
  bench.within(5 * minute, 'the watch shows three', () => watch.events.at(-1)?.object.status.readyReplicas === 3)
  expect(watch.events.at(-1)?.object.metadata.labels).toMatchObject({ 'test-rs': 'patched' })
  expect(bench.list('pods').map(({ spec }) => spec.containers[0]!.image).sort()).toEqual(['nginx:1.27', 'nginx:1.27', 'nginx:1.29'])
})

conformance('replicaset-scale', (bench) => scales(bench, 'replicasets'))

conformance('replicaset-adopt-release', (bench) => {
  const name = 'pod-adoption-release'
  bench.create('pods', pausePod(name, { name }))
  bench.running(name)
  const { metadata } = bench.create('replicasets', workload(name, { name }, { replicas: 1 }))
  bench.within(minute, 'the pod is adopted', () => controllerOf(bench.get('pods', bench.key(name)))?.uid === metadata.uid)
  expect(bench.list('pods')).toHaveLength(1)
  bench.update('pods', bench.key(name), (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { name: 'not-matching-name' } } }))
  bench.within(minute, 'the pod is released', () => controllerOf(bench.get('pods', bench.key(name))) === undefined)
  bench.within(minute, 'another takes its place', () => bench.list('pods', `name=${name}`).length === 1)
})

conformance('replicaset-deletecollection', (bench) => {
  const draft = workload('test-rs', labels, { replicas: 3 })
  bench.create('replicasets', { ...draft, metadata: { ...draft.metadata, labels: { 'test-rs': 'yes' } } })
  bench.within(5 * minute, 'its pods run', () => bench.get('replicasets', bench.key('test-rs')).status.readyReplicas === 3)
  expect(bench.listEverywhere('replicasets', 'test-rs=yes')).toHaveLength(1)
  bench.deleteCollection('replicasets', 'test-rs=yes')
  bench.within(minute, 'none is left', () => bench.listEverywhere('replicasets', 'test-rs=yes').length === 0)
  bench.within(minute, 'nor are its pods', () => bench.list('pods').length === 0)
})

conformance('replicaset-status', (bench) => statusIsWritable(bench, 'replicasets'))
