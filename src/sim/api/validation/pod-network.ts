// Upstream: pkg/apis/core/validation: DNS, host aliases and ports of pods on the host's network (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import { checkAddress } from '../addresses.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, required, tooLong } from '../field-errors.ts'
import type { HostAlias, PodSpec } from '../generated/types.ts'
import { byteLength } from '../go-text.ts'
import { checkDns1123SubdomainWithUnderscore } from '../names.ts'
import { checkSubdomain, faultsOf } from './checks.ts'

/** On the host's network a container port is a host port; in a template it may still be left out. */
export function validateHostNetworkPorts(spec: PodSpec, isPod: boolean, path: string): FieldError[] {
  if (!spec.hostNetwork) return []
  return (spec.containers ?? []).flatMap((container, at) =>
    (container.ports ?? []).flatMap(({ hostPort = 0, containerPort }, index) =>
      (isPod || hostPort !== 0) && hostPort !== containerPort
        ? [invalid(`${path}.containers[${at}].ports[${index}].hostPort`, hostPort, 'must match `containerPort` when `hostNetwork` is true')]
        : [],
    ),
  )
}

const maxNameservers = 3
const maxSearches = 32
const maxSearchBytes = 2048

export function validateDNSConfig({ dnsConfig, dnsPolicy }: PodSpec, path: string): FieldError[] {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')]
    if (!dnsConfig.nameservers?.length) return [required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')]
  }
  if (!dnsConfig) return []
  const { nameservers = [], searches = [], options = [] } = dnsConfig
  const faults: FieldError[] = []
  if (nameservers.length > maxNameservers) faults.push(invalid(`${path}.nameservers`, nameservers, `must not have more than ${maxNameservers} nameservers`))
  nameservers.forEach((server, at) => addAll(faults, checkAddress(`${path}.nameservers[${at}]`, server, 'legacy')))
  if (searches.length > maxSearches) faults.push(invalid(`${path}.searches`, searches, `must not have more than ${maxSearches} search paths`))
  if (byteLength(searches.join(' ')) > maxSearchBytes) {
    faults.push(invalid(`${path}.searches`, searches, `must not have more than ${maxSearchBytes} characters (including spaces) in the search list`))
  }
  searches.forEach((search, at) => {
    const name = search.endsWith('.') ? search.slice(0, -1) : search
    if (search !== '.') addAll(faults, faultsOf(`${path}.searches[${at}]`, name, checkDns1123SubdomainWithUnderscore(name)))
  })
  options.forEach((option, at) => {
    if (!option.name) faults.push(required(`${path}.options[${at}]`, 'must not be empty'))
  })
  return faults
}

export function validateHostAliases(aliases: readonly HostAlias[], path: string): FieldError[] {
  return aliases.flatMap(({ ip, hostnames = [] }, at) => [
    ...checkAddress(`${path}[${at}].ip`, ip, 'legacy'),
    ...hostnames.flatMap((name, index) => checkSubdomain(`${path}[${at}].hostnames[${index}]`, name)),
  ])
}

/** A name of the host of its own choosing: what it is called and nothing else. */
export function validateHostnameOverride({ hostnameOverride, setHostnameAsFQDN, hostNetwork }: PodSpec, path: string): FieldError[] {
  if (hostnameOverride === undefined) return []
  return [
    ...(setHostnameAsFQDN ? [forbidden(path, 'may not be specified when setHostnameAsFQDN is true')] : []),
    ...(hostNetwork ? [forbidden(path, 'may not be specified when hostNetwork is true')] : []),
    ...(byteLength(hostnameOverride) > 64 ? [tooLong(path, 64)] : []),
    ...checkSubdomain(path, hostnameOverride),
  ]
}
