// Upstream: pkg/registry/core/service/storage/alloc.go (v1.36).
import type { FieldError } from '../field-errors.ts'
import { invalid } from '../field-errors.ts'
import type { Service, ServicePort } from '../generated/types.ts'
import type { AllocationFault, Allocators } from './allocators.ts'
import type { Reservation } from './strategy.ts'

type ServiceSpec = Service['spec']

/** Gives a Service its families, its cluster IP, its node ports and its health check port; an update keeps what it had. */
export function reserveService(next: Service, old: Service | null, allocators: Allocators): Reservation<Service> {
  const undo: (() => void)[] = []
  const errors: FieldError[] = []
  const carried = old ? carryOver(next.spec, old.spec) : next.spec
  const withIP = reserveClusterIP(withFamilies(carried), old?.spec ?? null, allocators, errors, undo)
  const spec = errors.length > 0 ? withIP : reserveNodePorts(withIP, old?.spec ?? null, allocators, errors, undo)
  const revert = (): void => undo.forEach((step) => step())
  if (errors.length > 0) revert()
  return { object: { ...next, spec }, errors, revert, commit: () => old && releaseDropped(spec, old.spec, allocators) }
}

/** Gives back what a deleted Service held. */
export function releaseService(service: Service, { clusterIPs, nodePorts }: Allocators): void {
  if (hasClusterIP(service.spec)) clusterIPs.giveBack(service.spec.clusterIP ?? '')
  for (const port of heldNodePorts(service.spec)) nodePorts.giveBack(port)
}

function hasClusterIP({ clusterIP }: ServiceSpec): boolean {
  return clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None'
}

function wantsClusterIP({ type, clusterIP }: ServiceSpec): boolean {
  return type !== 'ExternalName' && clusterIP !== 'None'
}

function wantsNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
}

