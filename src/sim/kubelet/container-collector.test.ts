import { expect, test } from 'vitest'
import type { Container } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { createTestNode, type TestNode } from './testing.ts'

const shell = (script: string): Container => ({ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', script] }) as unknown as Container
const containers = (node: TestNode) => [...node.runtime.sandboxes()].flatMap((sandbox) => sandbox.containers)
const status = (node: TestNode) => node.pod('web')?.status.containerStatuses?.[0]

function crashing(): TestNode {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', { containers: [shell('echo run of $(date +%s); sleep 1; exit 1')] })
  return node
}

test('of the runs of a container that have ended only the newest stays, from the relist that sees its end', () => {
  const node = crashing()
  const numbers = new Set<number>()
  for (let at = 2_000; at < 120_000; at += 100) {
    node.cluster.advanceTo(at)
    numbers.add(containers(node).filter(({ state }) => state === 'exited').length)
  }
  expect(status(node)?.restartCount).toBeGreaterThan(3)
  // Two for less than a second: until the relist.
  expect([...numbers].toSorted()).toEqual([0, 1, 2])
  node.cluster.advanceTo(122_000)
  expect(status(node)?.state?.waiting?.reason).toBe('CrashLoopBackOff')
  expect(containers(node).map(({ attempt }) => attempt)).toEqual([status(node)?.restartCount])
})

test('while a container waits for its restart, its log and that of the run before are both the log of its last run', () => {
  const node = crashing()
  node.cluster.advanceTo(35_000)
  const { state, lastState } = status(node) ?? {}
  expect(state?.waiting?.reason).toBe('CrashLoopBackOff')
  const log = node.kubelet.logs('default/web')
  expect(log).toEqual(node.kubelet.logs('default/web', { previous: true }))
  const ran = Date.parse(lastState?.terminated?.startedAt ?? '') / 1000
  expect(log).toEqual({ ok: true, lines: [`run of ${ran}`] })
})

test('a log whose container was cleared away cannot be had', () => {
  const node = crashing()
  node.cluster.advanceTo(35_000)
  const [dead] = containers(node)
  if (dead) node.runtime.removeContainer(dead)
  expect(node.kubelet.logs('default/web', { previous: true })).toEqual({ ok: false, message: `unable to retrieve container logs for ${dead?.id}` })
})

test('of a pod that was deleted the containers go at once, its sandbox with the collection that comes round each minute', () => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', {})
  node.cluster.advanceTo(20_000)
  must(node.cluster.client.delete('pods', 'default/web'))
  node.cluster.advanceTo(22_000)
  expect(containers(node)).toEqual([])
  node.cluster.advanceTo(59_999)
  expect([...node.runtime.sandboxes()]).toHaveLength(1)
  node.cluster.advanceTo(60_000)
  expect([...node.runtime.sandboxes()]).toEqual([])
})

test('a sandbox that a reboot has ended goes when the last of its containers does', () => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', {})
  node.cluster.advanceTo(20_000)
  node.stopKubelet()
  node.runtime.powerOff()
  const again = createTestNode({ cluster: node.cluster, disk: node.disk })
  again.cluster.advanceTo(90_000)
  expect([...again.runtime.sandboxes()].map(({ attempt, containers: inside }) => [attempt, inside.length])).toEqual([[0, 1], [1, 1]])
  again.kubelet.killContainer('default/web')
  again.cluster.advanceTo(190_000)
  expect([...again.runtime.sandboxes()].map(({ attempt }) => attempt)).toEqual([1])
  expect(status(again)?.restartCount).toBe(2)
})

test('nothing is planned for a collection that would find nothing', () => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', {})
  node.cluster.advanceTo(30_000)
  const labels: string[] = []
  do labels.push(node.cluster.timeline.nextLabel)
  while (node.cluster.timeline.step(400_000))
  expect(labels.filter((label) => label.includes('collection'))).toEqual([])
})
