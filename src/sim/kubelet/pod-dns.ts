// Upstream: pkg/kubelet/network/dns/dns.go, kubelet_pods.go GeneratePodHostNameAndDomain hostsFileContent (v1.36). Left out: domains whose names are no DNS names.
import type { ObjectMeta, PodSpec } from '../api/generated/types.ts'
import type { KubeletFlags } from './flags.ts'

/** What names in a pod depend on. */
export interface NamedPod {
  readonly metadata: Pick<ObjectMeta, 'name' | 'namespace'>
  readonly spec: PodSpec
}

/** What a resolv.conf says. */
export interface Resolver {
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  readonly options: readonly string[]
}

/** The resolvers a kubelet knows: the cluster's, and its machine's own file. */
export interface DnsSettings {
  readonly clusterDNS: readonly string[]
  readonly clusterDomain: string
  readonly host: Resolver
}

/** The machines ask their router. */
const machineResolver: Resolver = { nameservers: ['192.168.0.1'], search: [], options: [] }

/** What a kubelet's flags and its machine say. */
export function dnsSettingsOf({ clusterDNS, clusterDomain }: Pick<KubeletFlags, 'clusterDNS' | 'clusterDomain'>): DnsSettings {
  return { clusterDNS: clusterDNS.split(',').filter((address) => address !== ''), clusterDomain, host: machineResolver }
}

/** A pod that wants the cluster's DNS gets its machine's instead, because the kubelet knows no other: the words of MissingClusterDNS. */
export function missingDnsText({ spec: { dnsPolicy = 'ClusterFirst', hostNetwork } }: NamedPod, { clusterDNS }: DnsSettings): string | null {
  const wants = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && hostNetwork !== true)
  return wants && clusterDNS.length === 0 ? 'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.' : null
}

const mostNameservers = 3
const mostSearchDomains = 32
const mostSearchCharacters = 2048
const mostHostnameCharacters = 63

/** A pod's resolv.conf, and what had to be left out of it: the messages of DNSConfigForming. */
export function resolverOf(pod: NamedPod, settings: DnsSettings): { readonly resolver: Resolver; readonly warnings: readonly string[] } {
  const { nameservers, search, options } = withOwnConfig(pod, byPolicy(pod, settings))
  const warnings: string[] = []
  const servers = nameservers.length <= mostNameservers ? nameservers : nameservers.slice(0, mostNameservers)
  if (servers.length < nameservers.length) warnings.push(`Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${servers.join(' ')}`)
  const domains = fitting(search)
  if (domains.length < search.length) warnings.push(`Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${domains.join(' ')}`)
  return { resolver: { nameservers: servers, search: domains, options }, warnings }
}

/** The text of the file. */
export function resolverText({ nameservers, search, options }: Resolver): string {
  const lines = [...(search.length > 0 ? [`search ${search.join(' ')}`] : []), ...nameservers.map((address) => `nameserver ${address}`), ...(options.length > 0 ? [`options ${options.join(' ')}`] : [])]
  return lines.map((line) => `${line}\n`).join('')
}

/** What `hostname` says in a pod, and its full name when it has one. */
export function hostnameOf({ metadata, spec }: NamedPod, nodeName: string, clusterDomain: string): { readonly hostname: string; readonly fqdn: string | null } {
  if (spec.hostNetwork) return { hostname: nodeName, fqdn: null }
  const hostname = shortened(spec.hostnameOverride || spec.hostname || metadata.name)
  const fqdn = spec.subdomain && !spec.hostnameOverride ? `${hostname}.${spec.subdomain}.${metadata.namespace ?? ''}.svc.${clusterDomain}` : null
  return { hostname: spec.setHostnameAsFQDN && fqdn !== null ? fqdn : hostname, fqdn }
}

/** The lines of a pod's /etc/hosts: address, then names. */
export function hostsEntries(pod: NamedPod, podIPs: readonly string[], { hostname, fqdn }: { readonly hostname: string; readonly fqdn: string | null }): (readonly [address: string, names: string])[] {
  const short = fqdn === null ? hostname : hostname.split('.')[0]
  return [
    ['127.0.0.1', 'localhost'],
    ['::1', 'localhost ip6-localhost ip6-loopback'],
    ['fe00::0', 'ip6-localnet'],
    ['fe00::0', 'ip6-mcastprefix'],
    ['fe00::1', 'ip6-allnodes'],
    ['fe00::2', 'ip6-allrouters'],
    ...podIPs.map((ip) => [ip, fqdn === null ? hostname : `${fqdn}\t${short ?? ''}`] as const),
    ...(pod.spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => [ip, hostnames.join(' ')] as const),
  ]
}

function byPolicy({ spec, metadata }: NamedPod, { clusterDNS, clusterDomain, host }: DnsSettings): Resolver {
  const { dnsPolicy = 'ClusterFirst' } = spec
  if (dnsPolicy === 'None') return { nameservers: [], search: [], options: [] }
  const ofHost = dnsPolicy === 'Default' || (dnsPolicy === 'ClusterFirst' && spec.hostNetwork === true)
  if (ofHost || clusterDNS.length === 0) return host
  const domains = [`${metadata.namespace ?? ''}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain]
  return { nameservers: clusterDNS, search: host.search.length === 0 ? domains : unique([...domains, ...host.search]), options: ['ndots:5'] }
}

/** dnsConfig adds servers and domains; an option of the same name takes the other's place. */
function withOwnConfig({ spec }: NamedPod, base: Resolver): Resolver {
  const own = spec.dnsConfig
  if (!own) return base
  const options = new Map(base.options.map((option) => [option.split(':')[0] ?? '', option]))
  for (const { name = '', value } of own.options ?? []) options.set(name, value ? `${name}:${value}` : name)
  return { nameservers: unique([...base.nameservers, ...(own.nameservers ?? [])]), search: unique([...base.search, ...(own.searches ?? [])]), options: [...options.values()] }
}

function fitting(search: readonly string[]): readonly string[] {
  let characters = -1
  let fit = 0
  while (fit < search.length && fit < mostSearchDomains && characters + 1 + search[fit]!.length <= mostSearchCharacters) {
    characters += 1 + search[fit]!.length
    fit += 1
  }
  return fit === search.length ? search : search.slice(0, fit)
}

function shortened(name: string): string {
  return name.length <= mostHostnameCharacters ? name : name.slice(0, mostHostnameCharacters).replace(/[-.]+$/, '')
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
