import { expect, test } from 'vitest'
import type { Endpoints, EndpointSubset } from '../generated/types.ts'
import { deepFreeze } from '../objects.ts'
import { endpointsWarnings, validateEndpoints, validateEndpointsUpdate } from './endpoints.ts'

function endpoints(subset: object, labels?: Readonly<Record<string, string>>): Endpoints {
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'e', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...(labels && { labels }) }, subsets: [subset as EndpointSubset] }
}

const told = (of: Endpoints) => validateEndpoints(of).map(({ field, detail }) => `${field}: ${detail}`)
const port = { port: 80, protocol: 'TCP' }

test('an address is an IP that can be somebody\'s, and its names are names', () => {
  expect(told(endpoints({ addresses: [{ ip: '10.0.0.1', hostname: 'a', nodeName: 'n1' }], ports: [port] }))).toEqual([])
  expect(told(endpoints({ addresses: [{ ip: '127.0.0.1' }], notReadyAddresses: [{ ip: '10.0.0.256' }] }))).toEqual([
    'subsets[0].addresses[0].ip: may not be in the loopback range (127.0.0.0/8, ::1/128)',
    'subsets[0].notReadyAddresses[0].ip: must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    'subsets[0].notReadyAddresses[0].ip: must be a valid IP address',
  ])
  expect(told(endpoints({ addresses: [{ ip: '10.0.0.01' }] }))).toEqual(['subsets[0].addresses[0].ip: must not have leading 0s'])
  expect(validateEndpoints(endpoints({ addresses: [{ ip: '10.0.0.1', hostname: 'A', nodeName: '-' }] })).map(({ field }) => field)).toEqual(['subsets[0].addresses[0].hostname', 'subsets[0].addresses[0].nodeName'])
})

test('of several ports each has a name; each has a number and a protocol', () => {
  expect(validateEndpoints(endpoints({ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 0, protocol: 'TCP', name: 'a' }, { port: 80, protocol: 'ICMP', appProtocol: 'a b' }] })).map(({ type, field }) => `${type} ${field}`)).toEqual([
    'FieldValueInvalid subsets[0].ports[0].port', 'FieldValueRequired subsets[0].ports[1].name', 'FieldValueNotSupported subsets[0].ports[1].protocol', 'FieldValueInvalid subsets[0].ports[1].appProtocol',
  ])
})

test('an address that was without a fault once is not asked again, one with a fault is', () => {
  const [good, bad] = [deepFreeze(endpoints({ addresses: [{ ip: '10.0.0.1' }] })), deepFreeze(endpoints({ addresses: [{ ip: '0.0.0.0' }] }))]
  for (let time = 0; time < 2; time += 1) expect([told(good).length, told(bad)]).toEqual([0, ['subsets[0].addresses[0].ip: may not be unspecified (0.0.0.0)']])
})

test('subsets that were good enough for an older server may stay, but not be changed for others like them', () => {
  const old = endpoints({ addresses: [{ ip: '10.0.0.01' }] })
  expect(validateEndpointsUpdate({ ...old, metadata: { ...old.metadata, labels: { a: 'b' } } }, old)).toEqual([])
  expect(validateEndpointsUpdate(endpoints({ addresses: [{ ip: '10.0.0.02' }] }), old)).toHaveLength(1)
})

test('an address in an unusual form is warned of, unless the controller wrote it', () => {
  const odd = { addresses: [{ ip: '10.0.0.1' }], notReadyAddresses: [{ ip: 'FD00::1' }] }
  expect(endpointsWarnings(endpoints(odd))).toEqual(['subsets[0].notReadyAddresses[0].ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")'])
  expect(endpointsWarnings(endpoints(odd, { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' }))).toEqual([])
})
