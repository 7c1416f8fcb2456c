import type { Event, Node, Pod } from '../../api/generated/types.ts'
import type { KubernetesObject } from '../../api/objects.ts'
import type { KeyValue } from '../../etcd/store.ts'
import { Cluster } from '../cluster.ts'
import type { ClusterOptions, Fault, Manifest } from '../run.ts'

export const second = 1000
export const minute = 60 * second

/** A Deployment of pods with one nginx each. */
export function deployment(name: string, replicas: number, image = 'nginx:1.27'): Manifest {
  const labels = { app: name }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } } } }
}

/** A cluster of two workers with four pods, a minute old. */
export function clusterWithWeb(seed = 11, flags: ClusterOptions['flags'] = {}): Cluster {
  const cluster = new Cluster(seed, { workers: 2, flags })
  cluster.advanceTo(0)
  must(cluster.perform({ kind: 'apply', manifests: [deployment('web', 4)] }))
  cluster.advanceTo(minute)
  return cluster
}

/** Something goes wrong; refused: the test fails with the reason. */
export function begin(cluster: Cluster, fault: Fault, length?: number): void {
  must(cluster.perform({ kind: 'fault', fault, ...(length === undefined ? {} : { for: length }) }))
}

export function must(result: ReturnType<Cluster['perform']>): void {
  if (!result.ok) throw new Error(result.status.message)
}

export function scale(cluster: Cluster, replicas: number): ReturnType<Cluster['perform']> {
  return cluster.perform({ kind: 'scale', resource: 'deployments', key: 'default/web', replicas })
}

export function stored<T extends KubernetesObject>(cluster: Cluster, prefix: string): T[] {
  return (cluster.store.range(`/registry/${prefix}/`) as KeyValue<T>[]).map(({ value }) => value!)
}

export const podsOf = (cluster: Cluster, namespace = 'default') => stored<Pod>(cluster, `pods/${namespace}`)

export const podsOn = (cluster: Cluster, node: string) => podsOf(cluster).filter(({ spec }) => spec.nodeName === node)

export function podOf(cluster: Cluster, name: string): Pod {
  const pod = podsOf(cluster, 'kube-system').find(({ metadata }) => metadata.name.startsWith(name))
  if (!pod) throw new Error(`there is no pod ${name}`)
  return pod
}

export function nodeOf(cluster: Cluster, name: string): Node {
  return stored<Node>(cluster, 'minions').find(({ metadata }) => metadata.name === name)!
}

export const readiness = ({ status }: Node | Pod) => status.conditions?.find(({ type }) => type === 'Ready')

export const isReady = (object: Node | Pod) => readiness(object)?.status === 'True'

/** The containers that run in the pods, by their ids. */
export const containersOf = (cluster: Cluster) => podsOf(cluster).map(({ status }) => status.containerStatuses?.[0]?.containerID)

export function eventsOf(cluster: Cluster, reason: string): Event[] {
  return stored<Event>(cluster, 'events/default').filter((event) => event.reason === reason)
}

/** When, in virtual time, `seen` holds for the first time. */
export function when(cluster: Cluster, limit: number, seen: () => boolean): number {
  while (cluster.step(limit)) if (seen()) return cluster.now
  throw new Error(`not seen by ${limit}`)
}
