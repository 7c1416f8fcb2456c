import { expect } from 'vitest'
import { must } from '../../src/sim/api/status.ts'
import type { Bench } from './conformance.ts'
import { workload } from './conformance.ts'

interface Scale {
  readonly metadata: { readonly resourceVersion: string }
  readonly spec: { readonly replicas: number }
  readonly status: { readonly replicas: number }
}

/** The scale subresource: GET, PUT without a version, PATCH. */
export function scales(bench: Bench, resource: 'deployments' | 'replicasets', name = 'test-scale'): void {
  const annotations = { test: 'should-copy-to-replica-set', 'kubectl.kubernetes.io/last-applied-configuration': 'should-not-copy-to-replica-set' }
  const draft = workload(name, { name }, { replicas: 1 })
  bench.create(resource, { ...draft, metadata: { ...draft.metadata, annotations } })
  bench.within(300_000, 'its pod runs', () => bench.get(resource, bench.key(name)).status.availableReplicas === 1)
  const place = { namespace: bench.namespace, name, subresource: 'scale' } as const
  const scale = must(bench.request('get', resource, place)) as Scale
  expect([scale.spec.replicas, scale.status.replicas]).toEqual([1, 1])
  const put = must(bench.request('update', resource, { ...place, body: { ...scale, metadata: { ...scale.metadata, resourceVersion: '' }, spec: { replicas: 2 } } })) as Scale
  expect([put.spec.replicas, bench.get(resource, bench.key(name)).spec.replicas]).toEqual([2, 2])
  for (const [patchType, replicas] of [['merge', 4], ['strategic', 3]] as const) {
    const patched = must(bench.request('patch', resource, { ...place, patchType, body: { spec: { replicas } } })) as Scale
    expect([patched.spec.replicas, bench.get(resource, bench.key(name)).spec.replicas]).toEqual([replicas, replicas])
  }
}

/** The status subresource: GET, PUT of one more condition, PATCH of the list; a watch shows each. */
export function statusIsWritable(bench: Bench, resource: 'deployments' | 'replicasets' | 'daemonsets', isComplete: () => boolean = () => true): void {
  const name = 'test-status'
  const draft = workload(name, { name: 'httpd', e2e: 'testing' }, resource === 'daemonsets' ? {} : { replicas: 1 })
  bench.create(resource, { ...draft, metadata: { ...draft.metadata, labels: { e2e: 'testing' } } })
  bench.within(300_000, 'it is complete', isComplete)
  bench.pass(10_000)
  must(bench.request('get', resource, { namespace: bench.namespace, name, subresource: 'status' }))
  const watch = bench.watch(resource, { labelSelector: 'e2e=testing' })
  const shown = (type: string) => watch.events.map(({ object }) => object.status.conditions?.find((condition) => condition.type === type)).find((condition) => condition !== undefined)
  const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }
  bench.update(resource, bench.key(name), (object) => ({ ...object, status: { ...object.status, conditions: [...(object.status.conditions ?? []), condition] } }), 'status')
  bench.within(300_000, 'the watch shows the condition', () => shown('StatusUpdate') !== undefined)
  expect(shown('StatusUpdate')).toMatchObject(condition)
  bench.patch(resource, bench.key(name), 'merge', { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } }, 'status')
  expect(watch.events.at(-1)?.object.status.conditions?.map(({ type }) => type)).toEqual(['StatusPatched'])
}
