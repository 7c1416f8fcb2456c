import { expect, test } from 'vitest'
import type { Container, Pod } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { createTestCluster } from '../cluster/testing.ts'
import { createTestNode, type TestNode } from './testing.ts'

const shell = (script: string, rest: Partial<Container> = {}): Container => ({ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', script], ...rest }) as Container
const started = (options = {}): TestNode => {
  const node = createTestNode(options)
  node.cluster.advanceTo(2_000)
  return node
}
const state = (node: TestNode, name = 'web') => node.pod(name)?.status.containerStatuses?.[0]

test('what runs of a pod that was deleted while no kubelet looked is stopped and removed, and its address is free', () => {
  const node = started()
  node.run('web', {})
  node.cluster.advanceTo(20_000)
  node.stopKubelet()
  must(node.cluster.client.delete('pods', 'default/web', { gracePeriodSeconds: 0 }))
  const again = createTestNode({ cluster: node.cluster, disk: node.disk, runtime: node.runtime })
  node.cluster.advanceTo(81_000)
  expect([...node.runtime.sandboxes()]).toEqual([])
  for (let at = 0; at < 110; at += 1) again.run(`next-${at}`, {})
  node.cluster.advanceTo(200_000)
  expect(node.cluster.list('pods', 'default').every(({ status }) => status.phase === 'Running')).toBe(true)
})

test('a pod bound to the node is pulled, started and Ready, and goes gracefully when it is deleted', () => {
  const node = started()
  node.run('web', {})
  node.cluster.advanceTo(20_000)
  const pod = node.pod('web')
  expect(pod?.status.phase).toBe('Running')
  expect(pod?.status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True')
  expect(pod?.status.podIP).toBe('10.244.1.2')
  expect(node.events('web')).toEqual(['Pulling', 'Pulled', 'Created', 'Started'])
  must(node.cluster.client.delete('pods', 'default/web'))
  node.cluster.advanceTo(20_050)
  expect(node.pod('web')?.status.phase).toBe('Running')
  node.cluster.advanceTo(22_000)
  expect(node.pod('web')).toBeUndefined()
  expect([...node.runtime.sandboxes()].flatMap(({ containers }) => containers)).toEqual([])
})

test('a container that keeps failing is restarted after 0, 10, 20, 40 … 300 s, counted one by one', () => {
  const node = started()
  node.run('web', { containers: [shell('exit 1')] })
  const starts: number[] = []
  let restarts = 0
  for (let at = 2_000; at <= 1_100_000; at += 100) {
    node.cluster.advanceTo(at)
    const record = [...node.runtime.sandboxes()][0]?.containers.at(-1)
    if (record?.startedAt && starts.at(-1) !== record.startedAt) starts.push(record.startedAt)
    const count = state(node)?.restartCount ?? 0
    expect([restarts, restarts + 1]).toContain(count)
    restarts = count
  }
  const gaps = starts.slice(1).map((at, index) => (at - starts[index]!) / 1000)
  const delays = [0, 10, 20, 40, 80, 160, 300]
  // The worker's turn comes when its pause is over and up to half of that later; nobody pauses for more than a minute at a time.
  for (const [index, delay] of delays.entries()) {
    expect(gaps[index]).toBeGreaterThanOrEqual(delay)
    expect(gaps[index]).toBeLessThan(delay + Math.min(delay / 2, 30) + 3)
  }
  expect(gaps.some((gap, index) => gap > (delays[index] ?? 300) * 1.2 + 2)).toBe(true)
  expect(state(node)?.state?.waiting).toMatchObject({ reason: 'CrashLoopBackOff', message: expect.stringMatching(/^back-off 5m0s restarting failed container=app pod=web_default\(/) })
  expect(node.pod('web')?.status.phase).toBe('Running')
})

test('restart policies: OnFailure ends with success, Never with the first failure', () => {
  const node = started()
  node.run('once', { restartPolicy: 'OnFailure', containers: [shell('sleep 5; exit 0')] })
  node.run('never', { restartPolicy: 'Never', containers: [shell('echo broken; exit 3')] })
  node.cluster.advanceTo(30_000)
  expect(node.pod('once')?.status.phase).toBe('Succeeded')
  expect(node.pod('never')?.status).toMatchObject({ phase: 'Failed', containerStatuses: [{ restartCount: 0, state: { terminated: { exitCode: 3, reason: 'Error' } } }] })
  expect(node.kubelet.logs('default/never')).toEqual({ ok: true, lines: ['broken'] })
  must(node.cluster.client.delete('pods', 'default/once'))
  node.cluster.advanceTo(31_000)
  expect(node.pod('once')).toBeUndefined()
})

test('init containers run in order, then sidecars, then the main container; the sidecar is stopped last', () => {
  const node = started()
  const first = shell('sleep 3', { name: 'first' })
  const sidecar = { name: 'proxy', image: 'nginx:1.27', restartPolicy: 'Always' } as Container
  const second = shell('sleep 3', { name: 'second' })
  node.run('web', { initContainers: [first, sidecar, second], containers: [{ name: 'app', image: 'nginx:1.27' } as Container] })
  node.cluster.advanceTo(30_000)
  const order = [...node.runtime.sandboxes()][0]!.containers.map(({ name, startedAt, finishedAt }) => ({ name, startedAt: startedAt ?? 0, finishedAt }))
  expect(order.map(({ name }) => name)).toEqual(['first', 'proxy', 'second', 'app'])
  expect(order[1]!.startedAt).toBeGreaterThanOrEqual(order[0]!.finishedAt!)
  expect(order[3]!.startedAt).toBeGreaterThanOrEqual(order[2]!.finishedAt!)
  expect(node.pod('web')?.status).toMatchObject({ phase: 'Running', conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) })
  const [main, side] = ['app', 'proxy'].map((name) => [...node.runtime.sandboxes()][0]!.containers.find((record) => record.name === name)!)
  must(node.cluster.client.delete('pods', 'default/web'))
  node.cluster.advanceTo(40_000)
  expect(side!.finishedAt).toBeGreaterThan(main!.finishedAt!)
  expect(node.pod('web')).toBeUndefined()
})

test('liveness: /tmp/healthy goes after 30 s, three failed probes later the container is killed and restarted', () => {
  const node = started()
  const livenessProbe = { exec: { command: ['cat', '/tmp/healthy'] }, initialDelaySeconds: 5, periodSeconds: 5, failureThreshold: 3, successThreshold: 1, timeoutSeconds: 1 }
  node.run('web', { terminationGracePeriodSeconds: 2, containers: [shell('touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600', { livenessProbe })] })
  node.cluster.advanceTo(40_000)
  expect(node.events('web')).toContain('Unhealthy')
  expect(state(node)?.restartCount).toBe(0)
  node.cluster.advanceTo(60_000)
  expect(state(node)?.restartCount).toBe(1)
  expect(state(node)?.lastState?.terminated?.exitCode).toBe(137)
  expect(node.cluster.list('events', 'default').map(({ message }) => message)).toContain('Container app failed liveness probe, will be restarted')
})

test('a readiness probe makes the pod Ready when its server listens, and costs nothing while it succeeds', () => {
  const node = started()
  const readinessProbe = { httpGet: { path: '/', port: 5432 as const }, periodSeconds: 1, failureThreshold: 3, successThreshold: 1, timeoutSeconds: 1 }
  node.run('web', { containers: [{ name: 'app', image: 'postgres:17', readinessProbe } as Container] })
  node.cluster.advanceTo(60_000)
  expect(state(node)?.ready).toBe(true)
  expect(node.events('web')).toContain('Unhealthy')
  let entries = 0
  while (node.cluster.timeline.step(160_000)) entries += 1
  // Ten renewals of the lease, each seen by nobody, and little else.
  expect(entries).toBeLessThan(40)
})

test('a missing image alternates between ErrImagePull and ImagePullBackOff', () => {
  const node = started()
  node.run('web', { containers: [{ name: 'app', image: 'nginx:1.161' } as Container] })
  const reasons: string[] = []
  for (let at = 2_000; at <= 80_000; at += 200) {
    node.cluster.advanceTo(at)
    const reason = state(node)?.state?.waiting?.reason ?? ''
    if (reason !== reasons.at(-1)) reasons.push(reason)
  }
  expect(reasons.slice(0, 6)).toEqual(['', 'ContainerCreating', 'ErrImagePull', 'ImagePullBackOff', 'ErrImagePull', 'ImagePullBackOff'].slice(reasons[0] === '' ? 0 : 1))
  expect(state(node)?.state?.waiting?.message ?? '').toContain('docker.io/library/nginx:1.161: not found')
})

test('a command that does not exist, and memory beyond the limit', () => {
  const node = started()
  node.run('bad', { containers: [{ name: 'app', image: 'busybox', command: ['thiscommanddoesnotexist'] } as unknown as Container] })
  node.run('hungry', { restartPolicy: 'Never', containers: [{ name: 'app', image: 'polinux/stress', command: ['stress'], args: ['--vm', '1', '--vm-bytes', '250M', '--vm-hang', '1'], resources: { limits: { memory: '100Mi' } } } as unknown as Container] })
  node.cluster.advanceTo(20_000)
  expect(state(node, 'bad')?.lastState?.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' })
  expect(state(node, 'hungry')?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
})

test('a process that ignores SIGTERM is killed at the end of its grace, and its object stays until then', () => {
  const node = started()
  node.run('web', { containers: [shell('sleep 3600')] })
  node.cluster.advanceTo(10_000)
  must(node.cluster.client.delete('pods', 'default/web', { gracePeriodSeconds: 5 }))
  node.cluster.advanceTo(14_900)
  expect(node.pod('web')?.metadata.deletionTimestamp).toBeDefined()
  node.cluster.advanceTo(15_500)
  expect(node.pod('web')).toBeUndefined()
})

test('what does not fit is refused: the pod stays as Failed', () => {
  const node = started()
  const asking = (cpu: string): Container => ({ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu } } }) as unknown as Container
  node.run('big', { containers: [asking('3')] })
  node.cluster.advanceTo(10_000)
  node.run('more', { containers: [asking('2')] })
  node.cluster.advanceTo(12_000)
  expect(node.pod('more')?.status).toMatchObject({ phase: 'Failed', reason: 'OutOfcpu', message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000" })
})

test('a static pod runs before there is an API server, shows as a mirror, and comes back when the mirror is deleted', () => {
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'keeper', namespace: 'default' }, spec: { hostNetwork: true, containers: [{ name: 'app', image: 'nginx:1.27' }] } } as unknown as Pod
  const cluster = createTestCluster()
  const etcd = cluster.timeline.fork('etcd')
  cluster.store.serve(etcd)
  etcd.dispose()
  const node = createTestNode({ staticPods: [manifest], cluster })
  node.cluster.advanceTo(15_000)
  expect(node.kubelet.localPod('default/keeper-n1')?.status.containerStatuses?.[0]?.state?.running).toBeDefined()
  cluster.store.serve(cluster.timeline.fork('etcd'))
  node.cluster.advanceTo(60_000)
  const mirror = node.pod('keeper-n1')
  expect(mirror?.status).toMatchObject({ phase: 'Running', podIP: '192.168.0.11' })
  must(node.cluster.client.delete('pods', 'default/keeper-n1'))
  node.cluster.advanceTo(65_000)
  expect(node.pod('keeper-n1')?.metadata.uid).not.toBe(mirror?.metadata.uid)
  expect(node.pod('keeper-n1')?.status.phase).toBe('Running')
  expect([...node.runtime.sandboxes()][0]?.containers).toHaveLength(1)
  node.kubelet.setStaticPods([])
  node.cluster.advanceTo(70_000)
  expect(node.pod('keeper-n1')).toBeUndefined()
})

test('a restarted kubelet takes over what runs; after a power cycle everything is started again', () => {
  const node = started()
  node.run('web', {})
  node.cluster.advanceTo(10_000)
  const before = state(node)
  node.stopKubelet()
  const again = createTestNode({ cluster: node.cluster, runtime: node.runtime, disk: node.disk })
  again.cluster.advanceTo(20_000)
  expect(state(node)).toEqual(before)
  again.stopKubelet()
  node.runtime.powerOff()
  const reborn = createTestNode({ cluster: node.cluster, disk: node.disk })
  reborn.cluster.advanceTo(40_000)
  expect(state(node)).toMatchObject({ restartCount: 1, ready: true, lastState: { terminated: { exitCode: 255, reason: 'Unknown' } } })
  expect(node.events('web')).toContain('SandboxChanged')
})

test('a pod that somebody else calls failed is ended, and stays failed', () => {
  const node = started()
  node.run('web', {})
  node.cluster.advanceTo(10_000)
  const pod = node.pod('web')!
  must(node.cluster.client.updateStatus('pods', { ...pod, status: { ...pod.status, phase: 'Failed' } }))
  node.cluster.advanceTo(20_000)
  expect([...node.runtime.sandboxes()].flatMap(({ containers }) => containers).map((record) => record.state)).toEqual(['exited'])
  expect(node.pod('web')?.status).toMatchObject({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 0 } } }] })
})
