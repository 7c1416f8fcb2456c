// Upstream: pkg/kubelet/envvars/envvars.go, kubelet_pods.go getServiceEnvVarMap (v1.36).
import type { Service } from '../api/generated/types.ts'

/** The Services that a pod's containers are told of: those of its namespace when it wants links, and always the API's own. */
export function linkedServices(services: readonly Service[], namespace: string, enableServiceLinks: boolean): Service[] {
  const own = enableServiceLinks ? services.filter((service) => service.metadata.namespace === namespace && hasAddress(service)) : []
  const api = services.find((service) => service.metadata.namespace === 'default' && service.metadata.name === 'kubernetes' && hasAddress(service))
  return api === undefined || own.some(({ metadata }) => metadata.name === api.metadata.name) ? own : [...own, api]
}

/** `WEB_SERVICE_HOST`, `WEB_PORT_80_TCP` and the like of one Service, in upstream's order. */
export function serviceVariables({ metadata, spec }: Service): (readonly [name: string, value: string])[] {
  const prefix = variableName(metadata.name)
  const address = spec.clusterIP ?? ''
  const ports = spec.ports ?? []
  const first = ports[0]
  if (!first) return [[`${prefix}_SERVICE_HOST`, address]]
  const url = (protocol: string | undefined, port: number) => `${(protocol ?? 'TCP').toLowerCase()}://${address.includes(':') ? `[${address}]` : address}:${port}`
  return [
    [`${prefix}_SERVICE_HOST`, address],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
    ...ports.flatMap(({ name, port }) => (name ? [[`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port)] as const] : [])),
    [`${prefix}_PORT`, url(first.protocol, first.port)],
    ...ports.flatMap(({ port, protocol = 'TCP' }) => {
      const own = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`
      return [[own, url(protocol, port)], [`${own}_PROTO`, protocol.toLowerCase()], [`${own}_PORT`, String(port)], [`${own}_ADDR`, address]] as const
    }),
  ]
}

function hasAddress({ spec }: Service): boolean {
  return spec.type !== 'ExternalName' && !!spec.clusterIP && spec.clusterIP !== 'None'
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll(/[-.]/g, '_')
}
