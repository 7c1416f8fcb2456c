import type { Container, Pod } from '../api/generated/types.ts'

/** A port of the node itself that a pod takes: what NodePorts compares. */
export interface HostPort {
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

const none: readonly HostPort[] = []
const anyAddress = '0.0.0.0'

/** The host ports that a pod holds while it runs: those of its containers and sidecars. */
export function hostPortsOf(pod: Pod): readonly HostPort[] {
  let ports: HostPort[] | null = null
  const collect = (container: Container): void => {
    for (const { hostPort, hostIP, protocol } of container.ports ?? []) {
      if (hostPort) (ports ??= []).push({ ip: hostIP || anyAddress, protocol: protocol || 'TCP', port: hostPort })
    }
  }
  for (const container of pod.spec.initContainers ?? []) if (container.restartPolicy === 'Always') collect(container)
  for (const container of pod.spec.containers) collect(container)
  return ports ?? none
}

/** True when a pod that wants these ports cannot live beside one that holds those. */
export function portsConflict(wanted: readonly HostPort[], held: readonly HostPort[]): boolean {
  return wanted.some((want) => held.some((have) => conflicts(want, have)))
}

function conflicts(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === anyAddress || b.ip === anyAddress)
}
