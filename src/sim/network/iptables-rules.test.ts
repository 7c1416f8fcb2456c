import { expect, test } from 'vitest'
import type { EndpointSlice, Service } from '../api/generated/types.ts'
import { iptablesRules, type RuleSettings } from './iptables-rules.ts'
import { createProxyView } from './kube-proxy.ts'
import type { RuleChain } from './rule-tables.ts'

const settings: RuleSettings = { family: 'IPv4', clusterCidr: '10.0.0.0/8', nodeIP: '192.168.0.11', nfacctCounters: true }

/** A Service `ns2/svc2:p80` and its endpoints, each on the node behind the `@`. */
function chains(spec: object, endpoints: readonly string[], { status = {}, settings: over = {} }: { status?: object; settings?: Partial<RuleSettings> } = {}): Record<string, Record<string, readonly string[]>> {
  const service = { metadata: { namespace: 'ns2', name: 'svc2' }, spec: { type: 'ClusterIP', clusterIP: '172.30.0.42', ports: [{ name: 'p80', port: 80, protocol: 'TCP' }], ...spec }, status } as unknown as Service
  const slices = endpoints.map((text) => {
    const [address, nodeName] = text.split('@')
    return { metadata: { namespace: 'ns2', labels: { 'kubernetes.io/service-name': 'svc2' } }, ports: [{ name: 'p80', port: 80 }], endpoints: [{ addresses: [address], nodeName }] } as unknown as EndpointSlice
  })
  const tables = iptablesRules(createProxyView({ name: 'n1', zone: undefined }, { services: [service], slices }), { ...settings, ...over })
  const named = (table: readonly RuleChain[]) => Object.fromEntries(table.map(({ chain, rules }) => [chain, rules]))
  return { filter: named(tables.filter), nat: named(tables.nat) }
}

const nodePort = { type: 'NodePort', ports: [{ name: 'p80', port: 80, protocol: 'TCP', nodePort: 3001 }] }
const balanced = { ...nodePort, type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30000, loadBalancerSourceRanges: ['203.0.113.0/25'] }
const ingress = { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } }

test('a node port leads by the external chain, which marks for masquerading, to the endpoints on all nodes', () => {
  const { nat = {}, filter } = chains(nodePort, ['10.180.0.2@n1', '10.180.0.3@n2'])
  expect(nat['KUBE-NODEPORTS']).toEqual([
    '-A KUBE-NODEPORTS -m comment --comment ns2/svc2:p80 -m tcp -p tcp -d 127.0.0.0/8 --dport 3001 -m nfacct --nfacct-name localhost_nps_accepted_pkts -j KUBE-EXT-GNZBNJ2PO5MGZ6GT',
    '-A KUBE-NODEPORTS -m comment --comment ns2/svc2:p80 -m tcp -p tcp --dport 3001 -j KUBE-EXT-GNZBNJ2PO5MGZ6GT',
  ])
  expect(nat['KUBE-EXT-GNZBNJ2PO5MGZ6GT']).toEqual([
    '-A KUBE-EXT-GNZBNJ2PO5MGZ6GT -m comment --comment "masquerade traffic for ns2/svc2:p80 external destinations" -j KUBE-MARK-MASQ',
    '-A KUBE-EXT-GNZBNJ2PO5MGZ6GT -j KUBE-SVC-GNZBNJ2PO5MGZ6GT',
  ])
  expect(nat['KUBE-SERVICES']?.at(-1)).toBe('-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS')
  expect(filter?.['KUBE-EXTERNAL-SERVICES']).toEqual([])
})

test('with policy Local a node without endpoints drops what comes from outside, and still leads pods to the others', () => {
  const { nat = {}, filter = {} } = chains({ ...balanced, externalIPs: ['192.168.99.22'], loadBalancerSourceRanges: [] }, ['10.180.0.2@n2'], { status: ingress })
  const dropped = '-A KUBE-EXTERNAL-SERVICES -m comment --comment "ns2/svc2:p80 has no local endpoints"'
  expect(filter['KUBE-EXTERNAL-SERVICES']).toEqual([
    `${dropped} -m tcp -p tcp -d 192.168.99.22 --dport 80 -j DROP`,
    `${dropped} -m tcp -p tcp -d 1.2.3.4 --dport 80 -j DROP`,
    `${dropped} -m addrtype --dst-type LOCAL -m tcp -p tcp --dport 3001 -j DROP`,
  ])
  expect(filter['KUBE-NODEPORTS']).toEqual(['-A KUBE-NODEPORTS -m comment --comment "ns2/svc2:p80 health check node port" -m tcp -p tcp --dport 30000 -j ACCEPT'])
  expect(nat['KUBE-EXT-GNZBNJ2PO5MGZ6GT']?.map((rule) => rule.split(' -j ')[1])).toEqual(['KUBE-SVC-GNZBNJ2PO5MGZ6GT', 'KUBE-MARK-MASQ', 'KUBE-SVC-GNZBNJ2PO5MGZ6GT'])
  expect(nat).not.toHaveProperty('KUBE-SVL-GNZBNJ2PO5MGZ6GT')
})

