import { expect, test } from 'vitest'
import type { Container, Pod } from '../api/generated/types.ts'
import { RandomStreams, type Random } from '../kernel/random.ts'
import { createTestNode } from './testing.ts'

const scripts = ['exit 0', 'exit 1', 'sleep 3; exit 1', 'sleep 20', 'sleep 3600', 'while true; do echo tick; sleep 5; done', 'thiscommanddoesnotexist'] as const
const policies = ['Always', 'OnFailure', 'Never'] as const
const order = ['Pending', 'Running', 'Succeeded', 'Failed']

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`pods keep their promises through kills and deletions, seed ${seed}`, () => {
    const random = new RandomStreams(seed).of('test')
    const node = createTestNode()
    node.cluster.advanceTo(2_000)
    const names = Array.from({ length: 12 }, (_, at) => `pod-${at}`)
    for (const name of names) node.run(name, podSpec(random))
    const last = new Map<string, Pod>()
    node.cluster.client.watch('pods', 'default', {}, { event: ({ type, object }) => (type === 'DELETED' ? last.delete(object.metadata.name) : keeps(last, object as Pod)), closed: () => undefined })
    for (let round = 0; round < 60; round += 1) {
      const until = node.cluster.timeline.now + random.between(100, 6_000)
      while (node.cluster.timeline.step(until)) expect(sharedAddresses([...last.values()])).toEqual([])
      if (random.chance(1, 3)) node.kubelet.killContainer(`default/${random.pick(names)}`)
      if (random.chance(1, 8)) node.cluster.client.delete('pods', `default/${random.pick(names)}`, { gracePeriodSeconds: random.between(1, 20) })
    }
  })
}

function podSpec(random: Random): object {
  const container = (name: string) => ({ name, image: 'busybox:1.36', command: ['sh', '-c', random.pick(scripts)] }) as unknown as Container
  return {
    restartPolicy: random.pick(policies),
    terminationGracePeriodSeconds: random.between(1, 30),
    ...(random.chance(1, 3) && { initContainers: [container('first')] }),
    containers: random.chance(1, 3) ? [container('a'), container('b')] : [container('a')],
  }
}

/** Invariants 60, 61, 64, 66 and 69 between one state of a pod and the next. */
function keeps(last: Map<string, Pod>, pod: Pod): void {
  const before = last.get(pod.metadata.name)
  last.set(pod.metadata.name, pod)
  const { status } = pod
  const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
  if (ready) expect(status.containerStatuses?.every((container) => container.ready)).toBe(true)
  if (status.phase === 'Failed' || status.phase === 'Succeeded') expect(ready).toBe(false)
  if (!before) return
  if (before.status.phase === 'Failed' || before.status.phase === 'Succeeded') expect(status.phase).toBe(before.status.phase)
  else expect(order.indexOf(status.phase)).toBeGreaterThanOrEqual(order.indexOf(before.status.phase))
  if (before.status.podIP) expect(status.podIP).toBe(before.status.podIP)
  for (const container of status.containerStatuses ?? []) {
    const old = before.status.containerStatuses?.find(({ name }) => name === container.name)
    expect([old?.restartCount ?? 0, (old?.restartCount ?? 0) + 1]).toContain(container.restartCount)
    if (pod.spec.restartPolicy === 'Never') expect(container.restartCount).toBe(0)
  }
}

function sharedAddresses(pods: readonly Pod[]): readonly string[] {
  const living = pods.filter(({ status }) => status.phase === 'Pending' || status.phase === 'Running').map(({ status }) => status.podIP).filter((ip) => ip !== undefined)
  return living.filter((ip, at) => living.indexOf(ip) !== at)
}
