import { expect } from 'vitest'
import type { Resource } from '../../src/sim/api/resources.ts'
import { conformance, refusal, workload, controllerOfPods, type Bench } from './conformance.ts'

const minute = 60_000
const gpu = 'example.com/dongle'
/** What every test of the board's quota allows. */
const hard = {
  pods: '5', services: '10', 'services.nodeports': '1', 'services.loadbalancers': '1', replicationcontrollers: '10', resourcequotas: '1', cpu: '1', memory: '500Mi', configmaps: '2', secrets: '10',
  persistentvolumeclaims: '10', 'requests.storage': '10Gi', 'ephemeral-storage': '50Gi', 'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '10',
  'gold.storageclass.storage.k8s.io/requests.storage': '10Gi', 'count/replicasets.apps': '5', [`requests.${gpu}`]: '3',
}

type Amounts = Readonly<Record<string, string>>

function createQuota(bench: Bench, name: string, amounts: Amounts, spec: object = {}): void {
  bench.create('resourcequotas', { metadata: { name }, spec: { hard: amounts, ...spec } })
}

/** Looks as upstream's test does, after two seconds first: what comes and goes in one instant is only counted when all is. */
function waitForUse(bench: Bench, name: string, expected: Amounts): void {
  bench.pass(2_000)
  const used = (): Amounts => bench.get('resourcequotas', bench.key(name)).status.used ?? {}
  bench.within(minute, `${name} has ${JSON.stringify(expected)} used`, () => Object.entries(expected).every(([resource, amount]) => used()[resource] === amount))
}

/** No node fits: they stay Pending, and are counted all the same. */
function createPod(bench: Bench, name: string, requests: Amounts, limits: Amounts, spec: object = {}): ReturnType<typeof bench.tryCreate<'pods'>> {
  const containers = [{ name: 'pause', image: 'registry.k8s.io/pause:3.10.1', resources: { requests, limits } }]
  return bench.tryCreate('pods', { metadata: { name }, spec: { nodeSelector: { 'x-test.k8s.io/unsatisfiable': 'not-schedulable' }, containers, ...spec } })
}

function accepted(result: { readonly ok: boolean }): void {
  expect(result).toMatchObject({ ok: true })
}

/** An object more is one more, and deleted it is one less. */
function countsLifeOf(bench: Bench, resource: Resource, counted: string, draft: Parameters<typeof bench.create>[1]): void {
  // What a namespace comes with has been seen by then.
  bench.pass(2_000)
  const before = bench.list(resource).length
  createQuota(bench, 'test-quota', { ...hard, [counted]: String(before + 1) })
  waitForUse(bench, 'test-quota', { [counted]: String(before) })
  bench.create(resource, draft)
  waitForUse(bench, 'test-quota', { [counted]: String(before + 1) })
  bench.delete(resource, bench.key(draft.metadata.name!))
  waitForUse(bench, 'test-quota', { [counted]: String(before) })
}

conformance('quota-configmap', (bench) => countsLifeOf(bench, 'configmaps', 'configmaps', { metadata: { name: 'test-configmap' }, data: { a: 'b' } }))

conformance('quota-secret', (bench) => countsLifeOf(bench, 'secrets', 'secrets', { metadata: { name: 'test-secret' }, stringData: { a: 'b' } }))

conformance('quota-replicaset', (bench) => countsLifeOf(bench, 'replicasets', 'count/replicasets.apps', workload('test-rs', { name: 'test-rs' }, { replicas: 0 })))

conformance('quota-rc', (bench) => countsLifeOf(bench, 'replicationcontrollers', 'replicationcontrollers', controllerOfPods('test-rc', { name: 'test-rc' }, { replicas: 0 })))

conformance('quota-prompt-status', (bench) => {
  const before = bench.list('resourcequotas').length
  createQuota(bench, 'test-quota', hard)
  waitForUse(bench, 'test-quota', { resourcequotas: String(before + 1) })
  const { spec, status } = bench.get('resourcequotas', bench.key('test-quota'))
  expect(status.hard).toEqual(spec.hard)
})

