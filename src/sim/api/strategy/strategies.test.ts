import { expect, test } from 'vitest'
import type { Pod, PodTemplate, ReplicaSet, ReplicationController, Service } from '../generated/types.ts'
import { deepFreeze, type KubernetesObject } from '../objects.ts'
import { definitionOf, type Resource } from '../resources.ts'
import { decodeObject } from '../schema.ts'
import { must } from '../status.ts'
import { createClusterIPPool, createNodePortPool, type Allocators } from './allocators.ts'
import { strategyOf } from './strategies.ts'

const environment = { now: '2026-01-01T00:00:00Z' }

function made<T extends KubernetesObject>(resource: Resource, body: unknown): T {
  const strategy = strategyOf(resource)
  const decoded = must(decodeObject(definitionOf(resource), body, 'Strict'))
  const object = strategy.prepareForCreate(strategy.defaults(decoded), environment)
  expect(strategy.validate(object)).toEqual([])
  return deepFreeze({ ...object, metadata: { ...object.metadata, uid: 'u', resourceVersion: '1' } }) as T
}

const metadata = { name: 'web', namespace: 'default' }
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.25', resources: { limits: { cpu: '0.5' } } }] } }
const replicaSet = (): ReplicaSet => made('replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: { selector: { matchLabels: { app: 'web' } }, template } })

test('pods of one template share one spec, whatever their names', () => {
  const { spec } = replicaSet().spec.template
  const [one, other] = ['a', 'b'].map((name) => made<Pod>('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name }, spec }))
  expect(one?.spec).toBe(other?.spec)
  expect(one?.spec.containers[0]?.resources.requests).toEqual({ cpu: '500m' })
})

test('an update that says the same shares the stored spec and counts no generation', () => {
  const stored = replicaSet()
  const strategy = strategyOf('replicasets')
  const sent = must(decodeObject(definitionOf('replicasets'), { ...stored, metadata: { ...stored.metadata, labels: { a: 'b' } } }, 'Strict'))
  const next = strategy.prepareForUpdate(strategy.defaults(sent), stored, environment) as ReplicaSet
  expect(next.spec.template.spec).toBe(stored.spec.template.spec)
  expect(next.metadata.generation).toBe(1)
})

test('a status update cannot change what is asked for', () => {
  const stored = replicaSet()
  const sent = { ...stored, spec: { ...stored.spec, replicas: 9 }, status: { replicas: 3 } }
  const next = strategyOf('replicasets').status?.prepareForUpdate(sent, stored, environment) as ReplicaSet
  expect(next.spec).toBe(stored.spec)
  expect(next.status.replicas).toBe(3)
})

test('an update is judged by what holds for all kinds before the rules of its own', () => {
  const stored = replicaSet()
  const faults = strategyOf('replicasets').validateUpdate({ ...stored, metadata: { ...stored.metadata, uid: 'other' } }, stored)
  expect(faults[0]).toMatchObject({ field: 'metadata.uid', detail: 'field is immutable' })
})

test('a ReplicationController takes its selector and its labels from the template, unless it has its own', () => {
  const controller = (rest: object, spec: object): ReplicationController => made('replicationcontrollers', { apiVersion: 'v1', kind: 'ReplicationController', metadata: { ...metadata, ...rest }, spec: { template, ...spec } })
  const plain = controller({}, {})
  expect([plain.spec.selector, plain.metadata.labels, plain.spec.replicas, plain.metadata.generation]).toEqual([{ app: 'web' }, { app: 'web' }, 1, 1])
  const own = controller({ labels: { mine: 'yes' } }, { selector: { app: 'web' }, replicas: 0 })
  expect([own.metadata.labels, own.spec.replicas]).toEqual([{ mine: 'yes' }, 0])
})

test('what is wrong with a ReplicationController is told in the order of its fields upstream, of an update too', () => {
  const strategy = strategyOf('replicationcontrollers')
  const faultsOf = (spec: object) => {
    const sent = must(decodeObject(definitionOf('replicationcontrollers'), { apiVersion: 'v1', kind: 'ReplicationController', metadata, spec }, 'Strict'))
    return strategy.prepareForCreate(strategy.defaults(sent), environment)
  }
  const wrong = faultsOf({ minReadySeconds: -1, replicas: -2, selector: { app: 'api' }, template: { ...template, spec: { ...template.spec, restartPolicy: 'Never', activeDeadlineSeconds: 5 } } })
  const fields = ['spec.minReadySeconds', 'spec.replicas', 'spec.template.metadata.labels', 'spec.template.spec.restartPolicy', 'spec.template.spec.activeDeadlineSeconds']
  expect(strategy.validate(wrong).map(({ field }) => field)).toEqual(fields)
  expect(strategy.validate(wrong).at(-1)?.detail).toBe('activeDeadlineSeconds in ReplicationController is not Supported')
  expect(strategy.validate(faultsOf({})).map(({ type, field }) => `${type} ${field}`)).toEqual(['FieldValueRequired spec.selector', 'FieldValueRequired spec.template'])
  expect(strategy.validateUpdate({ ...wrong, metadata: { ...wrong.metadata, uid: 'u', resourceVersion: '1' } }, { ...wrong, metadata: { ...wrong.metadata, uid: 'u', resourceVersion: '1' } }).map(({ field }) => field)).toEqual(fields)
})

test('the generation of a PodTemplate counts the changes of its template', () => {
  const strategy = strategyOf('podtemplates')
  const stored = made<PodTemplate>('podtemplates', { apiVersion: 'v1', kind: 'PodTemplate', metadata, template })
  const next = (change: object) => strategy.prepareForUpdate({ ...stored, ...change } as PodTemplate, stored, environment).metadata.generation
  expect([stored.metadata.generation, next({ metadata: { ...stored.metadata, labels: { a: 'b' } } }), next({ template: { ...stored.template, metadata: { labels: { app: 'api' } } } })]).toEqual([1, 1, 2])
})

const service = (spec: object): Service => ({ apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec } }) as unknown as Service

function reserving() {
  const allocators: Allocators = { clusterIPs: createClusterIPPool(), nodePorts: createNodePortPool() }
  const strategy = strategyOf('services')
  const reserve = (sent: Service, old: KubernetesObject | null = null) => {
    const reservation = strategy.reserve?.(strategy.defaults(must(decodeObject(definitionOf('services'), sent, 'Strict'))), old, allocators)
    if (!reservation) throw new Error('services reserve')
    return { ...reservation, service: reservation.object as Service }
  }
  return { allocators, reserve, release: (object: KubernetesObject) => strategy.release?.(object, allocators) }
}

test('addresses come from the upper band first, and one asked for by name can be had once', () => {
  const { reserve } = reserving()
  expect(reserve(service({})).service.spec.clusterIP).toBe('10.96.1.1')
  expect(reserve(service({ clusterIP: '10.96.0.10' })).errors).toEqual([])
  expect(reserve(service({ clusterIP: '10.96.0.10' })).errors[0]?.detail).toContain('provided IP is already allocated')
})

test('what a refused Service had drawn is free again', () => {
  const { reserve } = reserving()
  const first = reserve(service({ type: 'NodePort', ports: [{ name: 'a', port: 80, nodePort: 30_080 }, { name: 'b', port: 81, nodePort: 80 }] }))
  expect(first.errors).toHaveLength(1)
  expect(reserve(service({ type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] })).errors).toEqual([])
})

test('ports of one number share a node port, and an update without it keeps it', () => {
  const { reserve, release } = reserving()
  const dns = reserve(service({ type: 'NodePort', ports: [{ name: 'udp', port: 53, protocol: 'UDP' }, { name: 'tcp', port: 53 }] })).service
  const [udp, tcp] = dns.spec.ports ?? []
  expect(udp?.nodePort).toBe(tcp?.nodePort)
  const again = reserve(service({ type: 'NodePort', ports: [{ name: 'udp', port: 53, protocol: 'UDP' }, { name: 'tcp', port: 53 }] }), deepFreeze(dns))
  expect(again.errors).toEqual([])
  expect(again.service.spec.ports?.[0]?.nodePort).toBe(udp?.nodePort)
  expect(again.service.spec.clusterIP).toBe(dns.spec.clusterIP)
  release(dns)
  expect(reserve(service({ type: 'NodePort', ports: [{ port: 80, nodePort: udp?.nodePort }] })).errors).toEqual([])
})

test('a pod that never ran or has ended goes at once; a negative grace is one second', () => {
  const pod = made<Pod>('pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec })
  const grace = (changed: object, status: object, request = {}) =>
    strategyOf('pods').gracePeriodOf?.({ ...pod, spec: { ...pod.spec, ...changed }, status: { ...pod.status, ...status } } as KubernetesObject, request)
  expect(grace({}, {})).toBe(0)
  expect(grace({ nodeName: 'n' }, {})).toBe(30)
  expect(grace({ nodeName: 'n' }, {}, { gracePeriodSeconds: 5 })).toBe(5)
  expect(grace({ nodeName: 'n' }, { phase: 'Failed' })).toBe(0)
  expect(grace({ nodeName: 'n' }, {}, { gracePeriodSeconds: -1 })).toBe(1)
})

test('addresses are read strictly: no leading zeros, nothing beyond the prefix', () => {
  const faultsOf = (spec: object): readonly string[] => strategyOf('services').validate(service({ clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], ...spec })).map(({ field, detail }) => `${field} ${detail}`)
  expect(faultsOf({ externalIPs: ['192.0.2.010'] })).toContain('spec.externalIPs[0] must not have leading 0s')
  expect(faultsOf({ type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.1/8'] })).toContain('spec.LoadBalancerSourceRanges[0] must not have bits set beyond the prefix length')
})

test('pods that are many may write to one disk: whether that works is not asked any more', () => {
  const volumes = [{ name: 'data', gcePersistentDisk: { pdName: 'disk' } }]
  const set = made<ReplicaSet>('replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { ...template, spec: { ...template.spec, volumes } } } })
  expect(strategyOf('replicasets').validate(set)).toEqual([])
})
