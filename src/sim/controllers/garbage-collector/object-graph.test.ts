import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../api/objects.ts'
import { ObjectGraph } from './object-graph.ts'

const owner = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner', namespace: 'shop', uid: 'owner' } } as unknown as KubernetesObject
const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'owner' }
const owned = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned', namespace: 'shop', uid: 'owned', ownerReferences: [reference] } } as unknown as KubernetesObject

test('an object that the server denied is there again when there is late news of it, until the caches let go of it', () => {
  const graph = new ObjectGraph({ attemptToDelete: () => undefined, attemptToOrphan: () => undefined, invalidNamespace: () => undefined })
  graph.put('configmaps', owner, undefined)
  graph.put('configmaps', owned, undefined)
  graph.denied(graph.get('owned')!)
  expect(graph.get('owner')?.dependents).toEqual([])
  graph.put('configmaps', { ...owned }, owned)
  expect(graph.get('owner')?.dependents?.map(({ uid }) => uid)).toEqual(['owned'])
  graph.remove('owned')
  expect(graph.get('owned')).toBeUndefined()
  expect(graph.get('owner')?.dependents).toEqual([])
})

// With each of the owners compared with each it took minutes.
test('of endless owners the new ones gain a dependent, those that are gone lose it, and those that it no longer holds back are looked at', () => {
  const looked: string[] = []
  const graph = new ObjectGraph({ attemptToDelete: ({ uid }) => void looked.push(uid), attemptToOrphan: () => undefined, invalidNamespace: () => undefined })
  const by = (first: number, blockOwnerDeletion: boolean) => {
    const ownerReferences = Array.from({ length: 200_000 }, (_, at) => ({ ...reference, uid: `owner-${first + at}`, blockOwnerDeletion: blockOwnerDeletion || at !== 5 }))
    return { ...owned, metadata: { ...owned.metadata, ownerReferences } } as KubernetesObject
  }
  graph.put('configmaps', by(0, true), undefined)
  looked.length = 0
  graph.put('configmaps', by(1, false), by(0, true))
  expect(graph.get('owner-0'), 'only this object spoke of it').toBeUndefined()
  expect(graph.get('owner-200000')?.dependents?.map(({ uid }) => uid)).toEqual(['owned'])
  expect(looked).toEqual(['owner-0', 'owner-6', 'owner-200000'])
})
