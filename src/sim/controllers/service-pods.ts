import type { Pod, Service, ServicePort } from '../api/generated/types.ts'

/** Finished pods and pods without an address stand behind no Service. */
export function canBeReached({ status }: Pod): boolean {
  return status.phase !== 'Succeeded' && status.phase !== 'Failed' && (!!status.podIP || (status.podIPs ?? []).length > 0)
}

/** The port of a Service as this pod serves it, if it does (podutil.FindPort). */
export function portOf(pod: Pod, { targetPort, protocol }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const container of [...pod.spec.containers, ...sidecars]) {
    const match = container.ports?.find((port) => port.name === targetPort && port.protocol === protocol)
    if (match) return match.containerPort
  }
  return undefined
}

/** Whether DNS knows the pod by its own name below that of the Service. */
export function hasHostname(pod: Pod, service: Service): boolean {
  return !!pod.spec.hostname && pod.spec.subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace
}
