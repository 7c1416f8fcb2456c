// Upstream: pkg/apis/core/v1/defaults.go SetDefaults_Service (v1.36).
import type { Service, ServicePort } from '../generated/types.ts'

export const clientIPTimeoutSeconds = 10_800

/** Type ClusterIP, no affinity, traffic policies, TCP, and a target port equal to the port. */
export function defaultService(service: Service): Service {
  const { spec } = service
  const type = spec.type || 'ClusterIP'
  const external = type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0)
  const internal = type === 'NodePort' || type === 'LoadBalancer' || type === 'ClusterIP'
  const { sessionAffinityConfig: _, ...rest } = spec
  return {
    ...service,
    spec: {
      ...rest,
      ...(spec.ports ? { ports: spec.ports.map(defaultPort) } : {}),
      type,
      ...affinity(spec),
      ...(external && !spec.externalTrafficPolicy ? { externalTrafficPolicy: 'Cluster' as const } : {}),
      ...(internal && spec.internalTrafficPolicy === undefined ? { internalTrafficPolicy: 'Cluster' as const } : {}),
      ...(type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === undefined ? { allocateLoadBalancerNodePorts: true } : {}),
    },
    ...(type === 'LoadBalancer' ? { status: ingressModes(service.status) } : {}),
  }
}

function affinity(spec: Service['spec']): Pick<Service['spec'], 'sessionAffinity' | 'sessionAffinityConfig'> {
  const sessionAffinity = spec.sessionAffinity || 'None'
  if (sessionAffinity === 'None') return { sessionAffinity }
  const config = spec.sessionAffinityConfig
  if (sessionAffinity === 'ClientIP' && config?.clientIP?.timeoutSeconds === undefined) {
    return { sessionAffinity, sessionAffinityConfig: { clientIP: { timeoutSeconds: clientIPTimeoutSeconds } } }
  }
  return { sessionAffinity, ...(config ? { sessionAffinityConfig: config } : {}) }
}

function defaultPort(port: ServicePort): ServicePort {
  return { ...port, protocol: port.protocol || 'TCP', targetPort: port.targetPort || port.port }
}

function ingressModes(status: Service['status']): Service['status'] {
  const ingress = status?.loadBalancer?.ingress
  if (!ingress?.some((entry) => entry.ip && entry.ipMode === undefined)) return status
  return { ...status, loadBalancer: { ...status.loadBalancer, ingress: ingress.map((entry) => (entry.ip && entry.ipMode === undefined ? { ...entry, ipMode: 'VIP' } : entry)) } }
}
