import type { Endpoint, EndpointPort } from '../api/generated/types.ts'

/** What makes two endpoints of a Service the same one: address, host name and pod name. */
export function endpointIdentity({ addresses, hostname = '', targetRef }: Endpoint): string {
  return `${addresses.length > 1 ? [...addresses].sort().join(' ') : addresses[0] ?? ''}|${hostname}|${targetRef?.namespace ?? ''}/${targetRef?.name ?? ''}`
}

/** Whether two that are the same endpoint say the same of it. Hints do not count here: they are given later. */
export function saysTheSame(a: Endpoint, b: Endpoint): boolean {
  return a === b || (
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    a.conditions?.ready === b.conditions?.ready &&
    a.conditions?.serving === b.conditions?.serving &&
    a.conditions?.terminating === b.conditions?.terminating &&
    a.targetRef?.kind === b.targetRef?.kind &&
    a.targetRef?.namespace === b.targetRef?.namespace &&
    a.targetRef?.name === b.targetRef?.name &&
    a.targetRef?.uid === b.targetRef?.uid &&
    a.targetRef?.apiVersion === b.targetRef?.apiVersion &&
    a.targetRef?.fieldPath === b.targetRef?.fieldPath
  )
}

/** The same for ports in the same number and in whatever order: slices are kept apart by it. */
export function portsKey(ports: readonly EndpointPort[]): string {
  return ports.map(({ name, port, protocol, appProtocol }) => JSON.stringify([name ?? null, protocol ?? null, port ?? null, appProtocol ?? null])).sort().join()
}
