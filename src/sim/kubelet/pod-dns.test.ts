import { expect, test } from 'vitest'
import type { PodSpec } from '../api/generated/types.ts'
import { resolverOf } from './pod-dns.ts'

const settings = { clusterDNS: ['10.96.0.10'], clusterDomain: 'cluster.local', host: { nameservers: [], search: [], options: [] } }

function resolve(searches: readonly string[], nameservers: readonly string[] = []) {
  const spec = { dnsPolicy: 'None', dnsConfig: { searches, nameservers } } as unknown as PodSpec
  return resolverOf({ metadata: { name: 'p', namespace: 'default' }, spec }, settings)
}

test('a search line holds 2,048 characters, spaces among them, and a warning tells of what no longer fits', () => {
  const domains = [...Array.from({ length: 8 }, (_, at) => `${at}`.repeat(227)), 'a'.repeat(2048 - 8 * 228)]
  expect(resolve(domains)).toEqual({ resolver: { nameservers: [], search: domains, options: [] }, warnings: [] })
  const { resolver, warnings } = resolve([...domains.slice(0, 8), `${domains[8]}a`, 'b'])
  expect(resolver.search).toEqual(domains.slice(0, 8))
  expect(warnings).toEqual([`Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${domains.slice(0, 8).join(' ')}`])
})

test('32 search domains and three nameservers are the most', () => {
  const domains = Array.from({ length: 33 }, (_, at) => `d${at}`)
  expect(resolve(domains).resolver.search).toEqual(domains.slice(0, 32))
  expect(resolve([], ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'])).toMatchObject({
    resolver: { nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3'] },
    warnings: ['Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 1.1.1.1 2.2.2.2 3.3.3.3'],
  })
})
