// Upstream: what the chains of pkg/proxy/iptables do to a packet (v1.36). Left out: connection tracking.
import { endpointChain, probabilityAt } from './chain-names.ts'
import type { ProxyEndpoint } from './endpoint-choice.ts'
import { endpointText, type ServicePortPlan } from './service-ports.ts'

/** A packet that is on its way through a node's rules. */
export interface Passing {
  readonly node: string
  /** The address that it comes from; undefined: somebody outside, of whom nothing is remembered. */
  readonly client: string | undefined
  /** The Service's own address, one that is known outside (a load balancer's, an external IP), or a port of the node. */
  readonly destination: 'internal' | 'external' | 'nodePort'
  /** It comes straight from a pod of this node: then no policy holds for external destinations. */
  readonly fromPod: boolean
}

/** What of the node's kernel decides beside the rules. */
export interface PacketState {
  /** Which of several endpoints the rules' dice choose. */
  choose(count: number): number
  /** Whether the node sent this client through an endpoint's chain within so many seconds. */
  remembers(node: string, chain: string, client: string, seconds: number): boolean
  /** Real traffic passes: the node remembers it. */
  note(node: string, chain: string, client: string, seconds: number): void
}

/** The endpoint that the rules send a packet to. */
export interface EndpointPick {
  readonly endpoint: ProxyEndpoint
  /** Everybody whom the dice might have chosen. */
  readonly candidates: readonly ProxyEndpoint[]
  /** The client was there before, and its session is kept. */
  readonly isRemembered: boolean
  /** `KUBE-SVC-… → KUBE-SEP-…, probability 0.5000000000` */
  readonly rule: string
}

/** Sends a packet through the chains of a service port; null: they refuse it. `isReal`: the node will remember. */
export function pickEndpoint(plan: ServicePortPlan, { node, client, destination, fromPod }: Passing, state: PacketState, isReal: boolean): EndpointPick | null {
  const isExternal = destination !== 'internal'
  const isLocal = isExternal ? plan.externalLocal && !fromPod : plan.internalLocal
  const usable = (isLocal ? plan.choice.localEndpoints : plan.choice.clusterEndpoints) ?? []
  if (usable.length === 0) return null
  const chainOf = (endpoint: ProxyEndpoint) => endpointChain(plan.name, plan.protocol, endpointText(endpoint))
  const policyChain = isLocal ? plan.chains.local : plan.chains.cluster
  const way = isExternal ? `${plan.chains.external} → ${policyChain}` : policyChain
  const seconds = client === undefined ? undefined : plan.affinitySeconds
  const known = seconds === undefined || client === undefined ? undefined : usable.find((endpoint) => state.remembers(node, chainOf(endpoint), client, seconds))
  const place = usable.length > 1 && !known ? state.choose(usable.length) : 0
  const endpoint = known ?? usable[place]!
  const chain = chainOf(endpoint)
  if (isReal && seconds !== undefined && client !== undefined) state.note(node, chain, client, seconds)
  const probability = probabilityAt(place, usable.length)
  const why = known ? `, remembered for ${seconds} s` : probability === undefined ? '' : `, probability ${probability}`
  return { endpoint, candidates: known ? [known] : usable, isRemembered: known !== undefined, rule: `${way} → ${chain}${why}` }
}
