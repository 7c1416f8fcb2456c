import { expect, test } from 'vitest'
import type { KubernetesObject } from '../api/objects.ts'
import type { KeyValue } from '../etcd/store.ts'
import { Cluster } from './cluster.ts'

function controllerManager(flags: Readonly<Record<string, string>>): Cluster {
  const cluster = new Cluster(1, { workers: 1, flags: { 'kube-controller-manager': flags } })
  cluster.advanceTo(30_000)
  return cluster
}

const names = (cluster: Cluster, prefix: string) => (cluster.store.range(`/registry/${prefix}/`) as KeyValue<KubernetesObject>[]).map(({ key }) => key.split('/').at(-1))

test('the controllers lead under the lease that a flag names, and without election under none', () => {
  expect(names(controllerManager({}), 'leases/kube-system')).toContain('kube-controller-manager')
  expect(names(controllerManager({ 'leader-elect-resource-name': 'mine' }), 'leases/kube-system')).toContain('mine')
  const alone = controllerManager({ 'leader-elect': 'false' })
  expect(names(alone, 'leases/kube-system')).toEqual(['kube-scheduler'])
  expect(names(alone, 'pods/kube-system').some((name) => name?.startsWith('coredns-'))).toBe(true)
})

test('without the garbage collector nothing follows its owner', () => {
  const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } } }
  const left = ['true', 'false'].map((enabled) => {
    const cluster = controllerManager({ 'enable-garbage-collector': enabled })
    cluster.perform({ kind: 'apply', manifests: [web] })
    cluster.advanceTo(60_000)
    cluster.perform({ kind: 'delete', resource: 'deployments', key: 'default/web' })
    cluster.advanceTo(120_000)
    return names(cluster, 'pods/default').length
  })
  expect(left).toEqual([0, 2])
})
