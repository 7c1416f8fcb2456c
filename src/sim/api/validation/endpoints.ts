// Upstream: pkg/apis/core/validation ValidateEndpoints, ValidateEndpointsUpdate, pkg/registry/core/endpoint endpointsWarnings (v1.36).
import { addressWarnings, checkAddress } from '../addresses.ts'
import type { FieldError } from '../field-errors.ts'
import { required } from '../field-errors.ts'
import type { CoreEndpointPort, EndpointAddress, Endpoints, EndpointSubset } from '../generated/types.ts'
import { checkPortNumber, nameIsDnsSubdomain } from '../names.ts'
import { semanticEqual } from '../semantic.ts'
import { checkChoice, checkLabel, checkQualified, faultsOf } from './checks.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'
import { checkOrdinaryAddress } from './ordinary-addresses.ts'

/** The label by which the endpoints controller knows its own. */
export const endpointsManagedByLabel = 'endpoints.kubernetes.io/managed-by'
export const endpointsControllerName = 'endpoint-controller'

export function validateEndpoints({ metadata, subsets = [] }: Endpoints): FieldError[] {
  return [...validateObjectMeta(metadata, true, nameIsDnsSubdomain), ...validateSubsets(subsets)]
}

/** Subsets that are as they were were good enough for an older server. */
export function validateEndpointsUpdate(next: Endpoints, old: Endpoints): FieldError[] {
  const faults = [...validateObjectMetaUpdate(next.metadata, old.metadata), ...validateObjectMeta(next.metadata, true, nameIsDnsSubdomain)]
  return semanticEqual(next.subsets, old.subsets) ? faults : [...faults, ...validateSubsets(next.subsets ?? [])]
}

/** Addresses that are taken although they are not written as they should be; those of the controller are never looked at. */
export function endpointsWarnings({ metadata, subsets = [] }: Endpoints): readonly string[] {
  if (metadata.labels?.[endpointsManagedByLabel] === endpointsControllerName) return []
  return subsets.flatMap((subset, at) => eachAddress(subset, `subsets[${at}]`, ({ ip }, path) => addressWarnings(`${path}.ip`, ip)))
}

function validateSubsets(subsets: readonly EndpointSubset[]): FieldError[] {
  return subsets.flatMap((subset, at) => {
    const path = `subsets[${at}]`
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset
    const isEmpty = addresses.length + notReadyAddresses.length === 0
    return [
      ...(isEmpty ? [required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...eachAddress(subset, path, validateAddress),
      ...ports.flatMap((port, index) => validatePort(port, ports.length > 1, `${path}.ports[${index}]`)),
    ]
  })
}

/** The ready ones first. */
function eachAddress<T>({ addresses = [], notReadyAddresses = [] }: EndpointSubset, path: string, look: (address: EndpointAddress, path: string) => readonly T[]): T[] {
  return [
    ...addresses.flatMap((address, at) => look(address, `${path}.addresses[${at}]`)),
    ...notReadyAddresses.flatMap((address, at) => look(address, `${path}.notReadyAddresses[${at}]`)),
  ]
}

/** Most addresses of an update are the very ones that are stored, and were found to be without a fault then. */
const faultless = new WeakSet<EndpointAddress>()
const none: readonly FieldError[] = []

function validateAddress(address: EndpointAddress, path: string): readonly FieldError[] {
  if (faultless.has(address)) return none
  const faults = faultsOfAddress(address, path)
  if (faults.length === 0 && Object.isFrozen(address)) faultless.add(address)
  return faults
}

function faultsOfAddress({ ip, hostname, nodeName }: EndpointAddress, path: string): readonly FieldError[] {
  return [
    ...checkAddress(`${path}.ip`, ip, 'legacy'),
    ...(hostname ? checkLabel(`${path}.hostname`, hostname) : []),
    ...(nodeName === undefined ? [] : faultsOf(`${path}.nodeName`, nodeName, nameIsDnsSubdomain(nodeName, false))),
    ...checkOrdinaryAddress(`${path}.ip`, ip),
  ]
}

function validatePort({ name, port, protocol, appProtocol }: CoreEndpointPort, needsName: boolean, path: string): FieldError[] {
  return [
    ...(name ? checkLabel(`${path}.name`, name) : needsName ? [required(`${path}.name`, '')] : []),
    ...faultsOf(`${path}.port`, port, checkPortNumber(port)),
    ...checkChoice(`${path}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']),
    ...(appProtocol === undefined ? [] : checkQualified(`${path}.appProtocol`, appProtocol)),
  ]
}
