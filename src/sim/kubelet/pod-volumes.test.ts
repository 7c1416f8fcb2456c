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

test('a container sees within a minute and a half what its ConfigMap says by now, but not where it mounts a part of it', () => {
  const node = createTestNode()
  node.cluster.advanceTo(1000)
  const { client } = node.cluster
  const made = must(client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data: { colour: 'red' } }))
  node.run('reader', {
    containers: [{ name: 'app', image: 'busybox', command: ['sh', '-c', 'while true; do cat /etc/all/colour /etc/one; echo; sleep 10; done'], volumeMounts: [{ name: 'settings', mountPath: '/etc/all' }, { name: 'settings', mountPath: '/etc/one', subPath: 'colour' }] }],
    volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
  } as never)
  const lines = () => {
    const answer = node.kubelet.logs('default/reader')
    return answer.ok ? answer.lines.filter((line) => line !== '') : []
  }
  node.cluster.advanceTo(60_000)
  expect(new Set(lines())).toEqual(new Set(['red']))
  must(client.update('configmaps', { ...made, data: { colour: 'blue' } }))
  node.cluster.advanceTo(60_000 + 91_000 + 10_000)
  expect(lines().slice(-2)).toEqual(['blue', 'red'])
  // It is kept when it is gone, and the pod says that it is.
  must(client.delete('configmaps', 'default/settings'))
  node.cluster.advanceTo(300_000)
  expect(lines().slice(-2)).toEqual(['blue', 'red'])
  expect(node.cluster.list('events', 'default').filter(({ reason }) => reason === 'FailedMount').map(({ message }) => message)).toContain('MountVolume.SetUp failed for volume "settings" : configmap "settings" not found')
})

test('labels of a pod that it shows in a volume are there as soon as its kubelet has heard of them', () => {
  const node = createTestNode()
  node.cluster.advanceTo(1000)
  node.run('reader', {
    containers: [{ name: 'app', image: 'busybox', command: ['sh', '-c', 'while true; do cat /etc/pod/labels; echo; sleep 1; done'], volumeMounts: [{ name: 'pod', mountPath: '/etc/pod' }] }],
    volumes: [{ name: 'pod', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } }],
  } as never)
  node.cluster.advanceTo(20_000)
  must(node.cluster.client.patch('pods', 'default/reader', 'merge', { metadata: { labels: { colour: 'blue' } } }))
  node.cluster.advanceTo(23_000)
  const answer = node.kubelet.logs('default/reader')
  expect(answer.ok && answer.lines.filter((line) => line !== '').at(-1)).toBe('colour="blue"')
})
