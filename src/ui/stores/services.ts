import type { Service } from '../../sim/api/generated/types.ts'

/** Where a Service is reached, in a line: `LoadBalancer · 203.0.113.10:80`; `<pending>` as kubectl writes it while nobody has given an address. */
export function serviceAddress({ spec, status }: Service): string {
  const port = spec.ports?.[0]?.port
  const suffix = port === undefined ? '' : `:${port}`
  switch (spec.type) {
    case 'LoadBalancer':
      return `LoadBalancer · ${outsideAddress(status) ?? '<pending>'}${suffix}`
    case 'NodePort':
      return `NodePort · every node:${spec.ports?.[0]?.nodePort ?? '?'}`
    case 'ExternalName':
      return `ExternalName · ${spec.externalName ?? ''}`
    default:
      return `${spec.type ?? 'ClusterIP'} · ${spec.clusterIP === 'None' ? 'headless' : `${spec.clusterIP ?? 'no address'}${suffix}`}`
  }
}

/** The address that a cloud gave to a load balancer, if one did. */
export function outsideAddress(status: Service['status']): string | undefined {
  const [ingress] = status.loadBalancer?.ingress ?? []
  return ingress?.ip ?? ingress?.hostname
}
