import { expect, test } from 'vitest'
import type { Container, PodSpec } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import type { Draft } from '../client/component.ts'
import { createTestCluster } from '../cluster/testing.ts'
import { defaultKubeletFlags } from './flags.ts'
import { createTestNode, type TestNode } from './testing.ts'

const open = 'ContainerStopSignals=true'

function nodeWith(featureGates: string): TestNode {
  const node = createTestNode({ cluster: createTestCluster({ featureGates }), flags: { ...defaultKubeletFlags, featureGates } })
  node.cluster.advanceTo(2_000)
  return node
}

const container = (image: string, stopSignal?: string, script?: string): Container => ({ name: 'app', image, ...(stopSignal !== undefined && { lifecycle: { stopSignal } }), ...(script !== undefined && { command: ['sh', '-c', script] }) }) as unknown as Container

/** How long it takes from the delete until the pod's container has ended, and how it ends. */
function ending(node: TestNode, of: Container): readonly [took: number, exitCode: number] {
  node.run('web', { os: { name: 'linux' }, containers: [of] })
  node.cluster.advanceTo(20_000)
  const record = [...node.runtime.sandboxes()].at(-1)?.containers.at(-1)
  must(node.cluster.client.delete('pods', 'default/web'))
  node.cluster.advanceTo(60_000)
  return [(record?.finishedAt ?? 0) - 20_000, record?.exitCode ?? -1]
}

test.each<[string, Container, readonly [number, number]]>([
  ['a script ends on the signal that it traps', container('busybox:1.36', 'SIGUSR1', "trap 'echo bye; exit 0' USR1; sleep 3600"), [50, 0]],
  ['a script that traps another waits for SIGKILL', container('busybox:1.36', 'SIGUSR2', 'trap "exit 0" TERM; sleep 3600'), [30_000, 137]],
  ['a server ends on the signal of its image', container('nginx:1.27'), [120, 0]],
  ['a server does not end on a signal that is for something else', container('nginx:1.27', 'SIGUSR1'), [30_000, 137]],
  ['SIGKILL asks nobody', container('nginx:1.27', 'SIGKILL'), [0, 137]],
])('%s', (_, of, [after, exitCode]) => {
  const [took, code] = ending(nodeWith(open), of)
  expect(code).toBe(exitCode)
  expect(Math.abs(took - after)).toBeLessThan(20)
})

test.each([['nginx:1.27', undefined, 'SIGQUIT'], ['plain:1', undefined, 'SIGTERM'], ['nginx:1.27', 'SIGHUP', 'SIGHUP']])('the status of a container of %s that asks for %s tells %s', (image, asked, told) => {
  const node = nodeWith(open)
  node.run('web', { os: { name: 'linux' }, containers: [container(image, asked)] })
  node.cluster.advanceTo(20_000)
  expect(node.pod('web')?.status.containerStatuses?.[0]?.stopSignal).toBe(told)
})

test('as long as the gate is closed, which is the default, nobody can ask for a signal, and none is told', () => {
  const node = nodeWith('')
  node.run('web', { os: { name: 'linux' }, containers: [container('nginx:1.27', 'SIGUSR1')] })
  node.cluster.advanceTo(20_000)
  expect(node.pod('web')?.spec.containers[0]?.lifecycle).toBeUndefined()
  expect(node.pod('web')?.status.containerStatuses?.[0]?.stopSignal).toBeUndefined()
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container('nginx:1.27', 'SIGUSR1')] } }
  const set = must(node.cluster.client.create('replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template } } as unknown as Draft<'replicasets'>))
  expect(set.spec.template?.spec?.containers[0]?.lifecycle).toBeUndefined()
  const updated = must(node.cluster.client.update('replicasets', { ...set, spec: { ...set.spec, template } } as unknown as typeof set))
  expect(updated.spec.template?.spec?.containers[0]?.lifecycle).toBeUndefined()
})

test.each<[string, Partial<PodSpec>, RegExp]>([
  ['without a system', {}, /spec\.containers\[0\]\.lifecycle\.stopSignal: Forbidden: may not be set for containers with empty `spec\.os\.name`/],
  ['unknown to Linux', { os: { name: 'linux' }, containers: [container('nginx:1.27', 'SIGNONE')] }, /stopSignal: Unsupported value: "SIGNONE": supported values: "SIGABRT", "SIGALRM", .*"SIGRTMAX", "SIGRTMAX-1", .*"SIGRTMIN\+15", .*"SIGXFSZ"/],
  ['unknown to Windows', { os: { name: 'windows' }, containers: [container('nginx:1.27', 'SIGINT')] }, /stopSignal: Unsupported value: "SIGINT": supported values: "SIGKILL", "SIGTERM"/],
])('a signal %s is refused', (_, spec, message) => {
  const { client } = createTestCluster({ featureGates: open })
  const answer = client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { containers: [container('nginx:1.27', 'SIGINT')], ...spec } } as unknown as Draft<'pods'>)
  expect(answer.ok ? '' : answer.status.message).toMatch(message)
})
