import type { ApiRequest } from '../../src/sim/api/request.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import type { TestCluster } from '../../src/sim/cluster/testing.ts'
import { namespaceConditions } from '../../src/sim/controllers/namespace/namespace-conditions.ts'
import { startNamespaceController } from '../../src/sim/controllers/namespace/namespace-controller.ts'
import { requeueAfter } from '../../src/sim/controllers/namespace/plan-namespace.ts'
import { difference } from '../harness.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from '../partial.ts'

/** What the namespace controller says of a namespace that goes, and how it lets it go. */
export const namespaceSet: GoldenSet = {
  name: 'controllers/namespace',
  run: (golden) => (golden.in.kind === 'conditions' ? conditions(golden) : deletion(golden)),
}

function conditions({ in: input, out }: GoldenCase): string | null {
  const remains = {
    remaining: new Map(Object.entries<number>(input.remaining ?? {})),
    finalizers: new Map(Object.entries<number>(input.finalizers ?? {})),
    discoveryErrors: input.discoveryErrors ?? [],
    contentErrors: input.contentErrors ?? input.deleteErrors ?? [],
  }
  const actual = namespaceConditions([], remains, '').map(({ type, status, reason, message }) => ({ type, status, reason, message }))
  return difference(out.conditions, actual)
}

function deletion({ in: input, out }: GoldenCase): string | null {
  if (input.estimateSeconds !== undefined) return partialDifference(out, { requeueAfterMs: requeueAfter(input.estimateSeconds) })
  const cluster = createTestCluster()
  if (input.verbs) return partialDifference(out, waysOfDeletion(cluster, Object.keys(out)))
  if (input.delete !== undefined) {
    const deleted = cluster.client.delete('namespaces', input.delete)
    return partialDifference(out, deleted.ok ? { code: 200 } : { code: deleted.status.code, message: deleted.status.message })
  }
  return deleteNamespace(cluster, input, out)
}

function deleteNamespace(cluster: TestCluster, input: GoldenCase['in'], out: GoldenCase['out']): string | null {
  must(cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' }, spec: input.namespace.spec } as Draft<'namespaces'>))
  if (out.status) must(cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace: 'demo', finalizers: ['example.com/hold'] } }))
  cluster.component('namespace-controller', startNamespaceController)
  must(cluster.client.delete('namespaces', 'demo'))
  cluster.settle(10_000)
  const left = cluster.client.get('namespaces', 'demo')
  return partialDifference(out, left.ok ? { gone: false, status: left.value.status, specFinalizers: left.value.spec.finalizers } : { gone: true })
}

/** By which requests the controller empties a namespace of these resources, as the API server hears it. */
function waysOfDeletion(cluster: TestCluster, asked: readonly string[]): Record<string, string> {
  must(cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } } as Draft<'namespaces'>))
  must(cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace: 'demo' } }))
  must(cluster.client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'demo' }, spec: { ports: [{ port: 80 }] } } as unknown as Draft<'services'>))
  const heard: ApiRequest[] = []
  const answer = cluster.apiServer.request.bind(cluster.apiServer)
  Object.assign(cluster.apiServer, {
    request: (request: ApiRequest) => {
      heard.push(request)
      return answer(request)
    },
  })
  cluster.component('namespace-controller', startNamespaceController)
  must(cluster.client.delete('namespaces', 'demo'))
  cluster.settle(10_000)
  return Object.fromEntries(asked.map((resource) => {
    const verbs = heard.filter((request) => request.resource === resource && request.user === 'namespace-controller').map(({ verb }) => verb)
    return [resource, verbs.includes('deletecollection') ? 'DELETE collection' : verbs.includes('delete') ? 'DELETE one by one' : 'skipped']
  }))
}
