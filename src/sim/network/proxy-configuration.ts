import type { Millis } from '../kernel/agenda.ts'

/** What kube-proxy's configuration file says when nobody has changed it. */
export const proxyConfiguration = {
  /** Where it tells load balancers whether it keeps up. */
  healthzBindAddress: '0.0.0.0:10256',
  /** Where it tells numbers about itself: only to its own machine. */
  metricsBindAddress: '127.0.0.1:10249',
  iptables: {
    /** Which bit of a packet's mark says that its source must be rewritten. */
    masqueradeBit: 14,
    /** Rules are written at most this often, and a broken watch is tried again. */
    minSyncPeriod: 1000 satisfies Millis,
    /** A proxy that has been behind for twice as long calls itself unhealthy. */
    syncPeriod: 30_000 satisfies Millis,
    /** Node ports answer on 127.0.0.1 too. */
    localhostNodePorts: true,
  },
} as const

/** The port on which a node's proxy answers `/healthz`. */
export const healthzPort = portOf(proxyConfiguration.healthzBindAddress)

/** The port on which it answers `/metrics`. */
export const metricsPort = portOf(proxyConfiguration.metricsBindAddress)

function portOf(bindAddress: string): number {
  return Number(bindAddress.slice(bindAddress.lastIndexOf(':') + 1))
}
