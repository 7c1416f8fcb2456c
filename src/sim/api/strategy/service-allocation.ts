// Upstream: pkg/registry/core/service/storage/alloc.go, storage.go (v1.36), for a cluster of IPv4 alone.
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { invalid } from '../field-errors.ts'
import type { Service, ServicePort } from '../generated/types.ts'
import { semanticEqual } from '../semantic.ts'
import { validateClusterIPs } from '../validation/service-addresses.ts'
import type { AllocationFault, Allocators } from './allocators.ts'
import { hasClusterIP, heldNodePorts, needsHealthCheck, needsNodePorts } from './service-needs.ts'
import type { Reservation } from './strategy.ts'

type Spec = Service['spec']

/** Gives a Service its families, its cluster IP, its node ports and its health check port; an update keeps what it had. */
export function reserveService(next: Service, old: Service | null, allocators: Allocators): Reservation<Service> {
  const drawing = new Drawing(allocators, old?.spec ?? null)
  const spec = draw(next.spec, old?.spec ?? null, drawing)
  if (drawing.errors.length > 0) drawing.revert()
  return { object: { ...next, spec }, errors: drawing.errors, revert: () => drawing.revert(), commit: () => old && releaseDropped(spec, old.spec, allocators) }
}

/** Gives back what a deleted Service held. */
export function releaseService(service: Service, { clusterIPs, nodePorts }: Allocators): void {
  if (hasClusterIP(service.spec)) clusterIPs.giveBack(service.spec.clusterIP ?? '')
  for (const port of heldNodePorts(service.spec)) nodePorts.giveBack(port)
}

function releaseDropped(next: Spec, old: Spec, { clusterIPs, nodePorts }: Allocators): void {
  if (hasClusterIP(old) && (!hasClusterIP(next) || old.clusterIP !== next.clusterIP)) clusterIPs.giveBack(old.clusterIP ?? '')
  const kept = needsNodePorts(next) || next.type === 'LoadBalancer' ? heldNodePorts(next) : new Set<number>()
  for (const port of heldNodePorts(old)) if (!kept.has(port)) nodePorts.giveBack(port)
}

/** What was taken so far, so that it can be given back, and what could not be had. */
class Drawing {
  readonly errors: FieldError[] = []
  private readonly taken: (() => void)[] = []
  private readonly held: ReadonlySet<number>
  private readonly allocators: Allocators

  constructor(allocators: Allocators, old: Spec | null) {
    this.allocators = allocators
    this.held = old ? heldNodePorts(old) : new Set()
  }

  takeIP(ip: string, clusterIPs: readonly string[]): void {
    const fault = this.allocators.clusterIPs.take(ip)
    if (fault === null) this.taken.push(() => this.allocators.clusterIPs.giveBack(ip))
    else this.errors.push(invalid('spec.clusterIPs', clusterIPs, `failed to allocate IP ${ip}: ${ipFault(fault, ip)}`))
  }

  nextIP(): string | null {
    const ip = this.allocators.clusterIPs.takeNext()
    if (ip !== null) this.taken.push(() => this.allocators.clusterIPs.giveBack(ip))
    return ip
  }

  /** Takes a port by number; what the Service has held so far it may keep. */
  takePort(port: number, path: string): void {
    if (this.held.has(port)) return
    const fault = this.allocators.nodePorts.take(port)
    if (fault === null) this.taken.push(() => this.allocators.nodePorts.giveBack(port))
    else this.errors.push(invalid(path, port, portFaults[fault]))
  }

  nextPort(): number | undefined {
    const port = this.allocators.nodePorts.takeNext()
    if (port === null) return undefined
    this.taken.push(() => this.allocators.nodePorts.giveBack(port))
    return port
  }

  revert(): void {
    for (const giveBack of this.taken.splice(0)) giveBack()
  }
}

const portFaults: Readonly<Record<AllocationFault, string>> = {
  otherNetwork: 'provided port is not in the valid range. The range of valid ports is 30000-32767',
  notInRange: 'provided port is not in the valid range. The range of valid ports is 30000-32767',
  allocated: 'provided port is already allocated',
}

function ipFault(fault: AllocationFault, ip: string): string {
  if (fault === 'otherNetwork') return 'the provided network does not match the current range'
  return fault === 'allocated' ? 'provided IP is already allocated' : `the provided IP (${ip}) is not in the valid range. The range of valid IPs is 10.96.0.0/16`
}

function draw(sent: Spec, old: Spec | null, drawing: Drawing): Spec {
  const named = matchClusterIPs(old ? carryOver(sent, old) : sent, old)
  if (named.type === 'ExternalName') return named
  const withFamilies = chooseFamilies(named, old, drawing.errors)
  if (drawing.errors.length > 0) return withFamilies
  const withIP = drawClusterIP(withFamilies, old, drawing)
  if (drawing.errors.length > 0) return withIP
  return drawHealthCheckPort(drawNodePorts(withIP, old, drawing), drawing)
}

/** An update that leaves out what the server had filled in keeps it, as long as the type still has it; node ports by their port's name. */
function carryOver(next: Spec, old: Spec): Spec {
  let spec = next
  if (next.type !== 'ExternalName' && old.type !== 'ExternalName') {
    if (!next.clusterIP && old.clusterIP) spec = { ...spec, clusterIP: old.clusterIP }
    if (!next.clusterIPs?.length && old.clusterIPs?.length) spec = { ...spec, clusterIPs: old.clusterIPs }
  }
  if (needsNodePorts(next) && needsNodePorts(old)) spec = { ...spec, ports: carryPorts(next.ports ?? [], old.ports ?? []) }
  if (needsHealthCheck(next) && needsHealthCheck(old) && !next.healthCheckNodePort) spec = { ...spec, healthCheckNodePort: old.healthCheckNodePort }
  return spec
}

