// Upstream: pkg/proxy/iptables syncProxyRules (v1.36). Left out: jumps from the kernel's own chains, --random-fully, node ports on some addresses only, masqueradeAll.
import { parseAddress, parseCidr } from '../api/addresses.ts'
import type { Service } from '../api/generated/types.ts'
import { endpointChain, probabilityAt } from './chain-names.ts'
import type { ProxyEndpoint } from './endpoint-choice.ts'
import type { ProxyView } from './kube-proxy.ts'
import { proxyConfiguration } from './proxy-configuration.ts'
import { comment, TableWriter, type RuleChain, type RuleTables } from './rule-tables.ts'
import { endpointText, isExternallyAccessible, servicePortPlans, type Family, type ServicePortPlan } from './service-ports.ts'

/** What a proxy knows of its machine and of the cluster's network. */
export interface RuleSettings {
  readonly family: Family
  /** The pods' addresses; undefined: what comes from a pod cannot be told from the rest. */
  readonly clusterCidr?: string
  readonly nodeIP?: string
  /** The kernel counts packets by name (nfacct). */
  readonly nfacctCounters: boolean
}

/** With more endpoints than this, comments are left out. */
const largeCluster = 1000
const mark = `0x${(1 << proxyConfiguration.iptables.masqueradeBit).toString(16)}`
const masquerade = '-j KUBE-MARK-MASQ'

/** The rules that a node's proxy has written, worked out from what it has seen; nothing of them is kept. `about`: only those of one Service. */
export function iptablesRules(view: ProxyView, settings: RuleSettings, about?: Service): RuleTables {
  const endpoints = view.services.flatMap((service) => (service.spec.ports ?? []).map(({ name }) => view.endpoints(service, name).length))
  const writer = new RuleWriter(settings, endpoints.reduce((sum, count) => sum + count, 0) > largeCluster)
  if (!about) writer.writeMasquerading()
  for (const plan of servicePortPlans(about ? [about] : view.services, view, settings.family)) writer.writePort(plan)
  if (!about) writer.writeLast()
  const { filter, nat } = writer.written()
  return about ? { filter: filter.filter(hasRules), nat: nat.filter(hasRules) } : { filter, nat }
}

