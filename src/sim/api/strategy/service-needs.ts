// Upstream: pkg/registry/core/service/storage, strategy.go: which type of Service has which fields (v1.36).
import type { Service, ServicePort } from '../generated/types.ts'
import { semanticEqual } from '../semantic.ts'

type Spec = Service['spec']

export function hasClusterIP({ type, clusterIP }: Spec): boolean {
  return type !== 'ExternalName' && clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None'
}

export function needsNodePorts({ type, allocateLoadBalancerNodePorts }: Spec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
}

export function needsHealthCheck({ type, externalTrafficPolicy }: Spec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}

/** The node ports that a Service holds, its health check's included. */
export function heldNodePorts({ ports = [], healthCheckNodePort = 0 }: Spec): Set<number> {
  return new Set([...ports.map((port) => port.nodePort ?? 0), healthCheckNodePort].filter((port) => port > 0))
}

/** A change of type drops the fields that only the old type had, where they were left as they were. */
export function dropTypeDependentFields(next: Service, old: Service): Service {
  const { spec } = next
  const before = old.spec
  const dropped = new Set<keyof Spec>()
  const drop = (when: boolean, ...fields: readonly (keyof Spec)[]): void => {
    if (when) for (const field of fields) if (semanticEqual(spec[field], before[field])) dropped.add(field)
  }
  const toExternalName = before.type !== 'ExternalName' && spec.type === 'ExternalName'
  if (toExternalName && semanticEqual(spec.clusterIPs, before.clusterIPs)) dropped.add('clusterIPs').add('clusterIP')
  drop(toExternalName, 'ipFamilies', 'ipFamilyPolicy')
  drop(needsHealthCheck(before) && !needsHealthCheck(spec), 'healthCheckNodePort')
  drop(before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer', 'allocateLoadBalancerNodePorts', 'loadBalancerClass')
  drop(isExposed(before) && !isExposed(spec), 'externalTrafficPolicy')
  const sameNodePorts = semanticEqual([...heldNodePorts({ ...spec, healthCheckNodePort: 0 })], [...heldNodePorts({ ...before, healthCheckNodePort: 0 })])
  const withoutPorts = needsNodePorts(before) && !needsNodePorts(spec) && sameNodePorts
  if (dropped.size === 0 && !withoutPorts) return next
  const kept = Object.fromEntries(Object.entries(spec).filter(([field]) => !dropped.has(field as keyof Spec))) as unknown as Spec
  return { ...next, spec: withoutPorts && kept.ports ? { ...kept, ports: kept.ports.map(withoutNodePort) } : kept }
}

function withoutNodePort({ nodePort: _nodePort, ...port }: ServicePort): ServicePort {
  return port
}

function isExposed({ type, externalIPs = [] }: Spec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && externalIPs.length > 0)
}
