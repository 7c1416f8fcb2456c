import { expect, test } from 'vitest'
import { must } from '../../api/status.ts'
import { createTestCluster } from '../../cluster/testing.ts'
import { startServiceAccountController } from './service-account-controller.ts'

test('every namespace has its default account and the root certificate, and has them again when somebody takes or changes them', () => {
  const cluster = createTestCluster({ watchLag: { serviceaccounts: 300, configmaps: 300 } })
  cluster.component('serviceaccount-controller', startServiceAccountController)
  must(cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' }, spec: {} }))
  cluster.settle()
  const published = must(cluster.client.get('configmaps', 'demo/kube-root-ca.crt'))
  must(cluster.client.delete('serviceaccounts', 'demo/default'))
  must(cluster.client.update('configmaps', { ...published, data: { 'ca.crt': 'mine' } }))
  must(cluster.client.delete('configmaps', 'default/kube-root-ca.crt'))
  cluster.settle()
  expect(cluster.list('serviceaccounts').map(({ metadata }) => metadata.namespace)).toEqual(['default', 'demo', 'kube-node-lease', 'kube-public', 'kube-system'])
  expect(cluster.list('configmaps').map(({ data }) => data)).toEqual(Array.from({ length: 5 }, () => published.data))
})
