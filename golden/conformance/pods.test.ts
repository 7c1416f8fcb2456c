import { expect } from 'vitest'
import type { Pod } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import { conformance, pausePod, refusal, withLabels, type Bench } from './conformance.ts'

const minute = 60_000
const shell = (script: string) => ({ containers: [{ name: 'busybox', image: 'busybox:1.37', command: ['sh', '-c', script] }] })

function observed(bench: Bench, name: string, generation: number): void {
  expect(bench.get('pods', bench.key(name)).metadata.generation).toBe(generation)
  bench.within(20_000, `generation ${generation} is observed`, () => bench.get('pods', bench.key(name)).status.observedGeneration === generation)
}

conformance('kubelet-logs', (bench) => {
  bench.create('pods', pausePod('logs', {}, { ...shell("echo 'Hello World' ; sleep 240"), restartPolicy: 'Never' }))
  const log = () => must(bench.request('get', 'pods', { namespace: bench.namespace, name: 'logs', subresource: 'log' }))
  bench.running('logs')
  bench.within(minute, 'the line is written', () => log() !== '')
  expect(log()).toBe('Hello World\n')
})

conformance('kubelet-failing-delete', (bench) => {
  bench.create('pods', pausePod('bin-false', {}, shell('exit 1')))
  bench.pass(5_000)
  bench.delete('pods', bench.key('bin-false'))
  bench.within(minute, 'it is gone', () => !bench.exists('pods', bench.key('bin-false')))
})

conformance('kubelet-terminated-reason', (bench) => {
  bench.create('pods', pausePod('bin-false', {}, shell('exit 1')))
  const ended = () => {
    const [status] = bench.get('pods', bench.key('bin-false')).status.containerStatuses ?? []
    return status?.state?.terminated ?? status?.lastState?.terminated
  }
  bench.within(minute, 'its container has ended', () => ended() !== undefined)
  expect(bench.get('pods', bench.key('bin-false')).status.containerStatuses).toHaveLength(1)
  expect(ended()).toMatchObject({ exitCode: 1, reason: 'Error' })
})

conformance('pod-generation-delete', (bench) => {
  const draft = pausePod('generation')
  const { metadata } = bench.create('pods', { ...draft, metadata: { ...draft.metadata, generation: 100 } })
  expect(metadata.generation).toBe(1)
  bench.running('generation')
  const answer = bench.delete('pods', bench.key('generation'), { gracePeriodSeconds: 60 }) as Pod
  expect([answer.kind, answer.metadata.name]).toEqual(['Pod', 'generation'])
  expect(bench.get('pods', bench.key('generation')).metadata.generation).toBe(2)
})

conformance('pod-generation-500', (bench) => {
  bench.create('pods', pausePod('generation', {}, { activeDeadlineSeconds: 5000 }))
  bench.running('generation')
  for (let update = 1; update < 500; update += 1) {
    bench.update('pods', bench.key('generation'), (pod) => ({ ...pod, spec: { ...pod.spec, activeDeadlineSeconds: 5000 - update } }))
    bench.pass(20)
  }
  observed(bench, 'generation', 500)
  expect(bench.get('pods', bench.key('generation')).spec.activeDeadlineSeconds).toBe(4501)
})

conformance('pod-generation-updates', (bench) => {
  const init = { name: 'init', image: 'busybox:1.36', command: ['true'] }
  bench.create('pods', pausePod('generation', {}, { initContainers: [init] }))
  bench.running('generation')
  observed(bench, 'generation', 1)
  const change = (to: (pod: Pod) => unknown) => void bench.update('pods', bench.key('generation'), to)
  const spec = (rest: (pod: Pod) => object) => change((pod) => ({ ...pod, spec: { ...pod.spec, ...rest(pod) } }))
  change((pod) => pod)
  observed(bench, 'generation', 1)
  spec((pod) => ({ tolerations: [...(pod.spec.tolerations ?? []), { key: 'foo-one', operator: 'Exists', effect: 'NoSchedule' }] }))
  observed(bench, 'generation', 2)
  spec(() => ({ activeDeadlineSeconds: 5000 }))
  observed(bench, 'generation', 3)
  spec((pod) => ({ containers: pod.spec.containers.map((container) => ({ ...container, image: 'nginx:1.27' })) }))
  observed(bench, 'generation', 4)
  spec((pod) => ({ initContainers: pod.spec.initContainers?.map((container) => ({ ...container, image: 'busybox:1.37' })) }))
  observed(bench, 'generation', 5)
  change((pod) => ({ ...pod, metadata: { ...pod.metadata, annotations: { key: 'value' } } }))
  observed(bench, 'generation', 5)
  change((pod) => ({ ...pod, metadata: { ...pod.metadata, generation: 1 } }))
  observed(bench, 'generation', 5)
})

conformance('pod-qos', (bench) => {
  const amounts = { cpu: '100m', memory: '100Mi' }
  const { status } = bench.create('pods', pausePod('qos', {}, { containers: [{ name: 'agnhost', image: 'nginx:1.27', resources: { requests: amounts, limits: amounts } }] }))
  expect(status.qosClass).toBe('Guaranteed')
  expect(bench.get('pods', bench.key('qos')).status.qosClass).toBe('Guaranteed')
})

conformance('pod-active-deadline', (bench) => {
  bench.create('pods', pausePod('deadline'))
  bench.running('deadline')
  bench.update('pods', bench.key('deadline'), (pod) => ({ ...pod, spec: { ...pod.spec, activeDeadlineSeconds: 5 } }))
  bench.within(minute, 'it has failed', () => bench.get('pods', bench.key('deadline')).status.phase === 'Failed')
  expect(bench.get('pods', bench.key('deadline')).status.reason).toBe('DeadlineExceeded')
})