class RuleWriter {
  private readonly filter = new TableWriter(['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-FORWARD', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL'])
  private readonly nat = new TableWriter(['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'])

  constructor(
    private readonly settings: RuleSettings,
    private readonly isLarge: boolean,
  ) {}

  written(): RuleTables {
    return { filter: this.filter.written(), nat: this.nat.written() }
  }

  writeMasquerading(): void {
    this.nat.append('KUBE-POSTROUTING', `-m mark ! --mark ${mark}/${mark} -j RETURN`)
    this.nat.append('KUBE-POSTROUTING', `-j MARK --xor-mark ${mark}`)
    this.nat.append('KUBE-POSTROUTING', comment('kubernetes service traffic requiring SNAT'), '-j MASQUERADE')
    this.nat.append('KUBE-MARK-MASQ', `-j MARK --or-mark ${mark}`)
    if (this.settings.family === 'IPv4' && proxyConfiguration.iptables.localhostNodePorts) {
      this.filter.append('KUBE-FIREWALL', comment('block incoming localnet connections'), '-d 127.0.0.0/8 ! -s 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP')
    }
  }

  writePort(plan: ServicePortPlan): void {
    const { choice, chains } = plan
    const local = choice.localEndpoints ?? []
    const takesInternal = choice.hasAnyEndpoints && (!plan.internalLocal || local.length > 0)
    const takesExternal = choice.hasAnyEndpoints && (!plan.externalLocal || local.length > 0)
    this.captureInternal(plan, takesInternal)
    this.captureExternal(plan, takesExternal)
    if (choice.hasAnyEndpoints && isExternallyAccessible(plan)) this.writeExternalChain(plan, takesExternal)
    if (isFirewalled(plan)) this.writeFirewallChain(plan)
    this.writeEndpointJumps(plan, chains.cluster, choice.clusterEndpoints ?? [])
    this.writeEndpointJumps(plan, chains.local, local)
    for (const endpoint of reachable(choice)) this.writeEndpointChain(plan, endpoint)
  }

  /** Node ports come after everything else. */
  writeLast(): void {
    const notHere = this.settings.family === 'IPv6' ? ['! -d ::1/128'] : proxyConfiguration.iptables.localhostNodePorts ? [] : ['! -d 127.0.0.0/8']
    this.nat.append('KUBE-SERVICES', comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain'), '-m addrtype --dst-type LOCAL', ...notHere, '-j KUBE-NODEPORTS')
    this.filter.append('KUBE-FORWARD', '-m conntrack --ctstate INVALID', ...(this.settings.nfacctCounters ? ['-m nfacct --nfacct-name ct_state_invalid_dropped_pkts'] : []), '-j DROP')
    this.filter.append('KUBE-FORWARD', comment('kubernetes forwarding rules'), `-m mark --mark ${mark}/${mark} -j ACCEPT`)
    this.filter.append('KUBE-FORWARD', comment('kubernetes forwarding conntrack rule'), '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT')
  }

  private captureInternal(plan: ServicePortPlan, hasEndpoints: boolean): void {
    const target = packetsTo(plan, plan.clusterIP)
    if (!hasEndpoints) {
      this.filter.append('KUBE-SERVICES', refusal(plan), target, `-j ${verdict(plan)}`)
      return
    }
    const chain = plan.internalLocal ? plan.chains.local : plan.chains.cluster
    const about = comment(`${plan.name} cluster IP`)
    this.nat.append('KUBE-SERVICES', about, target, `-j ${chain}`)
    // Who comes from outside of the cluster with a route to its Services may leave on another node.
    if (this.settings.clusterCidr !== undefined) this.nat.append(chain, about, target, `! -s ${this.settings.clusterCidr}`, masquerade)
  }

  private captureExternal(plan: ServicePortPlan, hasEndpoints: boolean): void {
    const { chains, choice } = plan
    const refuse = (...target: string[]) => !hasEndpoints && this.filter.append('KUBE-EXTERNAL-SERVICES', refusal(plan), ...target, `-j ${verdict(plan)}`)
    for (const address of plan.externalIPs) {
      if (choice.hasAnyEndpoints) this.nat.append('KUBE-SERVICES', comment(`${plan.name} external IP`), packetsTo(plan, address), `-j ${chains.external}`)
      refuse(packetsTo(plan, address))
    }
    for (const address of plan.loadBalancerIPs) {
      if (choice.hasAnyEndpoints) this.nat.append('KUBE-SERVICES', comment(`${plan.name} loadbalancer IP`), packetsTo(plan, address), `-j ${isFirewalled(plan) ? chains.firewall : chains.external}`)
      if (isFirewalled(plan)) this.filter.append('KUBE-PROXY-FIREWALL', comment(`${plan.name} traffic not accepted by ${chains.firewall}`), packetsTo(plan, address), '-j DROP')
      refuse(packetsTo(plan, address))
    }
    if (plan.nodePort !== 0) {
      if (choice.hasAnyEndpoints) this.captureNodePort(plan)
      refuse('-m addrtype --dst-type LOCAL', `${ofProtocol(plan)} --dport ${plan.nodePort}`)
    }
    if (plan.healthCheckNodePort !== 0) this.filter.append('KUBE-NODEPORTS', comment(`${plan.name} health check node port`), `-m tcp -p tcp --dport ${plan.healthCheckNodePort} -j ACCEPT`)
  }

  private captureNodePort({ chains, name, nodePort, ...plan }: ServicePortPlan): void {
    const { family, nfacctCounters } = this.settings
    if (family === 'IPv4' && nfacctCounters && proxyConfiguration.iptables.localhostNodePorts) {
      this.nat.append('KUBE-NODEPORTS', comment(name), ofProtocol(plan), `-d 127.0.0.0/8 --dport ${nodePort} -m nfacct --nfacct-name localhost_nps_accepted_pkts -j ${chains.external}`)
    }
    this.nat.append('KUBE-NODEPORTS', comment(name), ofProtocol(plan), `--dport ${nodePort} -j ${chains.external}`)
  }

  private writeExternalChain({ chains, name, externalLocal }: ServicePortPlan, hasEndpoints: boolean): void {
    const to = `${name} external destinations`
    if (!externalLocal) this.nat.append(chains.external, comment(`masquerade traffic for ${to}`), masquerade)
    else {
      // Pods and the node itself are not held to the policy: it is as if they went out to the load balancer and came back.
      if (this.settings.clusterCidr !== undefined) this.nat.append(chains.external, comment(`pod traffic for ${to}`), `-s ${this.settings.clusterCidr} -j ${chains.cluster}`)
      this.nat.append(chains.external, comment(`masquerade LOCAL traffic for ${to}`), `-m addrtype --src-type LOCAL ${masquerade}`)
      this.nat.append(chains.external, comment(`route LOCAL traffic for ${to}`), `-m addrtype --src-type LOCAL -j ${chains.cluster}`)
    }
    if (hasEndpoints) this.nat.append(chains.external, `-j ${externalLocal ? chains.local : chains.cluster}`)
  }

  private writeFirewallChain({ chains, name, sourceRanges, loadBalancerIPs }: ServicePortPlan): void {
    const about = comment(`${name} loadbalancer IP`)
    for (const range of sourceRanges) this.nat.append(chains.firewall, about, `-s ${range} -j ${chains.external}`)
    // A request of this node to the load balancer loops back with the load balancer's address as its source.
    const { nodeIP } = this.settings
    const loops = nodeIP !== undefined && sourceRanges.some((range) => contains(range, nodeIP))
    for (const address of loops ? loadBalancerIPs : []) this.nat.append(chains.firewall, about, `-s ${address} -j ${chains.external}`)
    this.nat.append(chains.firewall, comment(`other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL`))
  }

  /** First whom a client was sent to before, then the dice. */
  private writeEndpointJumps(plan: ServicePortPlan, chain: string, endpoints: readonly ProxyEndpoint[]): void {
    const jump = (endpoint: ProxyEndpoint, ...words: string[]) =>
      this.nat.append(chain, ...this.remark(`${plan.name} -> ${endpointText(endpoint)}`), ...words, `-j ${endpointChain(plan.name, plan.protocol, endpointText(endpoint))}`)
    if (plan.affinitySeconds !== undefined) {
      for (const endpoint of endpoints) jump(endpoint, `-m recent --name ${endpointChain(plan.name, plan.protocol, endpointText(endpoint))} --rcheck --seconds ${plan.affinitySeconds} --reap`)
    }
    for (const [place, endpoint] of endpoints.entries()) {
      const probability = probabilityAt(place, endpoints.length)
      jump(endpoint, ...(probability === undefined ? [] : [`-m statistic --mode random --probability ${probability}`]))
    }
  }

  private writeEndpointChain(plan: ServicePortPlan, endpoint: ProxyEndpoint): void {
    const chain = endpointChain(plan.name, plan.protocol, endpointText(endpoint))
    const remembers = plan.affinitySeconds === undefined ? [] : [`-m recent --name ${chain} --set`]
    this.nat.append(chain, ...this.remark(plan.name), `-s ${endpoint.address}`, masquerade)
    this.nat.append(chain, ...this.remark(plan.name), ...remembers, ofProtocol(plan), `-j DNAT --to-destination ${endpointText(endpoint)}`)
  }

  private remark(text: string): string[] {
    return this.isLarge ? [] : [comment(text)]
  }
}

function hasRules({ rules }: RuleChain): boolean {
  return rules.length > 0
}

/** Everybody who is sent to from this node. */
function reachable({ clusterEndpoints, localEndpoints }: ServicePortPlan['choice']): readonly ProxyEndpoint[] {
  const cluster = clusterEndpoints ?? []
  const known = new Set(cluster.map(endpointText))
  return [...cluster, ...(localEndpoints ?? []).filter((endpoint) => !known.has(endpointText(endpoint)))]
}

function isFirewalled({ choice, loadBalancerIPs, sourceRanges }: ServicePortPlan): boolean {
  return choice.hasAnyEndpoints && loadBalancerIPs.length > 0 && sourceRanges.length > 0
}

function ofProtocol({ protocol }: Pick<ServicePortPlan, 'protocol'>): string {
  return `-m ${protocol} -p ${protocol}`
}

function packetsTo(plan: ServicePortPlan, address: string): string {
  return `${ofProtocol(plan)} -d ${address} --dport ${plan.port}`
}

/** Nobody anywhere: the client is told. Nobody here: it hears nothing. */
function verdict({ choice }: ServicePortPlan): 'REJECT' | 'DROP' {
  return choice.hasAnyEndpoints ? 'DROP' : 'REJECT'
}

function refusal({ choice, name }: ServicePortPlan): string {
  return comment(`${name} has no ${choice.hasAnyEndpoints ? 'local ' : ''}endpoints`)
}

function contains(range: string, address: string): boolean {
  const cidr = parseCidr(range)
  const found = parseAddress(address)
  if (!cidr || !found || cidr.address.family !== found.family) return false
  const width = found.family === 4 ? 8 : 16
  return found.parts.every((part, at) => {
    const rest = width - Math.min(width, Math.max(0, cidr.bits - at * width))
    return part >> rest === cidr.address.parts[at]! >> rest
  })
}
