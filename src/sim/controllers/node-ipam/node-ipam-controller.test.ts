import { expect, test } from 'vitest'
import { must } from '../../api/status.ts'
import { createTestCluster } from '../../cluster/testing.ts'
import type { TestCluster } from '../../cluster/testing.ts'
import { startNodeIpamController } from './node-ipam-controller.ts'

function addNode(cluster: TestCluster, name: string, podCIDR?: string): void {
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] } }))
  cluster.settle(1_000)
}

function ranges(cluster: TestCluster): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(cluster.list('nodes').map(({ metadata, spec }) => [metadata.name, spec.podCIDR]))
}

test('every node gets a range of its own, none that another has, and a freed one not before the others were used', () => {
  const cluster = createTestCluster({ watchLag: { nodes: 500 } })
  addNode(cluster, 'old', '10.244.1.0/24')
  cluster.component('node-ipam-controller', startNodeIpamController)
  addNode(cluster, 'a')
  addNode(cluster, 'b')
  expect(ranges(cluster)).toEqual({ old: '10.244.1.0/24', a: '10.244.0.0/24', b: '10.244.2.0/24' })
  must(cluster.client.delete('nodes', 'a'))
  cluster.settle(1_000)
  addNode(cluster, 'c')
  expect(ranges(cluster)['c']).toBe('10.244.3.0/24')
})

test('says when there are no ranges left, and uses one again that was freed', () => {
  const cluster = createTestCluster()
  cluster.component('cidrAllocator', (context) => startNodeIpamController(context, { clusterCidr: '10.0.0.0/23', nodeCidrMaskSize: 24 }))
  for (const name of ['a', 'b', 'c']) addNode(cluster, name)
  expect(ranges(cluster)['c']).toBeUndefined()
  expect(cluster.list('events').map(({ message }) => message)).toEqual(['Node c status is now: CIDRNotAvailable'])
  must(cluster.client.delete('nodes', 'a'))
  cluster.settle(1_000)
  addNode(cluster, 'd')
  expect(ranges(cluster)['d']).toBe('10.0.0.0/24')
})
