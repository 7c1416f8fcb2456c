import type { EndpointSlice, Service } from '../../src/sim/api/generated/types.ts'
import { endpointChain, probabilityAt, serviceChains, servicePortName } from '../../src/sim/network/chain-names.ts'
import { healthAnswer, localReadyEndpoints } from '../../src/sim/network/health-check.ts'
import { iptablesRules } from '../../src/sim/network/iptables-rules.ts'
import { createProxyView } from '../../src/sim/network/kube-proxy.ts'
import type { RuleChain } from '../../src/sim/network/rule-tables.ts'
import { difference, type GoldenCase } from '../harness.ts'
import { partialDifference } from './partial.ts'

const tables = ['nat', 'filter'] as const
/** What a Service has for want of a word about it. Rules about these are none of the case's. */
const unsaid = { clusterIP: '10.96.255.1', nodePort: 30_001 }

/** Whether the case asks for rules or for what is in them. */
export function isAboutRules({ in: input, out }: GoldenCase): boolean {
  return tables.some((table) => table in out) || (input.servicePort !== undefined && input.protocol !== undefined) || Array.isArray(input.ports) || 'probabilities' in out
}

/** Names of chains and service ports, probabilities, and rules chain by chain. */
export function runRules(golden: GoldenCase): unknown {
  const { in: input, out } = golden
  if (tables.some((table) => table in out)) return rulesDifference(golden)
  if (Array.isArray(input.ports)) return partialDifference(out, { names: input.ports.map((port: string) => servicePortName(input.namespace, input.name, port)) })
  if ('probabilities' in out) return partialDifference(out, { probabilities: Object.fromEntries(input.endpoints.map((count: number) => [count, probabilities(count)])) })
  if (input.endpoint !== undefined) return partialDifference(out, { endpoint: endpointChain(input.servicePort, input.protocol, input.endpoint) })
  const { cluster, ...chains } = serviceChains(input.servicePort, input.protocol)
  return partialDifference(out, { service: cluster, ...chains })
}

function probabilities(count: number): readonly string[] {
  return Array.from({ length: count }, (_, place) => probabilityAt(place, count)).filter((probability) => probability !== undefined)
}

/** The chains that the case names, each whole; of chains that all Services share only what is about this one. */
function rulesDifference({ in: input, out }: GoldenCase): unknown {
  const service = serviceOf(input)
  const view = createProxyView({ name: 'n1', zone: undefined }, { services: service ? [service] : [], slices: service ? slicesOf(service, input, out) : [] })
  const family = String(input.clusterIP ?? input.loadBalancerIP ?? '').includes(':') ? 'IPv6' : 'IPv4'
  const written = iptablesRules(view, { family, nfacctCounters: input.nfacctCounters === true, ...(input.clusterCIDR && { clusterCidr: input.clusterCIDR }), ...(input.nodeIP && { nodeIP: input.nodeIP }) })
  for (const table of tables) {
    if (!(table in out)) continue
    const expected = Array.isArray(out[table]) ? byChain(out[table]) : (out[table] as Record<string, readonly string[]>)
    const found = difference(expected, Object.fromEntries(Object.keys(expected).map((chain) => [chain, rulesOf(written[table], chain, input.servicePort)])), table)
    if (found) return found
  }
  return null
}

function rulesOf(table: readonly RuleChain[], chain: string, servicePort: string | undefined): readonly string[] {
  const found = table.find((candidate) => candidate.chain === chain)?.rules ?? []
  const rules = found.filter((rule) => !rule.includes(`-d ${unsaid.clusterIP} `) && !rule.includes(`--dport ${unsaid.nodePort} `))
  const isShared = /^KUBE-(?:SERVICES|EXTERNAL-SERVICES|NODEPORTS|PROXY-FIREWALL)$/.test(chain)
  return isShared && servicePort !== undefined ? rules.filter((rule) => rule.includes(servicePort)) : rules
}

function byChain(rules: readonly string[]): Record<string, string[]> {
  const chains: Record<string, string[]> = {}
  for (const rule of rules) (chains[rule.split(' ')[1] ?? ''] ??= []).push(rule)
  return chains
}

