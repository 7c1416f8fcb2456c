import { expect, test } from 'vitest'
import { must } from '../api/status.ts'
import { createTestNode } from './testing.ts'

test('a pod waits for the Secret it mounts, says so with growing pauses, and starts once it is there, with its files', () => {
  const node = createTestNode()
  node.cluster.advanceTo(1000)
  node.run('reader', {
    containers: [{ name: 'app', image: 'busybox', command: ['sh', '-c', 'cat /etc/keys/word /etc/one; sleep 3600'], volumeMounts: [{ name: 'keys', mountPath: '/etc/keys/' }, { name: 'keys', mountPath: '/etc/one', subPath: 'word' }] }],
    volumes: [{ name: 'keys', secret: { secretName: 'late' } }],
  } as never)
  node.cluster.advanceTo(6000)
  expect(node.pod('reader')?.status.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'ContainerCreating' } })
  const mounts = node.cluster.list('events', 'default').filter(({ reason }) => reason === 'FailedMount')
  expect(mounts.map(({ message, count }) => [message, count])).toEqual([['MountVolume.SetUp failed for volume "keys" : secret "late" not found', 4]])
  must(node.cluster.client.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'late', namespace: 'default' }, data: { word: 'c2VzYW1l' } } as never))
  node.cluster.advanceTo(20_000)
  expect(node.pod('reader')?.status.phase).toBe('Running')
  expect(node.kubelet.logs('default/reader')).toEqual({ ok: true, lines: ['sesame', 'sesame'] })
})

test('every part of a projected volume that is missing is named, and an optional one is not', () => {
  const node = createTestNode()
  node.cluster.advanceTo(1000)
  const volume = (optional: boolean) => ({ name: 'all', projected: { sources: [{ secret: { name: 'no', optional } }, { configMap: { name: 'none', optional } }] } })
  node.run('strict', { volumes: [volume(false)] } as never)
  node.run('lenient', { volumes: [volume(true)] } as never)
  node.cluster.advanceTo(20_000)
  expect(node.cluster.list('events', 'default').filter(({ reason }) => reason === 'FailedMount').map(({ message }) => message)).toEqual(['MountVolume.SetUp failed for volume "all" : [secret "no" not found, configmap "none" not found]'])
  expect([node.pod('strict')?.status.phase, node.pod('lenient')?.status.phase]).toEqual(['Pending', 'Running'])
})
