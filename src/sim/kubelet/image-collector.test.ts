import { expect, test } from 'vitest'
import type { Container } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { createNodeDisk, type CachedImage } from '../runtime/node-disk.ts'
import { defaultKubeletFlags } from './flags.ts'
import { createTestNode, type TestNode, type TestNodeOptions } from './testing.ts'

const minute = 60_000
const image = (name: string, percent: number): CachedImage => ({ name: `docker.io/library/${name}:1`, digest: `sha256:${name}`, sizeBytes: percent * 10_000_000 })
const onDisk = (...images: CachedImage[]) => createNodeDisk(images, 1_000_000_000)
const namesOn = (node: TestNode) => [...node.disk.images.keys()].map((name) => name.replace(/^docker.io\/library\/|:.*$/g, '')).toSorted()
const nodeEvents = (node: TestNode) => node.cluster.list('events', 'default').filter(({ involvedObject, reason }) => involvedObject.kind === 'Node' && /GC|Disk/.test(reason ?? '') && reason !== 'NodeHasNoDiskPressure')
const running = (name: string): Container => ({ name: 'app', image: `${name}:1`, imagePullPolicy: 'IfNotPresent' }) as Container

/** Whenever a pull has ended, the disk is looked at. */
function tryAPull(node: TestNode): void {
  node.run('pulling', { containers: [running('nosuch')] })
}

function nodeWith(options: TestNodeOptions): TestNode {
  const node = createTestNode(options)
  node.cluster.advanceTo(2_000)
  return node
}

test('at 85 % of the disk unused images go every five minutes, until it is at 80 %; the node tells which are left', () => {
  const images = Array.from({ length: 85 }, (_, at) => image(`image${String(at).padStart(2, '0')}`, 1))
  const node = nodeWith({ disk: onDisk(...images) })
  node.cluster.advanceTo(5 * minute - 1)
  expect(node.disk.images.size).toBe(85)
  node.cluster.advanceTo(5 * minute)
  expect(node.disk.images.size).toBe(80)
  node.cluster.advanceTo(6 * minute)
  const told = must(node.cluster.client.get('nodes', 'n1')).status.images ?? []
  expect(told.some(({ names }) => names?.includes('docker.io/library/image00:1'))).toBe(false)
})

test('below 85 % nothing goes, and nothing is planned', () => {
  const node = nodeWith({ disk: onDisk(image('a', 84)) })
  const labels: string[] = []
  do labels.push(node.cluster.timeline.nextLabel)
  while (node.cluster.timeline.step(11 * minute))
  expect(node.disk.images.size).toBe(1)
  expect(labels.filter((label) => label.includes('collection'))).toEqual([])
})

test('an image that a container has is not removed, also when the container has ended; pinned ones are not either', () => {
  const node = nodeWith({ disk: onDisk(image('used', 40), { ...image('pinned', 30), pinned: true }, image('ended', 10), image('spare', 10)) })
  node.run('used', { containers: [running('used')] })
  node.run('ended', { restartPolicy: 'Never', containers: [{ ...running('ended'), command: ['true'] } as Container] })
  node.cluster.advanceTo(6 * minute)
  expect(namesOn(node)).toEqual(['ended', 'pinned', 'used'])
  expect(nodeEvents(node)).toEqual([])
})

test('what was used longest ago goes first', () => {
  const node = nodeWith({ disk: onDisk(image('a', 40), image('b', 44)) })
  node.run('a', { containers: [running('a')] })
  node.run('b', { containers: [running('b')] })
  node.cluster.advanceTo(6 * minute)
  must(node.cluster.client.delete('pods', 'default/b'))
  node.cluster.advanceTo(11 * minute)
  must(node.cluster.client.delete('pods', 'default/a'))
  node.cluster.advanceTo(14 * minute)
  node.disk.images.set('docker.io/library/c:1', { ...image('c', 5), pulledAt: 14 * minute })
  tryAPull(node)
  node.cluster.advanceTo(16 * minute)
  expect(namesOn(node)).toEqual(['a', 'c'])
})

test('an image is old enough at the second look after its pull', () => {
  const node = nodeWith({ disk: onDisk(image('a', 70)) })
  const fresh = { name: 'app', image: 'fresh:1', imagePullPolicy: 'IfNotPresent' } as Container
  node.run('fresh', { restartPolicy: 'Never', containers: [{ ...fresh, command: ['true'] } as Container] })
  node.run('a', { containers: [running('a')] })
  node.cluster.advanceTo(minute)
  must(node.cluster.client.delete('pods', 'default/fresh'))
  const size = node.runtime.images.find('fresh:1')?.sizeBytes ?? 0
  expect(size).toBeGreaterThan(20_000_000)
  node.disk.images.set('docker.io/library/ballast:1', { ...image('ballast', 0), sizeBytes: 1_000_000_000 - 700_000_000 - size, pinned: true })
  tryAPull(node)
  node.cluster.advanceTo(9 * minute)
  expect(namesOn(node)).toContain('fresh')
  node.cluster.advanceTo(10 * minute)
  expect(namesOn(node)).not.toContain('fresh')
  expect(node.disk.pullRecords.size).toBe(0)
})

test('who cannot free enough says so each time, and from the second time on that the collection failed', () => {
  const node = nodeWith({ disk: onDisk(image('a', 90)) })
  node.run('a', { containers: [running('a')] })
  const message = 'Failed to garbage collect required amount of images. Attempted to free 100000000 bytes, but only found 0 bytes eligible to free.'
  node.cluster.advanceTo(6 * minute)
  expect(nodeEvents(node)).toMatchObject([{ type: 'Warning', reason: 'FreeDiskSpaceFailed', message, count: 1 }])
  node.cluster.advanceTo(11 * minute)
  expect(nodeEvents(node).map(({ reason, count }) => [reason, count]).toSorted()).toEqual([['FreeDiskSpaceFailed', 2], ['ImageGCFailed', 1]])
  expect(nodeEvents(node).map((event) => event.message)).toEqual([message, message])
})

test('a greatest age has what nobody used for longer removed, though the disk is empty', () => {
  const flags = { ...defaultKubeletFlags, imageMaximumGCAge: 12 * minute }
  const node = nodeWith({ disk: onDisk(image('a', 1), image('b', 1)), flags })
  node.run('a', { containers: [running('a')] })
  node.cluster.advanceTo(14 * minute)
  expect(namesOn(node)).toEqual(['a', 'b'])
  node.cluster.advanceTo(15 * minute)
  expect(namesOn(node)).toEqual(['a'])
})

test('a pull that the disk has no room for fails', () => {
  const node = nodeWith({ disk: onDisk(image('a', 99)) })
  node.run('web', {})
  node.cluster.advanceTo(20_000)
  expect(node.pod('web')?.status.containerStatuses?.[0]?.state?.waiting?.message).toMatch(/failed to pull and unpack image "docker.io\/library\/nginx:1.27": .*: no space left on device$/)
})
