// Upstream: pkg/apis/core/validation ValidateServiceClusterIPsRelatedFields and what an update may change of them (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import { checkAddress, parseAddress } from '../addresses.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, invalid, notSupported, required } from '../field-errors.ts'
import type { Service } from '../generated/types.ts'
import { checkOptionalChoice } from './checks.ts'

type Spec = Service['spec']

/** No address of its own: its name leads to the pods themselves. */
export function isHeadless({ clusterIPs = [] }: Spec): boolean {
  return clusterIPs.length === 1 && clusterIPs[0] === 'None'
}

/** clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy, which must tell one story. */
export function validateClusterIPs(spec: Spec): FieldError[] {
  if (spec.type === 'ExternalName') return []
  const { clusterIP = '', clusterIPs = [], ipFamilies = [] } = spec
  const path = 'spec.clusterIPs'
  const faults: FieldError[] = []
  if (clusterIP && clusterIPs.length === 0) faults.push(required(path, ''))
  else if (clusterIP && clusterIPs[0] !== clusterIP) faults.push(invalid(path, clusterIPs, 'first value must match `clusterIP`'))
  else if (!clusterIP && clusterIPs.length > 0) faults.push(invalid(path, clusterIPs, 'must be empty when `clusterIP` is not specified'))
  ipFamilies.forEach((family, at) => {
    if (family !== 'IPv4' && family !== 'IPv6') faults.push(notSupported(`spec.ipFamilies[${at}]`, family, ['IPv4', 'IPv6']))
    if (ipFamilies.indexOf(family) < at) faults.push(duplicate(`spec.ipFamilies[${at}]`, family))
  })
  addAll(faults, checkOptionalChoice('spec.ipFamilyPolicy', spec.ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack']))
  const addresses = validateAddresses(clusterIPs, path)
  addAll(faults, addresses)
  if (clusterIPs.length > 2) faults.push(invalid(path, clusterIPs, 'may only hold up to 2 values'))
  if (addresses.length > 0) return faults
  if (clusterIPs.length > 1 && !isDualStack(clusterIPs)) faults.push(invalid(path, clusterIPs, 'may specify no more than one IP for each IP family'))
  if (!isHeadless(spec)) {
    clusterIPs.forEach((ip, at) => {
      const family = ipFamilies[at]
      const actual = familyOf(ip)
      if ((family === 'IPv4' || family === 'IPv6') && family !== actual) faults.push(invalid(`${path}[${at}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${at}]\``))
    })
  }
  return faults
}

function validateAddresses(clusterIPs: readonly string[], path: string): FieldError[] {
  return clusterIPs.flatMap((ip, at) => {
    if (at > 0 || ip !== 'None') return checkAddress(`${path}[${at}]`, ip, 'legacy')
    return clusterIPs.length > 1 ? [invalid(path, clusterIPs, "'None' must be the first and only value")] : []
  })
}

function familyOf(ip: string): 'IPv4' | 'IPv6' {
  return parseAddress(ip)?.family === 6 ? 'IPv6' : 'IPv4'
}

function isDualStack(ips: readonly string[]): boolean {
  return new Set(ips.map(familyOf)).size === 2
}

/** The first address and family stay; the second may come and go. */
export function validateClusterIPsUpdate(next: Spec, old: Spec): FieldError[] {
  if (next.type === 'ExternalName' || old.type === 'ExternalName') return []
  const faults = isHeadless(next) && isHeadless(old) ? [] : unchangedList('spec.clusterIPs', next.clusterIPs ?? [], old.clusterIPs ?? [], next)
  return isHeadless(next) || isHeadless(old) ? faults : [...faults, ...unchangedList('spec.ipFamilies', next.ipFamilies ?? [], old.ipFamilies ?? [], next)]
}

function unchangedList(path: string, next: readonly string[], old: readonly string[], spec: Spec): FieldError[] {
  const isIPs = path === 'spec.clusterIPs'
  // Of families upstream shows the addresses when their number has changed, and always blames the first.
  const shown = isIPs || next.length === old.length ? next : (spec.clusterIPs ?? [])
  if (next.length === old.length) {
    return old.flatMap((value, at) => (value === next[at] ? [] : [invalid(`${path}[${isIPs ? at : 0}]`, shown, 'may not change once set')]))
  }
  const faults: FieldError[] = []
  if (next.length < old.length && (isIPs ? next.length : (spec.clusterIPs ?? []).length) === 0) {
    faults.push(invalid(`${path}[0]`, next.length === 0 ? null : next, `primary ${isIPs ? 'clusterIP' : 'ipFamily'} can not be unset`))
  }
  if (old.length > 0 && next.length > 0 && next[0] !== old[0]) faults.push(invalid(`${path}[0]`, shown, 'may not change once set'))
  if (next.length < old.length && next.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    faults.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, `must be set to 'SingleStack' when releasing the secondary ${isIPs ? 'clusterIP' : 'ipFamily'}`))
  }
  return faults
}
