import type { Pod, ReplicaSet } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import { startNamespaceController } from '../../src/sim/controllers/namespace/namespace-controller.ts'
import { planReplicas, replicaSetStatus } from '../../src/sim/controllers/replica-set/replica-set-plan.ts'

const hour = 3_600_000

/** Whether the product behaves as with a feature gate switched on, tried out; undefined: what the gate is about is not built. */
export function isGateOn(gate: string): boolean | undefined {
  return trials[gate]?.()
}

/** The annotation of a pod by which it is given up first. */
export function deletionCostAnnotation(): string | undefined {
  const name = 'controller.kubernetes.io/pod-deletion-cost'
  return givenUp([pod('dear', 2 * hour, { [name]: '10' }), pod('cheap', hour)]) !== givenUp([pod('dear', 2 * hour), pod('cheap', hour, { [name]: '10' })]) ? name : undefined
}

const trials: Readonly<Record<string, () => boolean>> = {
  PodDeletionCost: () => deletionCostAnnotation() !== undefined,
  // Ages of one order of magnitude count as equal: then not the youngest goes, but the one whose uid comes first.
  LogarithmicScaleDown: () => givenUp([pod('a', 3 * hour), pod('b', 3 * hour - 60_000)]) === 'a',
  OrderedNamespaceDeletion: () => staysWithPods(),
  DeploymentReplicaSetTerminatingReplicas: () => replicaSetStatus(replicaSet, { active: 1, fullyLabeled: 1, ready: 1, available: 1, terminating: 1 }, null, timeOf(0)).terminatingReplicas === 1,
}

/** A namespace goes whose pod is held by a finalizer: whether what the pod may need is still there. */
function staysWithPods(): boolean {
  const cluster = createTestCluster()
  cluster.component('namespace-controller', startNamespaceController)
  const { client } = cluster
  const place = { name: 'it', namespace: 'going' }
  must(client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'going' } } as Draft<'namespaces'>))
  must(client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: place }))
  must(client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { ...place, finalizers: ['example.com/held'] }, spec: { containers: [{ name: 'app', image: 'x:1' }] } } as unknown as Draft<'pods'>))
  must(client.delete('namespaces', 'going'))
  cluster.advanceTo(30_000)
  const isThere = () => cluster.list('configmaps', 'going').length > 0
  const stays = isThere()
  must(client.patch('pods', 'going/it', 'merge', { metadata: { finalizers: null } }))
  cluster.advanceTo(120_000)
  return stays && !isThere()
}

const now = 1_767_258_000_000
const replicaSet = { metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 1 }, status: {} } as unknown as ReplicaSet

function givenUp(pods: readonly Pod[]): string | undefined {
  return planReplicas(replicaSet, pods, () => pods, now).deletes[0]?.metadata.name
}

function pod(name: string, age: number, annotations: Readonly<Record<string, string>> = {}): Pod {
  const since = timeOf(age)
  return { metadata: { name, uid: name, annotations, creationTimestamp: since }, spec: { nodeName: name }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }] } } as unknown as Pod
}

function timeOf(age: number): string {
  return new Date(now - age).toISOString().replace('.000', '')
}
