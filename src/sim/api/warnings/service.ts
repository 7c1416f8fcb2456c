// Upstream: pkg/api/service/warnings.go (v1.36). Left out: clusterIPs, of which every one is canonical here.
import { addressWarnings, cidrWarnings } from '../addresses.ts'
import type { Service } from '../generated/types.ts'

const hints = 'service.kubernetes.io/topology-aware-hints'

export function serviceWarnings({ metadata, spec }: Service): string[] {
  const { type, clusterIP, externalIPs = [], externalName, loadBalancerIP, loadBalancerSourceRanges = [], sessionAffinity, trafficDistribution } = spec
  const isNamed = type === 'ExternalName'
  const isHeadless = type === 'ClusterIP' && clusterIP === 'None'
  const hasExternalIPs = externalIPs.length > 0
  const ignored = (field: string, isSet: unknown): string[] => (isHeadless && isSet ? [`spec.${field} is ignored for headless services`] : [])
  return [
    ...(metadata.annotations?.[hints] === undefined ? [] : [`annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`]),
    ...ignored('loadBalancerIP', loadBalancerIP),
    ...ignored('externalIPs', hasExternalIPs),
    ...ignored('SessionAffinity', sessionAffinity !== 'None'),
    ...externalIPs.flatMap((ip, at) => addressWarnings(`spec.externalIPs[${at}]`, ip)),
    ...(hasExternalIPs && !isHeadless && !isNamed ? ['spec.externalIPs is deprecated and may no longer be implemented in some clusters'] : []),
    ...(loadBalancerIP ? addressWarnings('spec.loadBalancerIP', loadBalancerIP) : []),
    ...loadBalancerSourceRanges.flatMap((range, at) => cidrWarnings(`spec.loadBalancerSourceRanges[${at}]`, range)),
    ...(isNamed && hasExternalIPs ? ['spec.externalIPs is ignored when spec.type is "ExternalName"'] : []),
    ...(!isNamed && externalName ? ['spec.externalName is ignored when spec.type is not "ExternalName"'] : []),
    ...(trafficDistribution === 'PreferClose' ? ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'] : []),
  ]
}

/** Of the addresses that a load balancer has given. */
export function serviceStatusWarnings({ status }: Service): string[] {
  return (status.loadBalancer?.ingress ?? []).flatMap(({ ip }, at) => (ip ? addressWarnings(`status.loadBalancer.ingress[${at}]`, ip) : []))
}
