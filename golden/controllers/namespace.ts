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