conformance('quota-pod', (bench) => {
  createQuota(bench, 'test-quota', hard)
  waitForUse(bench, 'test-quota', { resourcequotas: '1' })
  const used = { pods: '1', cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', [`requests.${gpu}`]: '2' }
  accepted(createPod(bench, 'test-pod', { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', [gpu]: '2' }, { [gpu]: '2' }))
  waitForUse(bench, 'test-quota', used)
  expect(refusal(createPod(bench, 'fail-pod', { cpu: '600m', memory: '100Mi' }, {})).message).toContain('exceeded quota: test-quota, requested: cpu=600m, used: cpu=500m, limited: cpu=1')
  const second = createPod(bench, 'fail-pod-for-extended-resource', { cpu: '500m', memory: '100Mi', 'ephemeral-storage': '30Gi', [gpu]: '2' }, { [gpu]: '2' })
  expect(refusal(second).message).toContain(`requested: ephemeral-storage=30Gi,requests.${gpu}=2, used: ephemeral-storage=30Gi,requests.${gpu}=2, limited: ephemeral-storage=50Gi,requests.${gpu}=3`)
  const key = bench.key('test-pod')
  const put = bench.tryUpdate('pods', key, (pod) => ({ ...pod, spec: { ...pod.spec, containers: pod.spec.containers.map((container) => ({ ...container, resources: { ...container.resources, requests: { ...container.resources.requests, cpu: '100m', memory: '100Mi' } } })) } }))
  expect(refusal(put).code).toBe(422)
  waitForUse(bench, 'test-quota', used)
  bench.delete('pods', key, { gracePeriodSeconds: 0 })
  waitForUse(bench, 'test-quota', { pods: '0', cpu: '0', memory: '0', 'ephemeral-storage': '0', [`requests.${gpu}`]: '0' })
})

conformance('quota-service', (bench) => {
  createQuota(bench, 'test-quota', hard)
  waitForUse(bench, 'test-quota', { resourcequotas: '1' })
  const service = (name: string, type: string, spec: object = {}) => bench.tryCreate('services', { metadata: { name }, spec: { type, selector: { a: 'b' }, ports: [{ port: 80 }], ...spec } })
  for (const [name, type] of [['test-service', 'ClusterIP'], ['test-service-np', 'NodePort']] as const) accepted(service(name, type))
  expect(refusal(service('test-service-lb', 'LoadBalancer', { allocateLoadBalancerNodePorts: true })).message).toContain('requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1')
  waitForUse(bench, 'test-quota', { services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0' })
  for (const name of ['test-service', 'test-service-np']) bench.delete('services', bench.key(name))
  waitForUse(bench, 'test-quota', { services: '0', 'services.nodeports': '0' })
})

conformance('quota-besteffort', (bench) => {
  for (const [name, scope] of [['quota-besteffort', 'BestEffort'], ['quota-not-besteffort', 'NotBestEffort']] as const) createQuota(bench, name, { pods: '5' }, { scopes: [scope] })
  const counted = (best: string, other: string): void => {
    waitForUse(bench, 'quota-besteffort', { pods: best })
    waitForUse(bench, 'quota-not-besteffort', { pods: other })
  }
  counted('0', '0')
  accepted(createPod(bench, 'besteffort-pod', {}, {}))
  counted('1', '0')
  bench.delete('pods', bench.key('besteffort-pod'), { gracePeriodSeconds: 0 })
  counted('0', '0')
  accepted(createPod(bench, 'burstable-pod', { cpu: '500m', memory: '200Mi' }, { cpu: '1', memory: '400Mi' }))
  counted('0', '1')
  bench.delete('pods', bench.key('burstable-pod'), { gracePeriodSeconds: 0 })
  counted('0', '0')
})

conformance('quota-terminating', (bench) => {
  const amounts = { pods: '5', 'requests.cpu': '1', 'requests.memory': '500Mi', 'limits.cpu': '2', 'limits.memory': '1Gi' }
  const nothing = { pods: '0', 'requests.cpu': '0', 'requests.memory': '0', 'limits.cpu': '0', 'limits.memory': '0' }
  const one = { pods: '1', 'requests.cpu': '500m', 'requests.memory': '200Mi', 'limits.cpu': '1', 'limits.memory': '400Mi' }
  const quotas = ['Terminating', 'NotTerminating']
  for (const scope of quotas) createQuota(bench, scope.toLowerCase(), amounts, { scopes: [scope] })
  for (const [spec, within] of [[{}, 'NotTerminating'], [{ activeDeadlineSeconds: 3600 }, 'Terminating']] as const) {
    for (const scope of quotas) waitForUse(bench, scope.toLowerCase(), nothing)
    accepted(createPod(bench, 'test-pod', { cpu: '500m', memory: '200Mi' }, { cpu: '1', memory: '400Mi' }, spec))
    for (const scope of quotas) waitForUse(bench, scope.toLowerCase(), scope === within ? one : nothing)
    bench.delete('pods', bench.key('test-pod'), { gracePeriodSeconds: 0 })
  }
  for (const scope of quotas) waitForUse(bench, scope.toLowerCase(), nothing)
})

conformance('quota-update-delete', (bench) => {
  const key = bench.key('test-quota')
  createQuota(bench, 'test-quota', { cpu: '1', memory: '500Mi' })
  expect(bench.get('resourcequotas', key).spec.hard).toEqual({ cpu: '1', memory: '500Mi' })
  const changed = { cpu: '2', memory: '1Gi' }
  const put = bench.update('resourcequotas', key, (quota) => ({ ...quota, metadata: { ...quota.metadata, resourceVersion: '' }, spec: { hard: changed } }))
  expect([put.spec.hard, bench.get('resourcequotas', key).spec.hard]).toEqual([changed, changed])
  bench.delete('resourcequotas', key)
  expect(bench.exists('resourcequotas', key)).toBe(false)
})

conformance('quota-lifecycle', (bench) => {
  const name = 'e2e-quota'
  const amounts = { cpu: '1', memory: '500Mi' }
  bench.create('resourcequotas', { metadata: { name, labels: { [name]: 'here' } }, spec: { hard: amounts } })
  expect(bench.get('resourcequotas', bench.key(name)).spec.hard).toEqual(amounts)
  expect(bench.listEverywhere('resourcequotas', `${name}=here`)).toHaveLength(1)
  const patched = bench.patch('resourcequotas', bench.key(name), 'strategic', { metadata: { labels: { [name]: 'patched' } }, spec: { hard: { memory: '750Mi' } } })
  expect([patched.metadata.labels?.[name], patched.spec.hard]).toEqual(['patched', { cpu: '1', memory: '750Mi' }])
  bench.deleteCollection('resourcequotas', `${name}=patched`)
  expect(bench.exists('resourcequotas', bench.key(name))).toBe(false)
})

conformance('quota-status', (bench) => {
  const name = 'e2e-rq-status'
  const key = bench.key(name)
  const watch = bench.watch('resourcequotas', { labelSelector: `e2e-rq=${name}` })
  const told = (amounts: Amounts): boolean => watch.events.some(({ object: { status } }) => Object.entries(amounts).every(([resource, amount]) => status.hard?.[resource] === amount))
  const first = { cpu: '500m', memory: '500Mi' }
  bench.create('resourcequotas', { metadata: { name, labels: { 'e2e-rq': name } }, spec: { hard: first } })
  bench.update('resourcequotas', key, (quota) => ({ ...quota, status: { hard: first } }), 'status')
  bench.within(minute, 'the status is told', () => told(first))
  const second = { cpu: '1', memory: '1Gi' }
  bench.patch('resourcequotas', key, 'strategic', { spec: { hard: second } })
  bench.patch('resourcequotas', key, 'strategic', { status: { hard: second } }, 'status')
  bench.within(minute, 'the new status is told', () => told(second))
  expect(bench.get('resourcequotas', key).status.hard).toEqual(second)
  bench.pass(10_000)
  const third = { cpu: '2', memory: '2Gi' }
  const answer = bench.patch('resourcequotas', key, 'strategic', { status: { hard: third } }, 'status')
  expect([answer.spec.hard, answer.status.hard]).toEqual([second, third])
  bench.stays(minute, 'nobody reacts to a change of the status', () => bench.get('resourcequotas', key).status.hard?.['cpu'] === '2')
  bench.within(6 * minute, 'all is counted anew', () => bench.get('resourcequotas', key).status.hard?.['cpu'] === '1')
  expect(bench.get('resourcequotas', key).status.hard).toEqual(second)
})