conformance('pod-submit-remove', (bench) => {
  const labelSelector = 'time=now'
  expect(bench.list('pods', labelSelector)).toEqual([])
  const watch = bench.watch('pods', { labelSelector })
  bench.create('pods', pausePod('pod-submit-remove', { name: 'foo', time: 'now' }))
  expect(bench.list('pods', labelSelector)).toHaveLength(1)
  bench.within(5 * minute, 'the watch tells of it', () => watch.types()[0] === 'ADDED')
  bench.running('pod-submit-remove')
  bench.delete('pods', bench.key('pod-submit-remove'), { gracePeriodSeconds: 30 })
  bench.within(minute, 'the watch tells of its end', () => watch.types().at(-1) === 'DELETED')
  const last = watch.events.at(-1)!.object
  expect(last.metadata.deletionTimestamp).toBeDefined()
  expect(last.spec.terminationGracePeriodSeconds).not.toBe(0)
  expect(bench.list('pods', labelSelector)).toEqual([])
})

conformance('pod-update', (bench) => {
  bench.create('pods', pausePod('pod-update', { time: 'one' }))
  bench.running('pod-update')
  expect(bench.list('pods', 'time=one')).toHaveLength(1)
  bench.update('pods', bench.key('pod-update'), (pod) => withLabels(pod, { time: 'two' }))
  expect(bench.list('pods', 'time=two')).toHaveLength(1)
  bench.stays(minute, 'it still runs', () => bench.get('pods', bench.key('pod-update')).status.phase === 'Running')
})

conformance('pod-deletecollection', (bench) => {
  const names = ['test-pod-1', 'test-pod-2', 'test-pod-3']
  for (const name of names) bench.create('pods', pausePod(name, { type: 'Testing' }, { restartPolicy: 'Never', terminationGracePeriodSeconds: 1 }))
  bench.running(...names)
  bench.deleteCollection('pods', 'type=Testing', { gracePeriodSeconds: 1 })
  bench.within(minute, 'none is left', () => bench.list('pods', 'type=Testing').length === 0)
})

conformance('pod-host-ip', (bench) => {
  bench.create('pods', pausePod('pod-hostip'))
  const hostIP = () => bench.get('pods', bench.key('pod-hostip')).status.hostIP
  bench.within(2 * minute, 'it has the IP of its host', () => hostIP() !== undefined)
  expect(hostIP()).toMatch(/^\d{1,3}(\.\d{1,3}){3}$/)
})

conformance('pod-patch-status', (bench) => {
  bench.create('pods', pausePod('pod-patch', { 'test-pod-patch': 'yes' }))
  bench.running('pod-patch')
  expect(bench.listEverywhere('pods', 'test-pod-patch=yes')).toHaveLength(1)
  const patch = { metadata: { annotations: { 'patched-status': 'true' } }, status: { message: 'Patched by e2e test' } }
  const patched = bench.patch('pods', bench.key('pod-patch'), 'strategic', patch, 'status')
  expect(patched.status.message).toBe('Patched by e2e test')
  expect(patched.metadata.annotations).toMatchObject({ 'patched-status': 'true' })
})

conformance('pod-lifecycle-status', (bench) => {
  const watch = bench.watch('pods', { labelSelector: 'test-pod-static=true' })
  bench.create('pods', pausePod('pod-test', { 'test-pod-static': 'true' }, { terminationGracePeriodSeconds: 1 }))
  bench.running('pod-test')
  const before = watch.events.length
  bench.patch('pods', bench.key('pod-test'), 'strategic', { metadata: { labels: { 'test-pod': 'patched' } }, spec: { containers: [{ name: 'pause', image: 'nginx:1.27' }] } })
  expect(watch.types().slice(before)).toEqual(['MODIFIED'])
  expect(bench.get('pods', bench.key('pod-test'))).toMatchObject({ metadata: { labels: { 'test-pod': 'patched' } }, spec: { containers: [{ image: 'nginx:1.27' }] } })
  const unready = (pod: Pod) => pod.status.conditions?.map((condition) => (condition.type.endsWith('Ready') ? { ...condition, status: 'False' } : condition))
  const answer = bench.update('pods', bench.key('pod-test'), (pod) => ({ ...pod, status: { ...pod.status, conditions: unready(pod) } }), 'status')
  for (const type of ['Ready', 'ContainersReady']) expect(answer.status.conditions?.find((condition) => condition.type === type)?.status).toBe('False')
  bench.deleteCollection('pods', 'test-pod-static=true', { gracePeriodSeconds: 1 })
  bench.within(minute, 'it is gone', () => watch.types().at(-1) === 'DELETED')
  expect(bench.exists('pods', bench.key('pod-test'))).toBe(false)
})

conformance('sysctl-invalid', (bench) => {
  const sysctls = [['foo-', 'bar'], ['kernel.shmmax', '100000000'], ['safe-and-unsafe', '100000000'], ['bar..', '42']].map(([name, value]) => ({ name, value }))
  const status = refusal(bench.tryCreate('pods', pausePod('sysctl', {}, { securityContext: { sysctls } })))
  expect(status.code).toBe(422)
  expect(status.message).toContain('Invalid value: "foo-"')
  expect(status.message).toContain('Invalid value: "bar.."')
  expect(status.message).not.toContain('safe-and-unsafe')
  expect(status.message).not.toContain('kernel.shmmax')
})
