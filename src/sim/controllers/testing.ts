import type { Deployment, Pod, ReplicaSet } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import { definitionOf } from '../api/resources.ts'
import { must } from '../api/status.ts'
import type { Draft } from '../client/component.ts'
import { createTestCluster, type TestCluster, type TestClusterOptions } from '../cluster/testing.ts'
import { startDaemonSetController } from './daemon-set/daemon-set-controller.ts'
import { startDeploymentController } from './deployment/deployment-controller.ts'
import { defaultControllerManagerFlags } from './flags.ts'
import { startReplicaSetController } from './replica-set/replica-set-controller.ts'
import { startReplicationController } from './replica-set/replication-controller.ts'

/** A cluster with the workload controllers and no kubelet: pods become ready when the test says so. */
export function createWorkloadCluster(options: TestClusterOptions = {}): TestCluster {
  const cluster = createTestCluster(options)
  cluster.component('deployment-controller', startDeploymentController)
  cluster.component('replicaset-controller', startReplicaSetController)
  cluster.component('daemonset-controller', startDaemonSetController)
  cluster.component('replication-controller', (context) => startReplicationController(context, defaultControllerManagerFlags))
  must(cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } as unknown as Draft<'namespaces'>))
  return cluster
}

/** A pod template of one container, as a person writes it. */
export function template(app: string, image = 'nginx'): ReplicaSet['spec']['template'] {
  return { metadata: { labels: { app } }, spec: { containers: [{ name: app, image }] } } as unknown as ReplicaSet['spec']['template']
}

/** Creates an object of the namespace shop from what a person would write. */
export function create<R extends 'deployments' | 'replicasets' | 'daemonsets' | 'pods' | 'replicationcontrollers'>(cluster: TestCluster, resource: R, name: string, rest: object): void {
  const { apiVersion, kind } = definitionOf(resource)
  must(cluster.client.create(resource, { apiVersion, kind, metadata: { name, namespace: 'shop' }, ...rest } as unknown as Draft<R>))
}

/** What a person asks for, and what templates are made of. */
export function workload(app: string, spec: object = {}): object {
  return { spec: { selector: { matchLabels: { app } }, template: template(app), ...spec } }
}

/** The kubelet's word that a pod is ready (or not), as of now. */
export function reportReady(cluster: TestCluster, pod: Pod, ready = true): void {
  const time = `2026-01-01T09:${String(Math.floor(cluster.timeline.now / 60_000)).padStart(2, '0')}:${String(Math.floor(cluster.timeline.now / 1000) % 60).padStart(2, '0')}Z`
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: time }]
  const current = must(cluster.client.get('pods', keyOf(pod)))
  must(cluster.client.updateStatus('pods', { ...current, status: { ...current.status, phase: 'Running', conditions } }))
}

/** Pods that nobody has asked to go. */
export function livePods(cluster: TestCluster): readonly Pod[] {
  return cluster.list('pods', 'shop').filter(({ metadata }) => metadata.deletionTimestamp === undefined)
}

/** Makes all pods ready that are not, once. */
export function reportAllReady(cluster: TestCluster): void {
  for (const pod of livePods(cluster)) {
    if (!pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')) reportReady(cluster, pod)
  }
}

/** The one deployment of the namespace. */
export function deployment(cluster: TestCluster): Deployment {
  return cluster.list('deployments', 'shop')[0]!
}

/** Messages of the events of one reason, in the order of their names' creation. */
export function messages(cluster: TestCluster, reason: string): readonly string[] {
  return cluster.list('events', 'shop').filter((event) => event.reason === reason).map((event) => event.message ?? '')
}
