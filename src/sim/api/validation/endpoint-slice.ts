// Upstream: pkg/apis/discovery/validation (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import { checkAddress, parseAddress } from '../addresses.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, invalid, required, tooMany } from '../field-errors.ts'
import type { Endpoint, EndpointPort, EndpointSlice } from '../generated/types.ts'
import { checkFullyQualified, checkLabelValue, nameIsDnsSubdomain } from '../names.ts'
import { checkChoice, checkLabel, checkOptionalChoice, checkQualified, faultsOf } from './checks.ts'
import { validateObjectMeta } from './metadata.ts'
import { checkOrdinaryAddress } from './ordinary-addresses.ts'

const maxAddresses = 100
const maxPorts = 20_000
const maxEndpoints = 1000
const maxHints = 8

export function validateEndpointSlice(slice: EndpointSlice): FieldError[] {
  return [
    ...validateObjectMeta(slice.metadata, true, nameIsDnsSubdomain),
    ...checkChoice('addressType', slice.addressType, ['FQDN', 'IPv4', 'IPv6']),
    ...validatePorts(slice.ports ?? []),
    ...validateEndpoints(slice.endpoints ?? [], slice.addressType),
  ]
}

export function validateEndpointSliceUpdate(next: EndpointSlice, old: EndpointSlice): FieldError[] {
  const changed = next.addressType === old.addressType ? [] : [invalid('addressType', next.addressType, 'field is immutable')]
  return [...validateEndpointSlice(next), ...changed]
}

function validateEndpoints(endpoints: readonly Endpoint[], addressType: string): FieldError[] {
  if (endpoints.length > maxEndpoints) return [tooMany('endpoints', endpoints.length, maxEndpoints)]
  return endpoints.flatMap((endpoint, at) => validateEndpoint(endpoint, addressType, `endpoints[${at}]`))
}

function validateEndpoint(endpoint: Endpoint, addressType: string, path: string): FieldError[] {
  const { nodeName, hostname } = endpoint
  const addresses = endpoint.addresses ?? []
  const faults: FieldError[] = []
  if (addresses.length === 0) faults.push(required(`${path}.addresses`, 'must contain at least 1 address'))
  else if (addresses.length > maxAddresses) faults.push(tooMany(`${path}.addresses`, addresses.length, maxAddresses))
  addresses.forEach((address, at) => addAll(faults, validateAddress(address, at, addressType, `${path}.addresses`)))
  if (nodeName !== undefined) addAll(faults, faultsOf(`${path}.nodeName`, nodeName, nameIsDnsSubdomain(nodeName, false)))
  if (hostname !== undefined) addAll(faults, checkLabel(`${path}.hostname`, hostname))
  return [...faults, ...validateHints(endpoint, `${path}.hints`)]
}

/** An address of the wrong family is a fault of the list. */
function validateAddress(address: string, at: number, type: string, path: string): FieldError[] {
  const here = `${path}[${at}]`
  if (type === 'FQDN') return checkFullyQualified(here, address, 'name')
  if (type !== 'IPv4' && type !== 'IPv6') return []
  const faults = checkAddress(here, address, type === 'IPv4' ? 'legacy' : 'canonical')
  const parsed = parseAddress(address)
  if (faults.length > 0 || !parsed) return faults
  const family = parsed.family === 4 || parsed.mapped ? 'IPv4' : 'IPv6'
  return [...(family === type ? [] : [invalid(path, address, `must be an ${type} address`)]), ...checkOrdinaryAddress(here, address)]
}

function validateHints({ hints }: Endpoint, path: string): FieldError[] {
  const { forZones = [], forNodes = [] } = hints ?? {}
  if (forZones.length > maxHints) return [tooMany(`${path}.forZones`, forZones.length, maxHints)]
  const ofZones = validateHintNames(forZones, `${path}.forZones`, checkLabelValue)
  if (forNodes.length > maxHints) return [...ofZones, tooMany(`${path}.forNodes`, forNodes.length, maxHints)]
  return [...ofZones, ...validateHintNames(forNodes, `${path}.forNodes`, (name) => nameIsDnsSubdomain(name, false))]
}

function validateHintNames(hints: readonly { readonly name: string }[], path: string, check: (name: string) => readonly string[]): FieldError[] {
  const seen = new Set<string>()
  return hints.flatMap(({ name }, at) => {
    const here = `${path}[${at}].name`
    const again = seen.has(name)
    seen.add(name)
    return [...(again ? [duplicate(here, name)] : []), ...faultsOf(here, name, check(name))]
  })
}

function validatePorts(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > maxPorts) return [tooMany('ports', ports.length, maxPorts)]
  const names = new Set<string>()
  return ports.flatMap(({ name = '', protocol, appProtocol }, at) => {
    const here = `ports[${at}]`
    const faults = name ? checkLabel(`${here}.name`, name) : []
    if (names.has(name)) faults.push(duplicate(`${here}.name`, name))
    names.add(name)
    addAll(faults, protocol === undefined ? [required(`${here}.protocol`, '')] : checkOptionalChoice(`${here}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']))
    return appProtocol === undefined ? faults : [...faults, ...checkQualified(`${here}.appProtocol`, appProtocol)]
  })
}
