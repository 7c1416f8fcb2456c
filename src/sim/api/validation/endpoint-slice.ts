// Upstream: pkg/apis/discovery/validation (v1.36).
import { parseAddress } from '../addresses.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, invalid, required, tooMany } from '../field-errors.ts'
import type { Endpoint, EndpointPort, EndpointSlice } from '../generated/types.ts'
import { validateLabels } from '../metadata.ts'
import { checkFullyQualified, checkPortNumber, nameIsDnsSubdomain } from '../names.ts'
import { checkChoice, checkLabel, checkQualified, faultsOf } from './checks.ts'
import { validateObjectMeta } from './metadata.ts'
import { checkOrdinaryAddress } from './ordinary-addresses.ts'

const maxTopologyLabels = 16
const maxAddresses = 100
const maxPorts = 20_000
const maxEndpoints = 1000
const maxZoneHints = 8

export function validateEndpointSlice(slice: EndpointSlice): FieldError[] {
  return [
    ...validateObjectMeta(slice.metadata, true, nameIsDnsSubdomain),
    ...checkChoice('addressType', slice.addressType, ['FQDN', 'IPv4', 'IPv6']),
    ...validateEndpoints(slice.endpoints ?? [], slice.addressType),
    ...validatePorts(slice.ports ?? []),
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
  const { nodeName, hostname, deprecatedTopology } = endpoint
  const addresses = endpoint.addresses ?? []
  const faults: FieldError[] = []
  if (addresses.length === 0) faults.push(required(`${path}.addresses`, 'must contain at least 1 address'))
  else if (addresses.length > maxAddresses) faults.push(tooMany(`${path}.addresses`, addresses.length, maxAddresses))
  addresses.forEach((address, at) => faults.push(...validateAddress(address, addressType, `${path}.addresses[${at}]`)))
  if (nodeName !== undefined) faults.push(...faultsOf(`${path}.nodeName`, nodeName, nameIsDnsSubdomain(nodeName, false)))
  if (deprecatedTopology) faults.push(...validateTopology(deprecatedTopology, `${path}.deprecatedTopology`))
  if (hostname !== undefined) faults.push(...checkLabel(`${path}.hostname`, hostname))
  return [...faults, ...validateHints(endpoint, `${path}.hints`)]
}

function validateAddress(address: string, type: string, path: string): FieldError[] {
  if (type === 'FQDN') return checkFullyQualified(path, address, 'name')
  if (type !== 'IPv4' && type !== 'IPv6') return []
  const parsed = parseAddress(address)
  const family = parsed && (parsed.family === 4 || parsed.mapped ? 'IPv4' : 'IPv6')
  return [...(family === type ? [] : [invalid(path, address, `must be a valid ${type} address`)]), ...checkOrdinaryAddress(path, address)]
}

function validateTopology(topology: Readonly<Record<string, string>>, path: string): FieldError[] {
  const count = Object.keys(topology).length
  return [...(count > maxTopologyLabels ? [tooMany(path, count, maxTopologyLabels)] : []), ...validateLabels(topology, path)]
}

function validateHints({ hints }: Endpoint, path: string): FieldError[] {
  const zones = hints?.forZones ?? []
  if (zones.length > maxZoneHints) return [tooMany(`${path}.forZones`, zones.length, maxZoneHints)]
  const seen = new Set<string>()
  return zones.flatMap(({ name }, at) => {
    const here = `${path}.forZones[${at}].name`
    const again = seen.has(name)
    seen.add(name)
    return [...(again ? [duplicate(here, name)] : []), ...checkQualified(here, name)]
  })
}

function validatePorts(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > maxPorts) return [tooMany('ports', ports.length, maxPorts)]
  const names = new Set<string>()
  return ports.flatMap(({ name = '', protocol, port, appProtocol }, at) => {
    const here = `ports[${at}]`
    const faults = name ? checkLabel(`${here}.name`, name) : []
    if (names.has(name)) faults.push(duplicate(`${here}.name`, name))
    names.add(name)
    faults.push(...checkChoice(`${here}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']))
    if (port !== undefined) faults.push(...faultsOf(`${here}.port`, port, checkPortNumber(port)))
    return appProtocol === undefined ? faults : [...faults, ...checkQualified(`${here}.appProtocol`, appProtocol)]
  })
}
