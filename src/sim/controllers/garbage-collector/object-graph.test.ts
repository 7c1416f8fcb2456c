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
