// Upstream: pkg/apis/core/validation: references to fields and resources of the pod itself; pkg/apis/core/pods (v1.36).
import type { FieldError } from '../field-errors.ts'
import { invalid, notSupported, required } from '../field-errors.ts'
import type { ObjectFieldSelector, ResourceFieldSelector } from '../generated/types.ts'
import { signOf } from '../schema/quantities.ts'
import { checkQualified } from './checks.ts'

const knownFields = new Set([
  'metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName',
  'spec.schedulerName', 'status.phase', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
])

/** A reference to a field of the pod; `supported`: the fields that can be told in this place. */
export function validateFieldReference(reference: ObjectFieldSelector, supported: readonly string[], path: string): FieldError[] {
  if (!reference.apiVersion) return [required(`${path}.apiVersion`, '')]
  if (!reference.fieldPath) return [required(`${path}.fieldPath`, '')]
  const field = reference.fieldPath
  const unreadable = (why: string): FieldError[] => [invalid(`${path}.fieldPath`, field, `error converting fieldPath: ${why}`)]
  if (reference.apiVersion !== 'v1') return unreadable(`unsupported pod version: ${reference.apiVersion}`)
  const bracket = field.indexOf("['", 1)
  if (bracket > 0 && field.length >= bracket + 4 && field.endsWith("']")) {
    const [base, key] = [field.slice(0, bracket), field.slice(bracket + 2, -2)]
    if (base === 'metadata.annotations') return checkQualified(path, key.toLowerCase())
    return base === 'metadata.labels' ? checkQualified(path, key) : unreadable(`field label does not support subscript: ${field}`)
  }
  const known = field === 'spec.host' ? 'spec.nodeName' : field
  if (!knownFields.has(known)) return unreadable(`field label not supported: ${field}`)
  return supported.includes(known) ? [] : [notSupported(`${path}.fieldPath`, known, supported)]
}

const resources = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory']
const sizes = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

/** A reference to a container's requests or limits. */
export function validateResourceReference(reference: ResourceFieldSelector, path: string, inVolume: boolean): FieldError[] {
  const { resource, divisor } = reference
  const faults: FieldError[] = []
  const isHugePages = /^(?:requests|limits)\.hugepages-/.test(resource)
  if (inVolume && !reference.containerName) faults.push(required(`${path}.containerName`, ''))
  else if (!resource) faults.push(required(`${path}.resource`, ''))
  else if (!resources.includes(resource) && !isHugePages) faults.push(notSupported(`${path}.resource`, resource, resources))
  if (divisor === undefined || signOf(divisor) === 0) return faults
  if (!isHugePages && !resources.includes(resource)) return faults
  const kind = isHugePages ? 'hugepages' : resource.slice(resource.indexOf('.') + 1)
  const name = kind === 'ephemeral-storage' ? 'local ephemeral storage' : kind
  if (kind === 'cpu') {
    if (divisor !== '1m' && divisor !== '1') faults.push(invalid(`${path}.divisor`, resource, "only divisor's values 1m and 1 are supported with the cpu resource"))
  } else if (!sizes.includes(divisor)) {
    faults.push(invalid(`${path}.divisor`, resource, `only divisor's values ${sizes.join(', ')} are supported with the ${name} resource`))
  }
  return faults
}
