import type { Millis } from '../kernel/agenda.ts'

/** What kube-proxy's configuration file says when nobody has changed it. */
export const proxyConfiguration = {
  /** Where it tells load balancers whether it keeps up. */
  healthzBindAddress: '0.0.0.0:10256',
  iptables: {
    /** Which bit of a packet's mark says that its source must be rewritten. */
    masqueradeBit: 14,
    /** Rules are written at most this often, and a broken watch is tried again. */
    minSyncPeriod: 1000 satisfies Millis,
    /** Node ports answer on 127.0.0.1 too. */
    localhostNodePorts: true,
  },
} as const

/** The port on which a node's proxy answers `/healthz`. */
export const healthzPort = Number(proxyConfiguration.healthzBindAddress.split(':')[1])
