import { expect } from 'vitest'
import { conformance, pausePod, refusal, withLabels } from './conformance.ts'

conformance('namespace-finalizer', (bench) => {
  const { spec } = bench.create('namespaces', { metadata: { name: 'e2e-ns' } })
  expect(spec?.finalizers).toEqual(['kubernetes'])
  const finalizers = ['kubernetes', 'e2e.example.com/fakeFinalizer']
  expect(bench.update('namespaces', 'e2e-ns', (namespace) => ({ ...namespace, spec: { finalizers } }), 'finalize').spec?.finalizers).toEqual(finalizers)
  expect(bench.update('namespaces', 'e2e-ns', (namespace) => ({ ...namespace, spec: { finalizers: ['kubernetes'] } }), 'finalize').spec?.finalizers).toEqual(['kubernetes'])
  bench.stays(10_000, 'it is not deleted', () => bench.get('namespaces', 'e2e-ns').status?.phase === 'Active')
})

conformance('namespace-update', (bench) => {
  const { metadata } = bench.update('namespaces', bench.namespace, (namespace) => withLabels(namespace, { [bench.namespace]: 'updated' }))
  expect(metadata.labels).toEqual({ 'kubernetes.io/metadata.name': bench.namespace, [bench.namespace]: 'updated' })
})

conformance('namespace-status', (bench) => {
  expect(bench.get('namespaces', bench.namespace).status?.phase).toBe('Active')
  const patch = {
    metadata: { annotations: { 'e2e-patched-ns-status': bench.namespace } },
    status: { conditions: [{ type: 'StatusPatch', status: 'True', reason: 'E2E', message: 'Patched by an e2e test' }] },
  }
  const patched = bench.patch('namespaces', bench.namespace, 'merge', patch, 'status')
  expect(patched.metadata.annotations).toEqual({ 'e2e-patched-ns-status': bench.namespace })
  expect(patched.status?.conditions?.at(-1)).toMatchObject({ reason: 'E2E', message: 'Patched by an e2e test' })
  const added = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Updated by an e2e test' }
  const updated = bench.update('namespaces', bench.namespace, (namespace) => ({ ...namespace, status: { ...namespace.status, conditions: [...(namespace.status?.conditions ?? []), added] } }), 'status')
  expect(updated.status?.conditions?.at(-1)).toMatchObject(added)
})

conformance('namespace-deletes-pods', (bench) => {
  bench.create('pods', pausePod('test-pod'))
  bench.running('test-pod')
  bench.delete('namespaces', bench.namespace)
  bench.within(90_000, 'the namespace is gone', () => !bench.exists('namespaces', bench.namespace))
  bench.makeNamespace(bench.namespace)
  expect(bench.exists('pods', bench.key('test-pod'))).toBe(false)
})

conformance('namespace-deletes-services', (bench) => {
  bench.create('services', { metadata: { name: 'test-service' }, spec: { selector: { foo: 'bar', baz: 'blah' }, ports: [{ port: 80, targetPort: 80 }] } })
  bench.delete('namespaces', bench.namespace)
  bench.within(60_000, 'the namespace is gone', () => !bench.exists('namespaces', bench.namespace))
  bench.makeNamespace(bench.namespace)
  expect(bench.exists('services', bench.key('test-service'))).toBe(false)
})

conformance('namespace-patch', (bench) => {
  const before = bench.get('namespaces', bench.namespace)
  const patched = bench.patch('namespaces', bench.namespace, 'strategic', { metadata: { labels: { testLabel: 'testValue' } } })
  expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion))
  expect(bench.get('namespaces', bench.namespace).metadata.labels).toMatchObject({ testLabel: 'testValue' })
})

conformance('namespace-ordered-deletion', (bench) => {
  const pod = pausePod('pod-1')
  bench.create('pods', { ...pod, metadata: { ...pod.metadata, finalizers: ['e2e.example.com/finalizer'] } })
  bench.running('pod-1')
  bench.create('configmaps', { metadata: { name: 'test-configmap' }, data: { key: 'value' } })
  bench.delete('namespaces', bench.namespace)
  bench.within(60_000, 'the namespace says that it is held up', () => {
    expect(bench.exists('configmaps', bench.key('test-configmap'))).toBe(true)
    const { status } = bench.get('namespaces', bench.namespace)
    return status?.phase === 'Terminating' && status.conditions?.some(({ type }) => type === 'NamespaceDeletionContentFailure') === true
  })
  bench.stays(60_000, 'the pod is held and the ConfigMap waits for it', () => {
    return bench.get('pods', bench.key('pod-1')).metadata.deletionTimestamp !== undefined && bench.exists('configmaps', bench.key('test-configmap'))
  })
  expect(refusal(bench.tryCreate('configmaps', { metadata: { name: 'late' } })).reason).toBe('Forbidden')
  bench.update('pods', bench.key('pod-1'), (held) => ({ ...held, metadata: { ...held.metadata, finalizers: [] } }))
  bench.within(60_000, 'the pod goes', () => !bench.exists('pods', bench.key('pod-1')))
  bench.within(120_000, 'then the namespace goes', () => !bench.exists('namespaces', bench.namespace))
})
