import { expect, test } from 'vitest'
import type { ConfigMap, OwnerReference } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import { must } from '../../api/status.ts'
import { createTestCluster } from '../../cluster/testing.ts'
import type { TestCluster } from '../../cluster/testing.ts'
import { startGarbageCollector } from './garbage-collector.ts'

function collecting(lag = 1): TestCluster {
  const cluster = createTestCluster({ watchLag: { configmaps: lag } })
  cluster.component('garbage-collector', startGarbageCollector)
  cluster.settle(5_000)
  return cluster
}

function make(cluster: TestCluster, name: string, owners: readonly ConfigMap[] = [], { namespace = 'default', blocks = true } = {}): ConfigMap {
  const ownerReferences = owners.map((owner): OwnerReference => ({ apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name, uid: owner.metadata.uid, blockOwnerDeletion: blocks }))
  return must(cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ownerReferences } }))
}

function names(cluster: TestCluster, namespace = 'default'): readonly string[] {
  return cluster.list('configmaps', namespace).map(({ metadata }) => metadata.name)
}

test('in background the owner goes first, and then all that it owned, to the last generation', () => {
  const cluster = collecting()
  const owner = make(cluster, 'owner')
  const child = make(cluster, 'child', [owner])
  make(cluster, 'grandchild', [child])
  make(cluster, 'stranger')
  must(cluster.client.delete('configmaps', keyOf(owner), { propagationPolicy: 'Background' }))
  expect(names(cluster)).toEqual(['child', 'grandchild', 'stranger'])
  cluster.settle()
  expect(names(cluster)).toEqual(['stranger'])
})

test('in foreground the owner stays, marked, until the last dependent that blocks it is gone', () => {
  const cluster = collecting()
  const owner = make(cluster, 'owner')
  const held = must(cluster.client.update('configmaps', { ...make(cluster, 'blocking', [owner]), metadata: { ...must(cluster.client.get('configmaps', 'default/blocking')).metadata, finalizers: ['example.com/hold'] } }))
  make(cluster, 'other', [owner], { blocks: false })
  must(cluster.client.delete('configmaps', keyOf(owner), { propagationPolicy: 'Foreground' }))
  cluster.settle()
  expect(must(cluster.client.get('configmaps', 'default/owner')).metadata.finalizers).toEqual(['foregroundDeletion'])
  must(cluster.client.patch('configmaps', keyOf(held), 'merge', { metadata: { finalizers: null } }))
  cluster.settle()
  expect(names(cluster)).toEqual([])
})

test('a dependent that is made while others of its gone owner are still being deleted goes too', () => {
  const cluster = collecting()
  const owner = make(cluster, 'owner')
  const held = make(cluster, 'held', [owner])
  must(cluster.client.update('configmaps', { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } }))
  cluster.settle()
  must(cluster.client.delete('configmaps', keyOf(owner), { propagationPolicy: 'Background' }))
  cluster.settle()
  make(cluster, 'late', [owner])
  cluster.settle()
  expect(names(cluster)).toEqual(['held'])
})

test('orphans live on without the reference to their owner', () => {
  const cluster = collecting()
  const owner = make(cluster, 'owner')
  make(cluster, 'child', [owner])
  cluster.settle()
  must(cluster.client.delete('configmaps', keyOf(owner), { propagationPolicy: 'Orphan' }))
  cluster.settle()
  expect(names(cluster)).toEqual(['child'])
  expect(cluster.list('configmaps', 'default')[0]?.metadata.ownerReferences ?? []).toEqual([])
})

test('an owner of the same name but another uid is no owner', () => {
  const cluster = collecting()
  const owner = make(cluster, 'owner')
  must(cluster.client.delete('configmaps', keyOf(owner)))
  make(cluster, 'owner')
  make(cluster, 'child', [owner])
  cluster.settle()
  expect(names(cluster)).toEqual(['owner'])
})

test('with one living owner an object stays, and forgets the dead one', () => {
  const cluster = collecting()
  const dead = make(cluster, 'dead')
  const living = make(cluster, 'living')
  make(cluster, 'child', [dead, living])
  cluster.settle()
  must(cluster.client.delete('configmaps', keyOf(dead)))
  cluster.settle()
  expect(names(cluster)).toEqual(['child', 'living'])
  expect(must(cluster.client.get('configmaps', 'default/child')).metadata.ownerReferences?.map(({ name }) => name)).toEqual(['living'])
})

test('a circle of owners does not hold itself', () => {
  const cluster = collecting()
  const one = make(cluster, 'one')
  const two = make(cluster, 'two', [one])
  const three = make(cluster, 'three', [two])
  must(cluster.client.patch('configmaps', keyOf(one), 'merge', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'three', uid: three.metadata.uid, blockOwnerDeletion: true }] } }))
  cluster.settle()
  expect(names(cluster)).toHaveLength(3)
  must(cluster.client.delete('configmaps', keyOf(one), { propagationPolicy: 'Foreground' }))
  cluster.settle(200_000)
  expect(names(cluster)).toEqual([])
})

test('an owner in another namespace counts as absent, and that is told', () => {
  const cluster = collecting()
  const owner = make(cluster, 'owner')
  cluster.settle()
  make(cluster, 'child', [owner], { namespace: 'kube-public' })
  cluster.settle()
  expect(names(cluster, 'kube-public')).toEqual([])
  expect(names(cluster)).toEqual(['owner'])
  const [event] = cluster.list('events', 'kube-public').filter(({ reason }) => reason === 'OwnerRefInvalidNamespace')
  expect(event?.message).toBe(`ownerRef [v1/ConfigMap, namespace: kube-public, name: owner, uid: ${owner.metadata.uid}] does not exist in namespace "kube-public"`)
})

test('does not collect what came into being before its owner is seen', () => {
  const cluster = collecting(2_000)
  const owner = make(cluster, 'owner')
  make(cluster, 'child', [owner])
  cluster.settle()
  expect(names(cluster)).toEqual(['child', 'owner'])
})

test('after a restart it finds the garbage that was made while it was away', () => {
  const cluster = createTestCluster()
  const owner = make(cluster, 'owner')
  make(cluster, 'child', [owner])
  must(cluster.client.delete('configmaps', keyOf(owner)))
  cluster.settle()
  expect(names(cluster)).toEqual(['child'])
  cluster.component('garbage-collector', startGarbageCollector)
  cluster.settle()
  expect(names(cluster)).toEqual([])
})
