import { expect, test } from 'vitest'
import { must } from '../api/status.ts'
import { createTestNode } from './testing.ts'

test('a pod bound to the node is pulled, started and Ready, and goes gracefully when it is deleted', () => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', {})
  node.cluster.advanceTo(20_000)
  const pod = node.pod('web')
  expect(pod?.status.phase).toBe('Running')
  expect(pod?.status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True')
  expect(pod?.status.podIP).toBe('10.244.1.2')
  expect(node.events('web')).toEqual(['Pulling', 'Pulled', 'Created', 'Started'])
  must(node.cluster.client.delete('pods', 'default/web'))
  node.cluster.advanceTo(20_050)
  expect(node.pod('web')?.status.phase).toBe('Running')
  node.cluster.advanceTo(22_000)
  expect(node.pod('web')).toBeUndefined()
  expect([...node.runtime.sandboxes()]).toEqual([])
})
