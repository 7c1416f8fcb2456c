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
    const faults: string[] = []
    const see = (type: string, pod: Pod): void => {
      if (type === 'DELETED') return void last.delete(pod.metadata.name)
      faults.push(...broken(last.get(pod.metadata.name), pod))
      last.set(pod.metadata.name, pod)
    }
    node.cluster.client.watch('pods', 'default', {}, { event: ({ type, object }) => see(type, object as Pod), closed: () => undefined })
    for (let round = 0; round < 60; round += 1) {
      const until = node.cluster.timeline.now + random.between(100, 6_000)
      while (node.cluster.timeline.step(until)) faults.push(...sharedAddresses([...last.values()]))
      if (random.chance(1, 3)) node.kubelet.killContainer(`default/${random.pick(names)}`)
      if (random.chance(1, 8)) node.cluster.client.delete('pods', `default/${random.pick(names)}`, { gracePeriodSeconds: random.between(1, 20) })
    }
    expect(faults).toEqual([])
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

/** What breaks invariants 60, 61, 64, 66 and 69 between one state of a pod and the next. */
function broken(before: Pod | undefined, pod: Pod): readonly string[] {
  const { status } = pod
  const faults: string[] = []
  const must = (holds: boolean, what: string) => holds || faults.push(`${pod.metadata.name}: ${what}`)
  const ended = (of: Pod) => of.status.phase === 'Failed' || of.status.phase === 'Succeeded'
  const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
  must(!ready || (status.containerStatuses ?? []).every((container) => container.ready), 'Ready without ready containers')
  must(!(ready && ended(pod)), 'ended and Ready')
  if (!before) return faults
  must(ended(before) ? status.phase === before.status.phase : order.indexOf(status.phase) >= order.indexOf(before.status.phase), `from ${before.status.phase} to ${status.phase}`)
  must(!before.status.podIP || status.podIP === before.status.podIP, 'another address')
  for (const container of status.containerStatuses ?? []) {
    const restarts = container.restartCount - (before.status.containerStatuses?.find(({ name }) => name === container.name)?.restartCount ?? 0)
    must(restarts === 0 || (restarts === 1 && pod.spec.restartPolicy !== 'Never'), `restartCount moved by ${restarts}`)
  }
  return faults
}

function sharedAddresses(pods: readonly Pod[]): readonly string[] {
  const living = pods.filter(({ status }) => status.phase === 'Pending' || status.phase === 'Running').map(({ status }) => status.podIP).filter((ip) => ip !== undefined)
  return living.filter((ip, at) => living.indexOf(ip) !== at)
}
