// Upstream: pkg/apis/core/validation ValidateService, ValidateServiceUpdate (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, forbidden, invalid, required } from '../field-errors.ts'
import type { Service, ServicePort } from '../generated/types.ts'
import { checkAddress, checkCidr, parseAddress } from '../addresses.ts'
import { validateLabels } from '../metadata.ts'
import { checkPortNumber, nameIsDnsLabel } from '../names.ts'
import { checkChoice, checkLabel, checkOptionalChoice, checkPort, checkQualified, checkSubdomain, faultsOf } from './checks.ts'
import { internalForm } from './internal-form.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'
import { checkOrdinaryAddress } from './ordinary-addresses.ts'
import { isHeadless, validateClusterIPs, validateClusterIPsUpdate } from './service-addresses.ts'

type Spec = Service['spec']

/** The faults of a Service. */
export function validateService(service: Service): FieldError[] {
  return [...validateObjectMeta(service.metadata, true, nameIsDnsLabel), ...validateContent(service)]
}

/** What is judged of a new one and of an update alike. */
function validateContent(service: Service): FieldError[] {
  const { metadata, spec } = service
  return [
    ...validateTopologyAnnotations(metadata.annotations ?? {}),
    ...(!spec.ports?.length && !isHeadless(spec) && spec.type !== 'ExternalName' ? [required('spec.ports', '')] : []),
    ...validateType(spec),
    ...validatePorts(spec),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateClusterIPs(spec),
    ...(spec.externalIPs ?? []).flatMap((ip, at) => validateExternalIP(ip, `spec.externalIPs[${at}]`)),
    ...checkChoice('spec.type', spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']),
    ...validateRepeatedPorts(spec),
    ...validateSourceRanges(service),
    ...validateLoadBalancerFields(spec),
    ...validateTrafficPolicies(spec),
    ...checkOptionalChoice('spec.trafficDistribution', spec.trafficDistribution, ['PreferClose', 'PreferSameZone', 'PreferSameNode']),
  ]
}

export function validateServiceUpdate(next: Service, old: Service): FieldError[] {
  const faults = [...validateObjectMetaUpdate(next.metadata, old.metadata), ...validateClusterIPsUpdate(next.spec, old.spec)]
  if (next.spec.type === 'LoadBalancer' && old.spec.type === 'LoadBalancer' && next.spec.loadBalancerClass !== old.spec.loadBalancerClass) {
    faults.push(invalid('spec.loadBalancerClass', next.spec.loadBalancerClass, 'may not change once set'))
  }
  addAll(faults, validateLoadBalancerClass(next.spec))
  if (needsHealthCheck(next.spec) && needsHealthCheck(old.spec) && next.spec.healthCheckNodePort !== old.spec.healthCheckNodePort) {
    faults.push(forbidden('spec.healthCheckNodePort', 'field is immutable'))
  }
  return [...faults, ...validateContent(next)]
}

export function validateServiceStatusUpdate(next: Service, old: Service): FieldError[] {
  const faults = validateObjectMetaUpdate(next.metadata, old.metadata)
  const path = 'status.loadBalancer.ingress'
  const ingress = next.status.loadBalancer?.ingress ?? []
  if (next.spec.type !== 'LoadBalancer' && ingress.length > 0) return [...faults, forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")]
  ingress.forEach(({ ip, ipMode, hostname }, at) => {
    const here = `${path}[${at}]`
    if (ip) addAll(faults, checkAddress(`${here}.ip`, ip, 'legacy'))
    if (ip && ipMode === undefined) faults.push(required(`${here}.ipMode`, 'must be specified when `ip` is set'))
    else if (!ip && ipMode !== undefined) faults.push(forbidden(`${here}.ipMode`, 'may not be specified when `ip` is not set'))
    else addAll(faults, checkOptionalChoice(`${here}.ipMode`, ipMode, ['Proxy', 'VIP']))
    if (!hostname) return
    addAll(faults, checkSubdomain(`${here}.hostname`, hostname))
    if (parseAddress(hostname)) faults.push(invalid(`${here}.hostname`, hostname, 'must be a DNS name, not an IP address'))
  })
  return faults
}

const topologyHints = 'service.kubernetes.io/topology-aware-hints'
const topologyMode = 'service.kubernetes.io/topology-mode'

function validateTopologyAnnotations(annotations: Readonly<Record<string, string>>): FieldError[] {
  const hints = annotations[topologyHints]
  const mode = annotations[topologyMode]
  if (hints === undefined || mode === undefined || hints === mode) return []
  return [invalid(`metadata.annotations[${topologyMode}]`, mode, `must match annotations[${topologyHints}] when both are specified`)]
}

function validateType(spec: Spec): FieldError[] {
  const { type, clusterIPs = [] } = spec
  if (type === 'LoadBalancer' || type === 'NodePort') {
    return isHeadless(spec) ? [invalid('spec.clusterIPs[0]', clusterIPs[0], `may not be set to 'None' for ${type} services`)] : []
  }
  if (type !== 'ExternalName') return []
  const why = 'may not be set for ExternalName services'
  const name = spec.externalName?.endsWith('.') ? spec.externalName.slice(0, -1) : (spec.externalName ?? '')
  return [
    ...(clusterIPs.length > 0 ? [forbidden('spec.clusterIPs', why)] : []),
    ...(spec.ipFamilies?.length ? [forbidden('spec.ipFamilies', why)] : []),
    ...(spec.ipFamilyPolicy !== undefined ? [forbidden('spec.ipFamilyPolicy', why)] : []),
    ...(name ? checkSubdomain('spec.externalName', name) : [required('spec.externalName', '')]),
  ]
}

function validatePorts({ ports = [] }: Spec): FieldError[] {
  const names = new Set<string>()
  return ports.flatMap((port, at) => {
    const here = `spec.ports[${at}]`
    const faults: FieldError[] = []
    if (port.name) {
      addAll(faults, checkLabel(`${here}.name`, port.name))
      if (names.has(port.name)) faults.push(duplicate(`${here}.name`, port.name))
      names.add(port.name)
    } else if (ports.length > 1) faults.push(required(`${here}.name`, ''))
    return [
      ...faults,
      ...faultsOf(`${here}.port`, port.port, checkPortNumber(port.port)),
      ...checkChoice(`${here}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']),
      ...checkPort(`${here}.targetPort`, port.targetPort),
      ...(port.appProtocol === undefined ? [] : checkQualified(`${here}.appProtocol`, port.appProtocol)),
    ]
  })
}

const maxAffinitySeconds = 86_400

function validateAffinity({ sessionAffinity, sessionAffinityConfig: config }: Spec): FieldError[] {
  const path = 'spec.sessionAffinityConfig'
  const faults = checkChoice('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None'])
  if (sessionAffinity === 'None' && config) faults.push(forbidden(path, 'must not be set when session affinity is None'))
  if (sessionAffinity !== 'ClientIP') return faults
  const seconds = config?.clientIP?.timeoutSeconds
  const why = 'when session affinity type is ClientIP'
  if (!config) return [...faults, required(path, why)]
  if (!config.clientIP) return [...faults, required(`${path}.clientIP`, why)]
  if (seconds === undefined) return [...faults, required(`${path}.clientIP.timeoutSeconds`, why)]
  if (seconds > 0 && seconds <= maxAffinitySeconds) return faults
  return [...faults, invalid(`${path}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${maxAffinitySeconds}`)]
}

function validateExternalIP(ip: string, path: string): FieldError[] {
  const faults = checkAddress(path, ip, 'legacy')
  return faults.length > 0 ? faults : checkOrdinaryAddress(path, ip)
}

function validateRepeatedPorts({ type, ports = [] }: Spec): FieldError[] {
  const faults: FieldError[] = []
  const each = (check: (port: ServicePort, path: string) => void): void => ports.forEach((port, at) => check(port, `spec.ports[${at}]`))
  const nodePorts = new Set<string>()
  const pairs = new Set<string>()
  if (type === 'ClusterIP') each((port, path) => port.nodePort && faults.push(forbidden(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'")))
  each(({ protocol, nodePort }, path) => {
    if (!nodePort) return
    if (nodePorts.has(`${protocol}/${nodePort}`)) faults.push(duplicate(`${path}.nodePort`, nodePort))
    nodePorts.add(`${protocol}/${nodePort}`)
  })
  each(({ protocol, port }, path) => {
    if (pairs.has(`${protocol}/${port}`)) faults.push(duplicate(path, internalForm('ServicePort', { protocol, port })))
    pairs.add(`${protocol}/${port}`)
  })
  return faults
}

const sourceRangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges'

function validateSourceRanges({ metadata, spec }: Service): FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? []
  const annotation = metadata.annotations?.[sourceRangesAnnotation]
  const only = "may only be used when `type` is 'LoadBalancer'"
  const elsewhere = spec.type !== 'LoadBalancer'
  // Upstream writes this one field with a capital letter.
  if (ranges.length > 0) {
    const path = 'spec.LoadBalancerSourceRanges'
    return [...(elsewhere ? [forbidden(path, only)] : []), ...ranges.flatMap((range, at) => checkCidr(`${path}[${at}]`, range.trim(), 'legacy'))]
  }
  if (annotation === undefined) return []
  const path = `metadata.annotations[${sourceRangesAnnotation}]`
  const listed = annotation.trim() === '' ? [] : annotation.trim().split(',')
  return [...(elsewhere ? [forbidden(path, only)] : []), ...listed.flatMap((range) => checkCidr(path, range.trim(), 'legacy'))]
}

function validateLoadBalancerFields(spec: Spec): FieldError[] {
  const { type, allocateLoadBalancerNodePorts: allocate } = spec
  const faults: FieldError[] = []
  if (allocate !== undefined && type !== 'LoadBalancer') faults.push(forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"))
  if (allocate === undefined && type === 'LoadBalancer') faults.push(required('allocateLoadBalancerNodePorts', ''))
  return [...faults, ...validateLoadBalancerClass(spec)]
}

function validateLoadBalancerClass({ type, loadBalancerClass }: Spec): FieldError[] {
  if (loadBalancerClass === undefined) return []
  if (type !== 'LoadBalancer') return [forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'")]
  return checkQualified('spec.loadBalancerClass', loadBalancerClass)
}

function validateTrafficPolicies(spec: Spec): FieldError[] {
  const { type, externalTrafficPolicy: external, internalTrafficPolicy: internal, healthCheckNodePort: port = 0 } = spec
  const exposed = type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0)
  const faults: FieldError[] = []
  if (exposed) addAll(faults, checkChoice('spec.externalTrafficPolicy', external, ['Cluster', 'Local']))
  else if (external) faults.push(invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'))
  if (needsHealthCheck(spec)) addAll(faults, port ? faultsOf('spec.healthCheckNodePort', port, checkPortNumber(port)) : [required('spec.healthCheckNodePort', '')])
  else if (port) faults.push(invalid('spec.healthCheckNodePort', port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"))
  if (internal === undefined && (type === 'NodePort' || type === 'LoadBalancer' || type === 'ClusterIP')) faults.push(required('spec.internalTrafficPolicy', ''))
  return [...faults, ...checkOptionalChoice('spec.internalTrafficPolicy', internal, ['Cluster', 'Local'])]
}

function needsHealthCheck({ type, externalTrafficPolicy }: Spec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}
