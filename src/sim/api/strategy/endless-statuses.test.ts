import { expect, test } from 'vitest'
import { strategyOf } from './strategies.ts'

// With each compared with each, each of these took minutes.
const many = <T>(one: (at: number) => T): T[] => Array.from({ length: 200_000 }, (_, at) => one(at))
const address = (at: number): string => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`
const object = (status: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '' }, spec: { restartPolicy: 'Never', containers: [] }, status })
const faultsOf = (resource: 'pods' | 'nodes', next: object, old: object) => strategyOf(resource).status!.validateUpdate(object(next), object(old)).map(({ field }) => field)

test('of endless addresses of a pod the repeated one is found', () => {
  const hostIPs = [...many((at) => ({ ip: address(at) })), { ip: address(7) }]
  expect(faultsOf('pods', { hostIP: address(0), hostIPs }, {})).toEqual(['status.hostIPs', 'status.hostIPs[200000]'])
})

test('of endless addresses of a node the repeated one is found', () => {
  const addresses = [...many((at) => ({ type: 'InternalIP', address: address(at) })), { type: 'InternalIP', address: address(7) }, { type: 'ExternalIP', address: address(7) }]
  expect(faultsOf('nodes', { addresses }, {})).toContain('status.addresses[200000]')
})

test('of endless containers that have ended the one that is back is found', () => {
  const ended = many((at) => ({ name: `c${at}`, state: { terminated: { exitCode: 0 } } }))
  const containerStatuses = [...ended].reverse().map((status) => (status.name === 'c7' ? { name: 'c7', state: { running: {} } } : status))
  expect(faultsOf('pods', { containerStatuses }, { containerStatuses: ended })).toEqual(['status.containerStatuses[7].state'])
})

test('of endless conditions those keep the generation that they were observed at whose sender does not know of it', () => {
  const before = many((at) => ({ type: `t${at}`, status: 'True', ...(at === 7 && { observedGeneration: 3 }) }))
  const conditions = [...before].reverse().map(({ type, status }) => ({ type, status }))
  const next = strategyOf('pods').status!.prepareForUpdate(object({ conditions }), object({ conditions: before }), { now: '' }) as unknown as { status: { conditions: readonly object[] } }
  expect(next.status.conditions.filter((condition) => 'observedGeneration' in condition)).toEqual([{ type: 't7', status: 'True', observedGeneration: 3 }])
})