function carryPorts(ports: readonly ServicePort[], olds: readonly ServicePort[]): readonly ServicePort[] {
  const used = new Set(ports.map((port) => port.nodePort ?? 0))
  const byName = new Map(olds.map((port) => [port.name ?? '', port.nodePort ?? 0]))
  return ports.map((port) => {
    const before = byName.get(port.name ?? '') ?? 0
    return port.nodePort || before === 0 || used.has(before) ? port : { ...port, nodePort: before }
  })
}

/** clusterIP is the first of clusterIPs: who sets one of them means both. */
function matchClusterIPs(next: Spec, old: Spec | null): Spec {
  const { clusterIP, clusterIPs = [] } = next
  if (clusterIP && clusterIPs.length === 0) return { ...next, clusterIPs: [clusterIP] }
  if (!old || clusterIP === old.clusterIP || !semanticEqual(clusterIPs, old.clusterIPs ?? [])) return next
  const { clusterIPs: _, ...rest } = next
  return clusterIP ? { ...next, clusterIPs: [clusterIP] } : rest
}

function chooseFamilies(spec: Spec, old: Spec | null, errors: FieldError[]): Spec {
  const selectorless = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0
  const policy = spec.ipFamilyPolicy ?? old?.ipFamilyPolicy ?? (selectorless ? 'RequireDualStack' : 'SingleStack')
  const chosen: Spec = { ...spec, ipFamilyPolicy: policy }
  addAll(errors, validateClusterIPs(chosen))
  if (errors.length > 0) return chosen
  const { clusterIPs = [], ipFamilies = [] } = chosen
  if (policy === 'SingleStack') {
    const wanted = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
    if (clusterIPs.length === 2) errors.push(invalid('spec.ipFamilyPolicy', policy, `${wanted} cluster IPs are specified`))
    if (ipFamilies.length === 2) errors.push(invalid('spec.ipFamilyPolicy', policy, `${wanted} IP families are specified`))
  }
  const families = inferFamilies(clusterIPs, ipFamilies, errors)
  if (errors.length > 0) return chosen
  if (selectorless) return { ...chosen, ipFamilies: bothFamilies(families.length > 0 ? families : ['IPv4'], policy) }
  if (policy === 'RequireDualStack') errors.push(invalid('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services'))
  families.forEach((family, at) => family !== 'IPv4' && errors.push(invalid(`spec.ipFamilies[${at}]`, family, 'not configured on this cluster')))
  return { ...chosen, ipFamilies: families.length > 0 ? families : ['IPv4'] }
}

function inferFamilies(clusterIPs: readonly string[], families: readonly string[], errors: FieldError[]): readonly string[] {
  const inferred = [...families]
  for (const [at, ip] of clusterIPs.entries()) {
    if (ip === 'None') break
    if (at < families.length) continue
    if (ip.includes(':')) errors.push(invalid(`spec.clusterIPs[${at}]`, clusterIPs, 'IPv6 is not configured on this cluster'))
    else inferred.push('IPv4')
  }
  return inferred
}

/** A headless Service without a selector may claim both families even where there is but one. */
function bothFamilies(families: readonly string[], policy: string): readonly string[] {
  if (families.length !== 1 || policy === 'SingleStack') return families
  return families[0] === 'IPv4' ? ['IPv4', 'IPv6'] : ['IPv6', 'IPv4']
}

function drawClusterIP(spec: Spec, old: Spec | null, drawing: Drawing): Spec {
  if (spec.clusterIP === 'None') return spec
  if (spec.clusterIP) {
    // Another address than before is refused by validation, not here.
    if (!old || !hasClusterIP(old)) drawing.takeIP(spec.clusterIP, spec.clusterIPs ?? [])
    return spec
  }
  if (old && hasClusterIP(old)) return spec
  const ip = drawing.nextIP()
  return ip === null ? spec : { ...spec, clusterIP: ip, clusterIPs: [ip] }
}

/** Ports of one number share a node port, whatever their protocols. */
function drawNodePorts(spec: Spec, old: Spec | null, drawing: Drawing): Spec {
  const exposed = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
  const ports = spec.ports ?? []
  if (!exposed || ports.length === 0) return spec
  const chosen = new Map<number, number>()
  const drawn = ports.map((port, at) => {
    if (drawing.errors.length > 0 || (!port.nodePort && !needsNodePorts(spec))) return port
    const path = `spec.ports[${at}].nodePort`
    const known = old ? undefined : chosen.get(port.port)
    if (known !== undefined && !port.nodePort) return { ...port, nodePort: known }
    if (known !== undefined && port.nodePort === known) return port
    const asked = port.nodePort || (old ? 0 : (ports.find((other) => other.port === port.port && other.nodePort)?.nodePort ?? 0))
    if (asked && !(old && [...chosen.values()].includes(asked))) drawing.takePort(asked, path)
    const nodePort = asked || drawing.nextPort()
    if (nodePort !== undefined && known === undefined) chosen.set(old ? at : port.port, nodePort)
    return { ...port, nodePort }
  })
  return { ...spec, ports: drawn }
}

function drawHealthCheckPort(spec: Spec, drawing: Drawing): Spec {
  if (drawing.errors.length > 0 || !needsHealthCheck(spec)) return spec
  if (!spec.healthCheckNodePort) return { ...spec, healthCheckNodePort: drawing.nextPort() }
  drawing.takePort(spec.healthCheckNodePort, 'spec.healthCheckNodePort')
  return spec
}
