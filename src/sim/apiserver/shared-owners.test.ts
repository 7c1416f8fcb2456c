import { expect, test } from 'vitest'
import { SharedOwners } from './shared-owners.ts'

test('what is shared is complete, and what was sent stays its sender’s', () => {
  const owners = new SharedOwners()
  const reference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true }
  const { ownerReferences: shared } = owners.share({ generateName: 'web-', ownerReferences: [reference] })
  expect(shared).toEqual([reference])
  expect(Object.isFrozen(shared) && Object.isFrozen(shared![0])).toBe(true)
  expect(owners.share({ generateName: 'web-', ownerReferences: [{ ...reference }] }).ownerReferences).toBe(shared)
  reference.name = 'spoilt'
  expect(shared![0]!.name).toBe('web')
})
