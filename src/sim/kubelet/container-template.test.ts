import { expect, test } from 'vitest'
import type { Container, Pod, Service } from '../api/generated/types.ts'
import type { EnvironmentSource } from './container-environment.ts'
import { templateOf } from './container-template.ts'

const service = (name: string, clusterIP: string): Service => ({ metadata: { name, namespace: 'default' }, spec: { clusterIP, ports: [{ port: 80 }] } }) as unknown as Service
const pod = (name: string): Pod => ({ metadata: { name, namespace: 'default', uid: name }, spec: { enableServiceLinks: true } }) as unknown as Pod
const source = (...services: Service[]): EnvironmentSource => ({ services: () => services, configMap: () => null, secret: () => null, nodeName: 'n1', nodeIPs: ['10.0.0.1'], podIPs: [], allocatable: { cpuMilli: 1000, memory: 1 } })
const made = (...given: Parameters<typeof templateOf>) => {
  const answer = templateOf(...given)
  if (!answer.ok) throw new Error(answer.error)
  return answer.template
}
const web = service('web', '10.96.0.5')

test('replicas share what they are started with, also on another node', () => {
  const container = { name: 'app', image: 'nginx:1.27', args: ['$(WEB_SERVICE_HOST)'], env: [{ name: 'COLOUR', value: 'blue' }] } as unknown as Container
  const first = made(pod('a'), container, source(web))
  expect(made(pod('b'), container, source(web))).toBe(first)
  expect(made(pod('c'), container, { ...source(service('web', '10.96.0.5')), nodeName: 'n2' })).toBe(first)
})

test('a Service that came meanwhile is told to who starts now, and not to who runs already', () => {
  const container = { name: 'app', image: 'nginx:1.27' } as unknown as Container
  const before = made(pod('a'), container, source(web))
  const after = made(pod('b'), container, source(web, service('db', '10.96.0.6')))
  expect(after.environment.get('DB_SERVICE_HOST')).toBe('10.96.0.6')
  expect(before.environment.has('DB_SERVICE_HOST')).toBe(false)
  expect(made(pod('c'), container, source(web)).environment.has('DB_SERVICE_HOST')).toBe(false)
})

test('what a pod is told of itself is not told to its sister', () => {
  const container = { name: 'app', image: 'nginx:1.27', args: ['$(ME)'], env: [{ name: 'ME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] } as unknown as Container
  expect(['a', 'b', 'a'].map((name) => made(pod(name), container, source(web)).environment.get('ME'))).toEqual(['a', 'b', 'a'])
  expect(made(pod('b'), container, source(web)).args).toEqual(['b'])
})
