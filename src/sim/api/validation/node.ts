// Upstream: pkg/apis/core/validation ValidateNode, ValidateNodeUpdate (v1.36). Left out: kubelet configuration by ConfigMap, annotations of old, swap.
import { addAll } from '../../kernel/add-all.ts'
import { checkCidr, parseCidr } from '../addresses.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, forbidden, internal, invalid } from '../field-errors.ts'
import type { Node } from '../generated/types.ts'
import { byteLength, quoted } from '../go-text.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'
import { validateQuantity } from './resources.ts'
import { validateTaints } from './tolerations.ts'

export function validateNode(node: Node): FieldError[] {
  return [
    ...validateObjectMeta(node.metadata, false, nameIsDnsSubdomain),
    ...validateTaints(node.spec.taints ?? [], 'metadata.taints'),
    ...validateAmounts(node),
    ...validateDeclaredFeatures(node.status.declaredFeatures ?? []),
    ...validatePodCIDRs(node.spec.podCIDRs ?? []),
  ]
}

/** By either door: a heartbeat must be cheap, so what is shared with the old node is not judged again. */
export function validateNodeUpdate(next: Node, old: Node): FieldError[] {
  return [
    ...validateObjectMetaUpdate(next.metadata, old.metadata),
    ...(next.status.capacity === old.status.capacity && next.status.allocatable === old.status.allocatable ? [] : validateAmounts(next)),
    ...(next.status.addresses === old.status.addresses ? [] : validateAddresses(next)),
    ...(next.spec === old.spec ? [] : validateSpecUpdate(next, old)),
  ]
}

function validateSpecUpdate(next: Node, old: Node): FieldError[] {
  const faults: FieldError[] = []
  const before = old.spec.podCIDRs ?? []
  const after = next.spec.podCIDRs ?? []
  const changed = forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')
  if (before.length > 0 && before.length !== after.length) faults.push(changed)
  else addAll(faults, before.filter((cidr, at) => cidr !== after[at]).map(() => changed))
  if (old.spec.providerID && old.spec.providerID !== next.spec.providerID) {
    faults.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'))
  }
  addAll(faults, validateTaints(next.spec.taints ?? [], 'metadata.taints'))
  if ((next.spec.externalID ?? '') !== (old.spec.externalID ?? '')) faults.push(forbidden('spec.externalID', 'may not be updated'))
  return faults
}

function validateAmounts({ status }: Node): FieldError[] {
  return (['capacity', 'allocatable'] as const).flatMap((field) =>
    Object.entries(status[field] ?? {}).flatMap(([name, amount]) => validateQuantity(name, amount, `status.${field}.${name}`)),
  )
}

function validateAddresses({ status }: Node): FieldError[] {
  const seen = new Set<string>()
  return (status.addresses ?? []).flatMap((address, at) => {
    const text = JSON.stringify([address.type, address.address])
    if (seen.has(text)) return [duplicate(`status.addresses[${at}]`, address)]
    seen.add(text)
    return []
  })
}

const featureName = /^[A-Z][a-zA-Z0-9]*(?:\/[a-zA-Z][a-zA-Z0-9]*)*$/

/** Sorted, each once, named as feature gates are. */
function validateDeclaredFeatures(features: readonly string[]): FieldError[] {
  const path = 'status.declaredFeatures'
  return features.flatMap((feature, at) => {
    const next = features[at + 1]
    const here = `${path}[${at}]`
    const faults: FieldError[] = []
    if (byteLength(feature) > 253) faults.push(invalid(here, feature, `invalid feature name ${quoted(feature)}: must be no more than 253 characters`))
    else if (!featureName.test(feature)) faults.push(invalid(here, feature, `invalid feature name ${quoted(feature)}: ${featureForm}`))
    if (next === feature) faults.push(duplicate(`${path}[${at + 1}]`, next))
    else if (next !== undefined && feature > next) faults.push(invalid(`${path}[${at + 1}]`, next, 'list must be sorted alphabetically'))
    return faults
  })
}

const featureForm = "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes"

function validatePodCIDRs(cidrs: readonly string[]): FieldError[] {
  const path = 'spec.podCIDRs'
  const faults = cidrs.flatMap((cidr, at) => checkCidr(`${path}[${at}]`, cidr, 'legacy'))
  if (cidrs.length < 2) return faults
  const broken = cidrs.findIndex((cidr) => !parseCidr(cidr))
  if (broken >= 0) faults.push(internal(path, `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${broken}]: <nil> (invalid CIDR address: ${cidrs[broken]})`))
  const families = new Set(cidrs.map((cidr) => parseCidr(cidr)?.address.family))
  if (broken >= 0 || families.size !== 2 || cidrs.length > 2) faults.push(invalid(path, cidrs, 'may specify no more than one CIDR for each IP family'))
  return faults
}
