import { expect, test } from 'vitest'
import type { Container, PodSpec } from '../api/generated/types.ts'
import { RuntimeCalls } from './runtime-calls.ts'
import { createTestNode, type TestNode } from './testing.ts'

const container = (name: string, over: Partial<Container> = {}): Container => ({ name, image: 'plain:1', ...over }) as Container
const events = (node: TestNode) => node.cluster.list('events', 'default').filter(({ involvedObject }) => involvedObject.name === 'web').map(({ reason, message, involvedObject: { fieldPath = '' } }) => `${fieldPath} ${reason}: ${message}`)
const statuses = (node: TestNode) => node.pod('web')?.status.containerStatuses?.map(({ state, restartCount }) => [Object.keys(state ?? {})[0], state?.waiting?.reason, restartCount])
const error = 'error reading from server: EOF'
const refusal = 'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"'

/** A node whose runtime is restarted so long before this is done. */
function restartedBefore(what: string, before: number, spec: Partial<PodSpec> = { containers: [container('app'), container('second')] }): TestNode {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', spec)
  const { timeline } = node.cluster
  while (timeline.nextLabel !== what && timeline.step(60_000));
  node.cluster.advanceTo((timeline.nextDue() ?? 0) - before)
  for (const since of [timeline.now, null]) {
    node.runtime.downSince = since
    node.kubelet.nodeStatusChanged()
  }
  return node
}

test('a container that was being made when the runtime ended is in no known state: it is killed and made anew', () => {
  const node = restartedBefore('start default/web app', 50)
  expect(events(node)).toContain(`spec.containers{app} Failed: Error: ${error}`)
  expect([...node.runtime.sandboxes()][0]?.containers.map(({ state }) => state)).toEqual(['unknown'])
  expect(statuses(node)?.[0]).toEqual(['waiting', undefined, 0])
  node.cluster.advanceTo(node.cluster.timeline.now + 40_000)
  expect(events(node)).toContain('spec.containers{app} Killing: Container is in "unknown" state, try killing it before restart')
  expect(statuses(node)).toEqual([['running', undefined, 1], ['running', undefined, 0]])
})

test('of one in no known state it is still told how the one before it ended, and the pod still runs', () => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', { containers: [container('app')] })
  node.cluster.advanceTo(20_000)
  const { timeline } = node.cluster
  node.kubelet.killContainer('default/web')
  while (timeline.nextLabel !== 'start default/web app' && timeline.step(60_000));
  node.runtime.downSince = timeline.now
  node.kubelet.nodeStatusChanged()
  node.cluster.advanceTo(timeline.now + 5_000)
  const { status } = node.pod('web')!
  expect([status.phase, status.containerStatuses?.[0]?.restartCount]).toEqual(['Running', 1])
  expect(status.containerStatuses?.[0]?.state).toEqual({ waiting: {} })
  expect(status.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' })
})

test('the container after it cannot even be looked at', () => {
  const node = restartedBefore('start default/web app', 50)
  expect(events(node)).toEqual(expect.arrayContaining([`spec.containers{second} InspectFailed: Failed to inspect image "": ${refusal}`, 'spec.containers{second} Failed: Error: ImageInspectError']))
  expect(statuses(node)?.[1]).toEqual(['waiting', 'ImageInspectError', 0])
})

test('what is to be pulled in any case cannot be pulled', () => {
  const node = restartedBefore('start default/web app', 50, { containers: [container('app'), container('second', { imagePullPolicy: 'Always' })] })
  expect(events(node)).toContain(`spec.containers{second} Failed: Failed to pull image "plain:1": ${refusal}`)
})

test('an init container in no known state is killed and run anew, whatever the policy', () => {
  const node = restartedBefore('start default/web first', 50, { restartPolicy: 'Never', initContainers: [container('first', { image: 'busybox:1.36', command: ['true'] })], containers: [container('app')] })
  node.cluster.advanceTo(node.cluster.timeline.now + 40_000)
  expect(events(node)).toContain('spec.initContainers{first} Killing: Init container is in "unknown" state, try killing it before restart')
  expect(node.pod('web')?.status.phase).toBe('Running')
})

test('a sandbox that was being made is made anew', () => {
  const node = restartedBefore('sandbox of default/web', 200)
  expect(events(node)).toEqual([` FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unavailable desc = ${error}`])
  node.cluster.advanceTo(node.cluster.timeline.now + 40_000)
  expect(statuses(node)?.map(([state]) => state)).toEqual(['running', 'running'])
})

test('a sandbox that was made, and only could not be asked for its status, is taken', () => {
  const node = restartedBefore('sandbox of default/web', 5)
  expect(events(node)).toEqual([` FailedPodSandBoxStatus: Unable to get pod sandbox status: rpc error: code = Unavailable desc = ${error}`])
  node.cluster.advanceTo(node.cluster.timeline.now + 40_000)
  expect(statuses(node)?.map(([state]) => state)).toEqual(['running', 'running'])
  expect([...node.runtime.sandboxes()]).toHaveLength(1)
})

test('a pull that is under way breaks, and is tried again after its back-off', () => {
  const node = restartedBefore('pull docker.io/library/plain:1', 100)
  expect(events(node)).toContain(`spec.containers{app} Failed: Failed to pull image "plain:1": rpc error: code = Unavailable desc = ${error}`)
  node.cluster.advanceTo(node.cluster.timeline.now + 40_000)
  expect(statuses(node)?.map(([state]) => state)).toEqual(['running', 'running'])
})

test('of the calls under way those that are done are done; the rest fail in the order in which they began, each after its own time', () => {
  const { cluster: { timeline }, runtime } = createTestNode()
  const calls = new RuntimeCalls(timeline, runtime)
  const told: unknown[] = []
  const call = (name: string, took: number) => calls.call(took, name, () => told.push(`${name} done`), (why, after) => told.push([name, why, after]))
  for (const [name, took] of [['first', 1], ['a', 100], ['b', 3], ['c', 2], ['d', 4], ['e', 100], ['last', 5]] as const) call(name, took)
  timeline.advanceTo(timeline.now + 10)
  call('f', 100)
  timeline.advanceTo(timeline.now + 1)
  expect(told).toEqual(['first done', 'c done', 'b done', 'd done', 'last done'])
  runtime.downSince = timeline.now
  calls.interrupt()
  calls.interrupt()
  call('g', 1)
  timeline.advanceTo(timeline.now + 200)
  expect(told.slice(5)).toEqual([...[['a', 11], ['e', 11], ['f', 1]].map(([name, after]) => [name, error, after]), ['g', refusal.slice(refusal.indexOf('connection')), null]])
})
