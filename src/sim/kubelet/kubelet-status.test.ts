import { expect, test } from 'vitest'
import type { Pod, PodCondition } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { createTestNode, type TestNode } from './testing.ts'

const started = (): TestNode => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  return node
}
const podOf = (node: TestNode, name: string): Pod => {
  const pod = node.pod(name)
  if (!pod) throw new Error(`no pod ${name}`)
  return pod
}
const condition = (node: TestNode, type: string, name = 'web'): PodCondition | undefined => podOf(node, name).status.conditions?.find((one) => one.type === type)
const writeStatus = (node: TestNode, over: (status: Pod['status']) => Pod['status'], name = 'web'): void => {
  const pod = podOf(node, name)
  must(node.cluster.client.updateStatus('pods', { ...pod, status: over(pod.status) }))
}

test('pods that become Ready together show the same conditions, and what befalls one of them does not show in the other', () => {
  const node = started()
  // The image is there by the time that the two come.
  node.run('first', {})
  node.cluster.advanceTo(10_000)
  node.run('a', {})
  node.run('b', {})
  node.cluster.advanceTo(20_000)
  const before = podOf(node, 'b').status
  expect(podOf(node, 'a').status.conditions).toBe(before.conditions)
  const seen = JSON.stringify(before)
  node.kubelet.killContainer('default/a')
  node.cluster.advanceTo(20_900)
  must(node.cluster.client.delete('pods', 'default/a', { gracePeriodSeconds: 30 }))
  node.cluster.advanceTo(60_000)
  expect(node.pod('a')).toBeUndefined()
  expect(podOf(node, 'b').status).toBe(before)
  expect(JSON.stringify(before)).toBe(seen)
})

test('a container that is killed in one of two replicas turns only that one unready, until it runs again', () => {
  const node = started()
  const readinessProbe = { tcpSocket: { port: 80 }, initialDelaySeconds: 5, periodSeconds: 1, failureThreshold: 1, successThreshold: 1, timeoutSeconds: 1 }
  for (const name of ['a', 'b']) node.run(name, { containers: [{ name: 'app', image: 'nginx:1.27', readinessProbe }] as never })
  node.cluster.advanceTo(20_000)
  node.kubelet.killContainer('default/a')
  node.cluster.advanceTo(22_000)
  expect([condition(node, 'Ready', 'a')?.status, condition(node, 'Ready', 'b')?.status]).toEqual(['False', 'True'])
  expect(podOf(node, 'a').status.containerStatuses?.[0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137 } } })
  expect(podOf(node, 'b').status.containerStatuses?.[0]).toMatchObject({ restartCount: 0, lastState: {}, state: { running: {} } })
  node.cluster.advanceTo(30_000)
  expect(condition(node, 'Ready', 'a')?.status).toBe('True')
  expect(condition(node, 'Ready', 'a')?.lastTransitionTime).not.toBe(condition(node, 'Ready', 'b')?.lastTransitionTime)
})

test('a readiness gate is followed each time that somebody turns it, and is never written over', () => {
  const node = started()
  node.run('web', { readinessGates: [{ conditionType: 'example.com/gate' }] })
  node.cluster.advanceTo(20_000)
  expect(condition(node, 'Ready')).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady' })
  for (const [at, status] of [[30_000, 'True'], [40_000, 'False'], [50_000, 'True']] as const) {
    node.cluster.advanceTo(at)
    writeStatus(node, (old) => ({ ...old, conditions: [...(old.conditions ?? []).filter(({ type }) => type !== 'example.com/gate'), { type: 'example.com/gate', status }] }))
    node.cluster.advanceTo(at + 9_000)
    expect(condition(node, 'example.com/gate')?.status).toBe(status)
    expect(condition(node, 'Ready')?.status).toBe(status)
  }
})

test('a pass that finds nothing new writes nothing', () => {
  const node = started()
  node.run('web', { readinessGates: [{ conditionType: 'example.com/gate' }] })
  node.cluster.advanceTo(20_000)
  const pod = podOf(node, 'web')
  const annotated = must(node.cluster.client.update('pods', { ...pod, metadata: { ...pod.metadata, annotations: { note: 'x' } } }))
  node.cluster.advanceTo(40_000)
  expect(podOf(node, 'web').metadata.resourceVersion).toBe(annotated.metadata.resourceVersion)
})

test('what somebody writes over the kubelet is set right with its next pass', () => {
  const node = started()
  node.run('web', {})
  node.cluster.advanceTo(20_000)
  writeStatus(node, (old) => ({ ...old, podIP: '10.9.9.9', podIPs: [{ ip: '10.9.9.9' }] }))
  node.cluster.advanceTo(31_000)
  expect(podOf(node, 'web').status.podIP).toBe('10.244.1.2')
})

test('a container that was ready stays ready over a restart of the kubelet until its own probe says something else', () => {
  const node = started()
  const readinessProbe = { exec: { command: ['test', '-e', '/tmp/ready'] }, periodSeconds: 5, failureThreshold: 2, successThreshold: 1, timeoutSeconds: 1 }
  const startupProbe = { exec: { command: ['true'] }, periodSeconds: 5, failureThreshold: 3, successThreshold: 1, timeoutSeconds: 1 }
  const command = ['sh', '-c', 'touch /tmp/ready; sleep 60; rm /tmp/ready; sleep 3600']
  node.run('web', { containers: [{ name: 'app', image: 'busybox:1.36', command, readinessProbe, startupProbe }] as never })
  node.cluster.advanceTo(40_000)
  expect(condition(node, 'Ready')?.status).toBe('True')
  const since = condition(node, 'Ready')?.lastTransitionTime
  node.stopKubelet()
  node.cluster.advanceTo(50_000)
  const next = createTestNode({ cluster: node.cluster, disk: node.disk, runtime: node.runtime })
  next.cluster.advanceTo(60_000)
  expect(condition(next, 'Ready')).toMatchObject({ status: 'True', lastTransitionTime: since })
  expect(podOf(next, 'web').status.containerStatuses?.[0]).toMatchObject({ started: true, ready: true, restartCount: 0 })
  next.cluster.advanceTo(90_000)
  expect(condition(next, 'Ready')?.status).toBe('False')
})
