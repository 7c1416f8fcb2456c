import { expect } from 'vitest'
import { controllerOf } from '../../src/sim/api/objects.ts'
import { must } from '../../src/sim/api/status.ts'
import { conformance, controllerOfPods, pausePod } from './conformance.ts'

const minute = 60_000

conformance('rc-adopt', (bench) => {
  const name = 'pod-adoption'
  bench.create('pods', pausePod(name, { name }))
  bench.running(name)
  const { metadata } = bench.create('replicationcontrollers', controllerOfPods(name, { name }, { replicas: 1 }))
  bench.within(minute, 'the pod is adopted', () => controllerOf(bench.get('pods', bench.key(name)))?.uid === metadata.uid)
  expect(bench.list('pods')).toHaveLength(1)
})

conformance('rc-release', (bench) => {
  const name = 'pod-release'
  const { metadata } = bench.create('replicationcontrollers', controllerOfPods(name, { name }, { replicas: 1 }))
  bench.within(minute, 'it has its pod', () => bench.list('pods', `name=${name}`).length === 1)
  const key = bench.key(bench.list('pods')[0]!.metadata.name)
  expect(controllerOf(bench.get('pods', key))?.uid).toBe(metadata.uid)
  bench.update('pods', key, (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { name: 'not-matching-name' } } }))
  bench.within(minute, 'the pod is released', () => controllerOf(bench.get('pods', key)) === undefined)
  bench.within(minute, 'another takes its place', () => bench.list('pods', `name=${name}`).length === 1)
})

conformance('rc-scale', (bench) => {
  const name = 'e2e-rc'
  bench.create('replicationcontrollers', controllerOfPods(name, { name }, { replicas: 1 }))
  const replicas = () => bench.get('replicationcontrollers', bench.key(name)).status.replicas
  bench.within(minute, 'it has its pod', () => replicas() === 1)
  const place = { namespace: bench.namespace, name, subresource: 'scale' } as const
  const scale = must(bench.request('get', 'replicationcontrollers', place)) as { readonly metadata: object }
  expect(scale).toMatchObject({ apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 1, selector: 'name=e2e-rc' } })
  const put = must(bench.request('update', 'replicationcontrollers', { ...place, body: { ...scale, metadata: { ...scale.metadata, resourceVersion: '' }, spec: { replicas: 2 } } }))
  expect(put).toMatchObject({ spec: { replicas: 2 } })
  bench.within(minute, 'it has two pods', () => replicas() === 2)
})

conformance('rc-lifecycle', (bench) => {
  const name = 'rc-test'
  const label = 'test-rc-static=true'
  const key = bench.key(name)
  const watch = bench.watch('replicationcontrollers', { labelSelector: label })
  const shows = (count: number): boolean => {
    const { replicas, readyReplicas } = watch.events.at(-1)!.object.status
    return replicas === count && readyReplicas === count
  }
  const expectModified = (seen: number): void => {
    expect(watch.types().length).toBeGreaterThan(seen)
    expect(new Set(watch.types().slice(seen))).toEqual(new Set(['MODIFIED']))
  }
  const draft = controllerOfPods(name, { name }, { replicas: 1 })
  bench.create('replicationcontrollers', { ...draft, metadata: { ...draft.metadata, labels: { 'test-rc-static': 'true' } } })
  expect(watch.types()).toEqual(['ADDED'])
  bench.within(minute, 'its pod is ready', () => shows(1))
  bench.patch('replicationcontrollers', key, 'strategic', { metadata: { labels: { 'test-rc': 'patched' } } })
  expectModified(1)
  const cleared = bench.patch('replicationcontrollers', key, 'strategic', { status: { readyReplicas: 0, availableReplicas: 0 } }, 'status')
  expect(cleared.status.readyReplicas ?? 0).toBe(0)
  bench.within(minute, 'its controller restores the status', () => shows(1))
  const before = watch.types().length
  must(bench.request('patch', 'replicationcontrollers', { namespace: bench.namespace, name, subresource: 'scale', patchType: 'strategic', body: { spec: { replicas: 2 } } }))
  bench.within(minute, 'its pods are two, and ready', () => shows(2))
  expectModified(before)
  expect(bench.get('replicationcontrollers', key).metadata.labels).toMatchObject({ 'test-rc': 'patched' })
  const after = watch.types().length
  bench.update('replicationcontrollers', key, (controller) => ({ ...controller, status: { ...controller.status, availableReplicas: 1, readyReplicas: 1 } }), 'status')
  expectModified(after)
  expect(bench.listEverywhere('replicationcontrollers', label).map(({ metadata }) => metadata.name)).toEqual([name])
  bench.deleteCollection('replicationcontrollers', label)
  bench.within(minute, 'the watch shows that it is gone', () => watch.types().at(-1) === 'DELETED')
})

conformance('rc-quota-condition', (bench) => {
  const name = 'condition-test'
  const key = bench.key(name)
  bench.create('resourcequotas', { metadata: { name }, spec: { hard: { pods: '2' } } })
  bench.within(minute, 'the quota is in force', () => bench.get('resourcequotas', key).status.hard?.['pods'] === '2')
  bench.create('replicationcontrollers', controllerOfPods(name, { name }, { replicas: 3 }))
  const seen = () => {
    const { metadata, status } = bench.get('replicationcontrollers', key)
    return { isCurrent: status.observedGeneration === metadata.generation, failure: status.conditions?.find(({ type }) => type === 'ReplicaFailure') }
  }
  bench.within(minute, 'its failure is told', () => seen().isCurrent && seen().failure !== undefined)
  expect(seen().failure).toMatchObject({ status: 'True', reason: 'FailedCreate', message: expect.stringContaining('exceeded quota: condition-test, requested: pods=1, used: pods=2, limited: pods=2') })
  expect(bench.list('pods')).toHaveLength(2)
  bench.update('replicationcontrollers', key, (controller) => ({ ...controller, spec: { ...controller.spec, replicas: 2 } }))
  bench.within(minute, 'the failure is over', () => seen().isCurrent && seen().failure === undefined)
})