function serviceOf(input: GoldenCase['in']): Service | null {
  if (input.servicePort === undefined) return null
  const [key = '', portName] = input.servicePort.split(':') as string[]
  const [namespace = '', name = ''] = key.split('/')
  const type = input.type ?? (input.loadBalancerIP || input.healthCheckNodePort || input.loadBalancerSourceRanges ? 'LoadBalancer' : input.nodePort || input.externalTrafficPolicy ? 'NodePort' : 'ClusterIP')
  // A policy for traffic from outside is only heard when there is a way in.
  const nodePort = input.nodePort ?? (type === 'NodePort' ? unsaid.nodePort : undefined)
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name, uid: name },
    spec: {
      type,
      clusterIP: input.clusterIP ?? unsaid.clusterIP,
      ports: [{ ...(portName !== undefined && { name: portName }), port: input.port ?? 80, protocol: String(input.protocol ?? 'tcp').toUpperCase(), ...(nodePort !== undefined && { nodePort }) }],
      externalIPs: [input.externalIPs ?? input.externalIP ?? []].flat(),
      internalTrafficPolicy: input.internalTrafficPolicy ?? 'Cluster',
      externalTrafficPolicy: input.externalTrafficPolicy ?? (input.healthCheckNodePort === undefined ? 'Cluster' : 'Local'),
      loadBalancerSourceRanges: input.loadBalancerSourceRanges ?? input.sourceRanges ?? [],
      ...(input.healthCheckNodePort !== undefined && { healthCheckNodePort: input.healthCheckNodePort }),
      ...(typeof input.affinitySeconds === 'number' && { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: input.affinitySeconds } } }),
    },
    status: { loadBalancer: { ingress: [input.loadBalancerIPs ?? input.loadBalancerIP ?? []].flat().map((ip: string) => ({ ip })) } },
  } as unknown as Service
}

/** What a node answers a load balancer that has so many endpoints of the Service here, and one elsewhere. */
export function healthOf(local: readonly number[]): unknown {
  const service = { metadata: { namespace: 'default', name: 'web' }, spec: { ports: [{ port: 80 }] } } as unknown as Service
  const answers = local.map((count) => {
    const endpoints = Array.from({ length: count + 1 }, (_, at) => ({ addresses: [`10.180.0.${at}`], nodeName: at < count ? 'n1' : 'n2', conditions: { ready: true } }))
    const slice = { metadata: { namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } }, ports: [{ name: '', port: 80 }], endpoints } as unknown as EndpointSlice
    return healthAnswer(service, localReadyEndpoints(createProxyView({ name: 'n1', zone: undefined }, { services: [service], slices: [slice] }), service), true)
  })
  return { status: answers.map(({ status }) => status), bodyKeys: Object.keys(answers[0]?.body ?? {}) }
}

/** The endpoints given; else one on this node, but when traffic is refused: one on another node if a policy is the reason, or none. */
function slicesOf({ metadata }: Service, input: GoldenCase['in'], out: GoldenCase['out']): EndpointSlice[] {
  const isRefused = Object.keys(Array.isArray(out.filter) ? byChain(out.filter) : (out.filter ?? {})).some((chain) => /^KUBE-(?:EXTERNAL-)?SERVICES$/.test(chain))
  const isAboutPolicy = [input.externalTrafficPolicy, input.internalTrafficPolicy].includes('Local')
  const texts: readonly string[] = input.endpoints ?? (isRefused && !isAboutPolicy ? [] : ['10.180.0.2:80'])
  const local: readonly string[] = input.localEndpoints ?? (isRefused ? [] : texts)
  return texts.map((text) => {
    const [, address = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? []
    return {
      metadata: { namespace: metadata.namespace, labels: { 'kubernetes.io/service-name': metadata.name } },
      ports: [{ name: String(input.servicePort).split(':')[1] ?? '', port: Number(port) }],
      endpoints: [{ addresses: [address], nodeName: local.includes(text) ? 'n1' : 'n2', conditions: { ready: true } }],
    } as unknown as EndpointSlice
  })
}