function wantsHealthCheck({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}

function heldNodePorts({ ports = [], healthCheckNodePort }: ServiceSpec): Set<number> {
  return new Set([...ports.map((port) => port.nodePort ?? 0), healthCheckNodePort ?? 0].filter((port) => port > 0))
}

/** An update that leaves out what the server had filled in keeps it, as long as the type still has it. */
function carryOver(next: ServiceSpec, old: ServiceSpec): ServiceSpec {
  let spec = next
  if (wantsClusterIP(spec) && wantsClusterIP(old)) {
    if (!spec.clusterIP && !spec.clusterIPs?.length && old.clusterIP) spec = { ...spec, clusterIP: old.clusterIP, clusterIPs: old.clusterIPs }
    else if (spec.clusterIP && !spec.clusterIPs?.length) spec = { ...spec, clusterIPs: [spec.clusterIP] }
  }
  if (wantsNodePorts(spec) && wantsNodePorts(old)) spec = { ...spec, ports: (spec.ports ?? []).map((port) => carryPort(port, old.ports ?? [])) }
  if (wantsHealthCheck(spec) && wantsHealthCheck(old) && !spec.healthCheckNodePort && old.healthCheckNodePort) spec = { ...spec, healthCheckNodePort: old.healthCheckNodePort }
  return spec
}

function carryPort(port: ServicePort, olds: readonly ServicePort[]): ServicePort {
  if (port.nodePort) return port
  const old = olds.find((candidate) => candidate.protocol === port.protocol && candidate.port === port.port)
  return old?.nodePort ? { ...port, nodePort: old.nodePort } : port
}

/** This cluster speaks IPv4 only; a headless Service without a selector claims both families all the same. */
function withFamilies(spec: ServiceSpec): ServiceSpec {
  if (spec.type === 'ExternalName') return spec
  const clusterIPs = spec.clusterIPs?.length ? spec.clusterIPs : spec.clusterIP ? [spec.clusterIP] : undefined
  const named: ServiceSpec = { ...spec, ...(clusterIPs ? { clusterIPs, clusterIP: clusterIPs[0] } : {}) }
  const selectorless = clusterIPs?.[0] === 'None' && Object.keys(spec.selector ?? {}).length === 0
  const policy = named.ipFamilyPolicy ?? (selectorless && !named.ipFamilies?.length ? 'RequireDualStack' : 'SingleStack')
  const families = named.ipFamilies?.length ? named.ipFamilies : selectorless && policy !== 'SingleStack' ? ['IPv4', 'IPv6'] : ['IPv4']
  return { ...named, ipFamilies: families, ipFamilyPolicy: policy }
}

function reserveClusterIP(spec: ServiceSpec, old: ServiceSpec | null, { clusterIPs }: Allocators, errors: FieldError[], undo: (() => void)[]): ServiceSpec {
  if (!wantsClusterIP(spec) || (old && old.clusterIP === spec.clusterIP && hasClusterIP(old))) return spec
  const asked = spec.clusterIP
  if (asked) {
    const fault = clusterIPs.take(asked)
    if (fault === null) undo.push(() => clusterIPs.giveBack(asked))
    else errors.push(invalid('spec.clusterIPs', [asked], `failed to allocate IP ${asked}: ${ipFaults[fault]}`))
    return spec
  }
  const ip = clusterIPs.takeNext()
  if (ip === null) return spec
  undo.push(() => clusterIPs.giveBack(ip))
  return { ...spec, clusterIP: ip, clusterIPs: [ip] }
}

const ipFaults: Readonly<Record<AllocationFault, string>> = {
  notInRange: 'the provided IP (…) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
  allocated: 'provided IP is already allocated',
}

function reserveNodePorts(spec: ServiceSpec, old: ServiceSpec | null, allocators: Allocators, errors: FieldError[], undo: (() => void)[]): ServiceSpec {
  const held = old ? heldNodePorts(old) : new Set<number>()
  const mine = new Map<number, string>()
  const take = (port: number, protocol: string, path: string): void => {
    const sharer = mine.get(port)
    // One port may carry several protocols of one Service.
    if (sharer !== undefined && sharer !== protocol) return
    const fault = sharer !== undefined ? 'allocated' : held.has(port) ? null : allocators.nodePorts.take(port)
    if (fault === null && !held.has(port)) undo.push(() => allocators.nodePorts.giveBack(port))
    if (fault !== null) errors.push(invalid(path, port, portFaults[fault]))
    mine.set(port, protocol)
  }
  const next = (): number | undefined => {
    const port = allocators.nodePorts.takeNext()
    if (port === null) return undefined
    undo.push(() => allocators.nodePorts.giveBack(port))
    return port
  }
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
  let ports = spec.ports
  if (external && ports) {
    ports.forEach((port, at) => port.nodePort && take(port.nodePort, port.protocol, `spec.ports[${at}].nodePort`))
    if (wantsNodePorts(spec) && errors.length === 0) ports = ports.map((port) => (port.nodePort ? port : { ...port, nodePort: next() }))
  }
  if (!wantsHealthCheck(spec) || errors.length > 0) return { ...spec, ...(ports ? { ports } : {}) }
  if (spec.healthCheckNodePort) take(spec.healthCheckNodePort, 'health', 'spec.healthCheckNodePort')
  return { ...spec, ...(ports ? { ports } : {}), healthCheckNodePort: spec.healthCheckNodePort || next() }
}

const portFaults: Readonly<Record<AllocationFault, string>> = {
  notInRange: 'provided port is not in the valid range. The range of valid ports is 30000-32767',
  allocated: 'provided port is already allocated',
}

function releaseDropped(next: ServiceSpec, old: ServiceSpec, { clusterIPs, nodePorts }: Allocators): void {
  if (hasClusterIP(old) && old.clusterIP !== next.clusterIP) clusterIPs.giveBack(old.clusterIP ?? '')
  const kept = heldNodePorts(next)
  for (const port of heldNodePorts(old)) if (!kept.has(port)) nodePorts.giveBack(port)
}