test('a load balancer with source ranges has a firewall chain; a node inside of them lets its own traffic through', () => {
  const { nat = {}, filter = {} } = chains(balanced, ['10.180.0.2@n1'], { status: ingress })
  expect(nat['KUBE-SERVICES']).toContain('-A KUBE-SERVICES -m comment --comment "ns2/svc2:p80 loadbalancer IP" -m tcp -p tcp -d 1.2.3.4 --dport 80 -j KUBE-FW-GNZBNJ2PO5MGZ6GT')
  expect(nat['KUBE-FW-GNZBNJ2PO5MGZ6GT']).toEqual([
    '-A KUBE-FW-GNZBNJ2PO5MGZ6GT -m comment --comment "ns2/svc2:p80 loadbalancer IP" -s 203.0.113.0/25 -j KUBE-EXT-GNZBNJ2PO5MGZ6GT',
    '-A KUBE-FW-GNZBNJ2PO5MGZ6GT -m comment --comment "other traffic to ns2/svc2:p80 will be dropped by KUBE-PROXY-FIREWALL"',
  ])
  expect(filter['KUBE-PROXY-FIREWALL']).toEqual(['-A KUBE-PROXY-FIREWALL -m comment --comment "ns2/svc2:p80 traffic not accepted by KUBE-FW-GNZBNJ2PO5MGZ6GT" -m tcp -p tcp -d 1.2.3.4 --dport 80 -j DROP'])
  expect(chains(balanced, ['10.180.0.2@n1'], { status: ingress, settings: { nodeIP: '203.0.113.127' } })['nat']?.['KUBE-FW-GNZBNJ2PO5MGZ6GT']?.[1]).toMatch(/-s 1\.2\.3\.4 -j KUBE-EXT/)
  expect(chains(balanced, ['10.180.0.2@n1'], { status: ingress, settings: { nodeIP: '203.0.113.128' } })['nat']?.['KUBE-FW-GNZBNJ2PO5MGZ6GT']?.[1]).toMatch(/other traffic/)
})

test('a Service without an address has no rules, one without endpoints only refusals', () => {
  const headless = chains({ clusterIP: 'None' }, ['10.180.0.2@n1'])
  expect(Object.keys(headless['nat'] ?? {})).toEqual(['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'])
  const { nat = {}, filter = {} } = chains(nodePort, [])
  expect(filter['KUBE-SERVICES']?.[0]).toMatch(/"ns2\/svc2:p80 has no endpoints" .* -j REJECT$/)
  expect(filter['KUBE-EXTERNAL-SERVICES']?.[0]).toMatch(/--dst-type LOCAL .* --dport 3001 -j REJECT$/)
  expect([nat['KUBE-SERVICES']?.length, nat['KUBE-NODEPORTS']]).toEqual([1, []])
})

test('endpoints are dealt in the order of their addresses, and in a large cluster without a word about them', () => {
  const few = chains({}, ['10.180.0.3@n1', '10.180.0.10@n1', '10.180.0.3@n2'])['nat']?.['KUBE-SVC-GNZBNJ2PO5MGZ6GT'] ?? []
  expect(few.slice(1).map((rule) => /-> (\S+)"/.exec(rule)?.[1])).toEqual(['10.180.0.10:80', '10.180.0.3:80'])
  const many = chains({}, Array.from({ length: 1001 }, (_, at) => `10.180.${at >> 8}.${at & 255}@n1`))['nat']?.['KUBE-SVC-GNZBNJ2PO5MGZ6GT'] ?? []
  expect(many[1]).toMatch(/^-A KUBE-SVC-GNZBNJ2PO5MGZ6GT -m statistic --mode random --probability 0.0009990010 -j KUBE-SEP-/)
})

test('IPv6 has tables of its own', () => {
  const dual = { clusterIPs: ['172.30.0.42', 'fd00::42'] }
  const { nat = {} } = chains(dual, [], { settings: { family: 'IPv6' } })
  expect(nat['KUBE-SERVICES']?.at(-1)).toMatch(/--dst-type LOCAL ! -d ::1\/128 -j KUBE-NODEPORTS$/)
  expect(chains(dual, [], { settings: { family: 'IPv6' } })['filter']?.['KUBE-SERVICES']?.[0]).toContain('-d fd00::42 --dport 80')
})
