import { expect, test } from 'vitest'
import { parseQuantity } from '../api/quantity.ts'
import { Cluster } from './cluster.ts'

test('a thousand machines have a thousand addresses, each of four numbers below 256', () => {
  const addresses = [...new Cluster(1, { workers: 1000 }).machines.values()].map(({ spec }) => spec.ip)
  expect(new Set(addresses).size).toBe(1001)
  for (const address of addresses) expect(address.split('.').every((part) => Number(part) < 256)).toBe(true)
})

test('every worker of a cluster too large for one /16 of pod addresses gets a range and becomes Ready', () => {
  const cluster = new Cluster(1, { workers: 300, zones: 3, node: { cpu: '2', memory: '4Gi' } })
  cluster.advanceTo(0)
  const read = cluster.ask({ kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'nodes' } })
  const nodes = read.ok ? (read.value as { items: { metadata: { labels: Record<string, string> }; status: { conditions: { type: string; status: string }[]; allocatable: { cpu: string } } }[] }).items : []
  expect(nodes.filter(({ status }) => status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True'))).toHaveLength(301)
  expect(new Set(nodes.map(({ metadata }) => metadata.labels['topology.kubernetes.io/zone']))).toEqual(new Set(['zone-a', 'zone-b', 'zone-c']))
  expect(nodes.every(({ status }) => parseQuantity(status.allocatable.cpu) !== null)).toBe(true)
}, 60_000)

test('workers have disks of the size that is asked for: what does not fit cannot be pulled', () => {
  const cluster = new Cluster(1, { workers: 1, node: { cpu: '4', memory: '8Gi', ephemeralStorage: '60M' } })
  cluster.advanceTo(5_000)
  cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] } }] })
  cluster.advanceTo(20_000)
  const answer = cluster.ask({ kind: 'read', request: { verb: 'get', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'web' } })
  expect(answer.ok ? JSON.stringify(answer.value) : '').toContain('no space left on device')
})
