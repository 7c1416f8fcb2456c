// Upstream: pkg/apis/core/validation validateResourceRequirements (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, forbidden, invalid, notFound, required } from '../field-errors.ts'
import type { ResourceClaim, ResourceRequirements } from '../generated/types.ts'
import { checkQualifiedName } from '../names.ts'
import { parseQuantity, scaledValue } from '../quantity.ts'
import { compareAmounts, isWhole, signOf } from '../schema/quantities.ts'
import { checkLabel, checkQualified } from './checks.ts'

type Amounts = Readonly<Record<string, string>>

/** What a container, or a whole pod, asks for and may use at most. */
export function validateResources(resources: ResourceRequirements | undefined, level: 'container' | 'pod', claimNames: readonly string[], path: string): FieldError[] {
  const { limits = {}, requests = {}, claims = [] } = resources ?? {}
  const faults: FieldError[] = []
  for (const [name, amount] of sorted(limits)) {
    const here = `${path}.limits[${name}]`
    addAll(faults, validateAmount(name, amount, level, here), validateHugePages(name, amount, here))
  }
  for (const [name, amount] of sorted(requests)) {
    const here = `${path}.requests[${name}]`
    addAll(faults, validateAmount(name, amount, level, here), againstLimit(name, amount, limits[name], path), validateHugePages(name, amount, here))
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory')) faults.push(forbidden(path, 'HugePages require cpu or memory'))
  return [...faults, ...validateClaims(claims, claimNames, `${path}.claims`)]
}

/** A resource's name and amount, and nothing else. */
export function validateQuantity(name: string, amount: string, path: string): FieldError[] {
  const faults: FieldError[] = []
  if (signOf(amount) < 0) faults.push(invalid(path, amount, 'must be greater than or equal to 0'))
  if (isInteger(name) && !isWhole(amount)) faults.push(invalid(path, amount, 'must be an integer'))
  return faults
}

/** Maps have no order; ours is that of the names. */
export function sorted(amounts: Amounts): [string, string][] {
  return Object.entries(amounts).sort(([one], [other]) => (one < other ? -1 : 1))
}

function validateAmount(name: string, amount: string, level: 'container' | 'pod', path: string): FieldError[] {
  return [...(level === 'pod' ? validatePodName(name, path) : validateContainerName(name, path)), ...validateQuantity(name, amount, path)]
}

const standard = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage', 'pods',
  'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'storage', 'requests.storage', 'services.nodeports', 'services.loadbalancers',
])

function validateName(name: string, path: string): FieldError[] {
  const faults = checkQualified(path, name)
  if (faults.length > 0) return faults
  return name.includes('/') || isStandard(name) ? [] : [invalid(path, name, 'must be a standard resource type or fully qualified')]
}

function isStandard(name: string): boolean {
  return standard.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-')
}

/** A resource whose use can be limited without saying whose it is: all standard ones but `storage`, which is limited as `requests.storage`. */
export function isQuotaResource(name: string): boolean {
  return isStandard(name) && name !== 'storage'
}

/** The name and the amount of a resource that a quota limits or counts. */
export function validateQuotaAmount(name: string, amount: string, path: string): FieldError[] {
  const faults = validateName(name, path)
  if (!name.includes('/') && !isQuotaResource(name)) faults.push(invalid(path, name, 'must be a standard resource for quota'))
  return [...faults, ...validateQuantity(name, amount, path)]
}

function validateContainerName(name: string, path: string): FieldError[] {
  const faults = validateName(name, path)
  if (!name.includes('/')) {
    const usable = name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || isHugePages(name)
    return usable ? faults : [...faults, invalid(path, name, 'must be a standard resource for containers')]
  }
  return isNative(name) || isExtended(name) ? faults : [...faults, invalid(path, name, "doesn't follow extended resource name standard")]
}

function validatePodName(name: string, path: string): FieldError[] {
  const faults = validateName(name, path)
  if (faults.length > 0 || name === 'cpu' || name === 'memory' || isHugePages(name)) return faults
  return [{ type: 'FieldValueNotSupported', field: path, badValue: name, detail: 'supported values: "cpu", "hugepages-", "memory"' }]
}

function againstLimit(name: string, amount: string, limit: string | undefined, path: string): FieldError[] {
  const overcommitted = isNative(name) && !isHugePages(name)
  if (limit === undefined) return overcommitted ? [] : [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')]
  const order = compareAmounts(amount, limit)
  if (order !== 0 && !overcommitted) return [invalid(`${path}.requests`, amount, `must be equal to ${name} limit of ${limit}`)]
  return order > 0 ? [invalid(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`)] : []
}

function validateHugePages(name: string, amount: string, path: string): FieldError[] {
  if (!isHugePages(name)) return []
  const size = name.slice('hugepages-'.length)
  if (signOf(size) > 0 && isMultiple(amount, size)) return []
  return [invalid(path, amount, `${amount} is not positive integer multiple of ${name}`)]
}

function validateClaims(claims: readonly ResourceClaim[], known: readonly string[], path: string): FieldError[] {
  const names = new Set<string>()
  return claims.flatMap(({ name, request }, at): FieldError[] => {
    const here = `${path}[${at}]`
    if (!name) return [required(here, '')]
    const faults: FieldError[] = request ? checkLabel(`${here}.request`, request) : []
    const key = request ? `${name}/${request}` : name
    if (names.has(name) || names.has(key)) faults.push(duplicate(here, names.has(name) ? name : key))
    names.add(key)
    if (known.includes(name)) return faults
    const others = known.length === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`
    return [...faults, { ...notFound(here, name), detail: `must be one of the names in pod.spec.resourceClaims${others}` }]
  })
}

/** Memory in pages of one size. */
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-')
}

/** A resource of Kubernetes' own; the others are somebody's devices. */
export function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

/** A resource that somebody else brings to nodes, such as `example.com/gpu`. */
export function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && checkQualifiedName(`requests.${name}`).length === 0
}

function isInteger(name: string): boolean {
  return integers.has(name) || isExtended(name)
}

const integers = new Set([
  'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers',
])

function isMultiple(amount: string, size: string): boolean {
  const units = wholeUnits(amount)
  const by = wholeUnits(size)
  return units !== null && by !== null && by > 0n && units % by === 0n
}

function wholeUnits(text: string): bigint | null {
  const read = parseQuantity(text)
  return read && isWhole(text) ? scaledValue(read, 0) : null
}
