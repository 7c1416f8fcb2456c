import { expect, test } from 'vitest'
import type { Pod } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { createTestNode, type TestNode } from './testing.ts'

const startedWith = (name: string): TestNode => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run(name, { restartPolicy: 'Never', terminationGracePeriodSeconds: 5, containers: [{ name: 'app', image: 'busybox:1.36', command: ['sleep', '3600'] }] as never })
  node.cluster.advanceTo(52_000)
  return node
}

/** All that the API ever showed of a pod. */
const watched = (node: TestNode, name: string): readonly Pod[] => {
  const seen: Pod[] = []
  node.cluster.store.watch(`/registry/pods/default/${name}`, node.cluster.store.revision, ({ value }) => {
    if (value) seen.push(value as Pod)
  })
  return seen
}

test('a deleted pod whose end cannot be told yet is remembered: what happens to its object meanwhile does not begin it anew', () => {
  const node = startedWith('once')
  const seen = watched(node, 'once')
  must(node.cluster.client.delete('pods', 'default/once'))
  node.cluster.advanceTo(56_000)
  node.cluster.cutOff('kubelet')
  // By now it has ended, and a minute is over: its containers are cleared away.
  node.cluster.advanceTo(60_100)
  expect([...node.runtime.sandboxes()]).toEqual([])
  must(node.cluster.client.patch('pods', 'default/once', 'merge', { metadata: { labels: { looked: 'at' } } }))
  node.cluster.reconnect('kubelet')
  node.cluster.advanceTo(100_000)
  expect(node.pod('once')).toBeUndefined()
  expect(seen.at(-1)?.status).toMatchObject({ phase: 'Failed', containerStatuses: [{ restartCount: 0, lastState: {}, state: { terminated: { exitCode: 137, reason: 'Error' } } }] })
  expect(seen.some(({ status }) => status.containerStatuses?.some(({ restartCount }) => restartCount > 0))).toBe(false)
})

test('a pod that ended before it was deleted is let go as it ended, and tells nothing new', () => {
  const node = startedWith('once')
  const pod = node.pod('once')!
  must(node.cluster.client.update('pods', { ...pod, metadata: { ...pod.metadata, finalizers: ['example.com/stay'] } }))
  node.kubelet.killContainer('default/once')
  node.cluster.advanceTo(60_000)
  const ended = node.pod('once')?.status
  expect(ended?.phase).toBe('Failed')
  must(node.cluster.client.delete('pods', 'default/once'))
  node.cluster.advanceTo(200_000)
  expect(node.pod('once')?.metadata.deletionTimestamp).toBeDefined()
  expect(node.pod('once')?.status).toBe(ended)
  must(node.cluster.client.patch('pods', 'default/once', 'merge', { metadata: { finalizers: null } }))
  expect(node.pod('once')).toBeUndefined()
})

test('a pod that another of its name has replaced while the kubelet was cut off makes room for it', () => {
  const node = startedWith('web')
  node.cluster.cutOff('kubelet')
  must(node.cluster.client.delete('pods', 'default/web', { gracePeriodSeconds: 0 }))
  node.run('web', {})
  // Only a new list can tell.
  node.cluster.store.compact(node.cluster.store.revision)
  node.cluster.advanceTo(60_000)
  node.cluster.reconnect('kubelet')
  node.cluster.advanceTo(180_000)
  expect(node.pod('web')?.status.phase).toBe('Running')
  expect([...node.runtime.sandboxes()].flatMap(({ containers }) => containers).map(({ image, state }) => [image.reference, state])).toEqual([['nginx:1.27', 'running']])
})
