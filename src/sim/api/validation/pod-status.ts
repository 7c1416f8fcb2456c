// Upstream: pkg/apis/core/validation ValidatePodStatusUpdate (v1.36). Left out: resource claims and allocated resources in a pod's status.
import { addAll } from '../../kernel/add-all.ts'
import { checkAddress, isPlainIPv4, parseAddress } from '../addresses.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, forbidden, invalid } from '../field-errors.ts'
import type { ContainerStatus, Pod, PodCondition } from '../generated/types.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { checkQualified, faultsOf } from './checks.ts'
import { validateObjectMetaUpdate } from './metadata.ts'
import { validatePodAnnotationUpdates } from './pod-annotations.ts'

const ownConditions = new Set(['PodScheduled', 'Ready', 'Initialized'])

/** What a kubelet may not say of a pod: above all, that a container is back that should not have been restarted. What it said before was judged then. */
export function validatePodStatusUpdate(next: Pod, old: Pod): FieldError[] {
  const { status, spec } = next
  const before = old.status
  const faults = validateObjectMetaUpdate(next.metadata, old.metadata)
  if (next.metadata.annotations !== old.metadata.annotations) {
    addAll(faults, validatePodAnnotationUpdates(next.metadata.annotations, old.metadata.annotations, spec, 'metadata.annotations'))
  }
  if (status.conditions && status.conditions !== before.conditions) addAll(faults, validateConditions(status.conditions))
  if ((spec.nodeName ?? '') !== (old.spec.nodeName ?? '')) faults.push(forbidden('status.nodeName', 'may not be changed directly'))
  const nominated = status.nominatedNodeName
  if (nominated && nominated !== before.nominatedNodeName) addAll(faults, faultsOf('status.nominatedNodeName', nominated, nameIsDnsSubdomain(nominated, false)))
  if ((status.qosClass ?? '') !== (before.qosClass ?? '')) faults.push(invalid('status.qosClass', status.qosClass ?? '', 'field is immutable'))
  if (old.spec.restartPolicy !== 'Always' || old.status.ephemeralContainerStatuses) addAll(faults, validateTransitions(next, old))
  if (status.podIPs && status.podIPs !== before.podIPs) addAll(faults, validateAddresses(status.podIPs, 'status.podIPs'))
  if (status.hostIPs && (status.hostIPs !== before.hostIPs || status.hostIP !== before.hostIP)) addAll(faults, validateHostIPs(status.hostIP, status.hostIPs))
  return faults
}

function validateConditions(conditions: readonly PodCondition[]): FieldError[] {
  const faults: FieldError[] = []
  for (let at = 0; at < conditions.length; at += 1) {
    const { type } = conditions[at]!
    if (!ownConditions.has(type)) addAll(faults, checkQualified(`metadata.conditions[${at}].Type`, type))
  }
  return faults
}

function validateTransitions(next: Pod, old: Pod): FieldError[] {
  const { restartPolicy, initContainers = [] } = old.spec
  const sidecars = new Set(initContainers.filter((container) => container.restartPolicy === 'Always').map(({ name }) => name))
  return [
    ...revived(next.status.containerStatuses, old.status.containerStatuses, restartPolicy, 'status.containerStatuses', new Set()),
    ...revived(next.status.initContainerStatuses, old.status.initContainerStatuses, restartPolicy, 'status.initContainerStatuses', sidecars),
    ...revived(next.status.ephemeralContainerStatuses, old.status.ephemeralContainerStatuses, 'Never', 'status.ephemeralContainerStatuses', new Set()),
  ]
}

type Statuses = readonly ContainerStatus[] | undefined

function revived(next: Statuses = [], old: Statuses = [], policy: string, path: string, sidecars: ReadonlySet<string>): FieldError[] {
  if (policy === 'Always' || next === old) return []
  const alive = new Set(next.filter(({ state }) => !state?.terminated).map(({ name }) => name))
  return old.flatMap(({ name, state }, at) => {
    const ended = state?.terminated
    if (!ended || sidecars.has(name) || (ended.exitCode !== 0 && policy === 'OnFailure')) return []
    return alive.has(name) ? [forbidden(`${path}[${at}].state`, 'may not be transitioned to non-terminated state')] : []
  })
}

function validateHostIPs(hostIP: string | undefined, hostIPs: readonly { readonly ip: string }[]): FieldError[] {
  const [first] = hostIPs
  if (!first) return []
  return [...(hostIP === first.ip ? [] : [invalid('status.hostIPs[0].ip', first.ip, 'must be equal to `hostIP`')]), ...validateAddresses(hostIPs, 'status.hostIPs')]
}

function validateAddresses(addresses: readonly { readonly ip: string }[], path: string): FieldError[] {
  const faults: FieldError[] = []
  for (let at = 0; at < addresses.length; at += 1) {
    const { ip } = addresses[at]!
    if (!isPlainIPv4(ip)) addAll(faults, checkAddress(`${path}[${at}]`, ip, 'legacy'))
  }
  if (addresses.length < 2) return faults
  const families = new Set(addresses.map(({ ip }) => parseAddress(ip)?.family))
  if (families.size !== 2 || addresses.length > 2) faults.push(invalid(path, addresses, 'may specify no more than one IP for each IP family'))
  const seen = new Set<string>()
  addresses.forEach((address, at) => {
    if (seen.has(address.ip)) faults.push(duplicate(`${path}[${at}]`, address))
    seen.add(address.ip)
  })
  return faults
}
