import type { EndpointSlice, Pod, Service } from '../../src/sim/api/generated/types.ts'
import { keyOf, splitKey, type KubernetesObject } from '../../src/sim/api/objects.ts'
import type { Route } from '../../src/sim/network/route.ts'
import type { Check, Scene, Write } from './check.ts'
import { seenFor } from './sight.ts'

/** After a change the proxies write their rules within a second (iptables' minSyncPeriod). */
const writing = 1000 + seenFor

/** Row 98, whenever the endpoints of a Service have changed: the rules of every machine follow, and lead to ready endpoints, to leaving ones if there is no other, or to nobody. */
export class Rules implements Check {
  private readonly dirty = new Map<string, number>()

  constructor(private readonly scene: Scene) {}

  committed({ before, after }: Write): void {
    const object = (after ?? before) as KubernetesObject
    if (object.metadata.namespace !== 'default') return
    if (object.kind === 'Service') this.dirty.set(keyOf(object), this.scene.now)
    const service = object.kind === 'EndpointSlice' ? object.metadata.labels?.['kubernetes.io/service-name'] : undefined
    if (service !== undefined) this.dirty.set(`default/${service}`, this.scene.now)
  }

  afterEvent(): void {
    for (const [key, since] of this.dirty) {
      if (this.scene.now - since <= writing) continue
      this.dirty.delete(key)
      const service = this.scene.all<Service>('Service').get(key)
      if (service?.spec.selector) this.judge(key, since)
    }
  }

  private judge(key: string, since: number): void {
    const { cluster, sight, fail } = this.scene
    const slices = [...this.scene.all<EndpointSlice>('EndpointSlice').values()].filter((slice) => belongs(slice, key))
    const endpoints = slices.flatMap((slice) => slice.endpoints ?? [])
    const ready = endpoints.filter(({ conditions }) => conditions?.ready)
    const usable = ready.length > 0 ? ready : endpoints.filter(({ conditions }) => conditions?.serving && conditions.terminating)
    const allowed = new Set(usable.flatMap(({ addresses }) => addresses))
    for (const { name, isOn } of cluster.machines.values()) {
      if (!isOn || sight.clearSince(`kube-proxy/${name}`) >= since) continue
      const known = cluster.rules.sightOf(name)?.slices.filter((slice) => belongs(slice, key)) ?? []
      if (versions(known) !== versions(slices)) fail(98, `the rules on ${name} for Service ${key} are of the slices ${versions(known)}, written are ${versions(slices)}`)
      const from = [...this.scene.all<Pod>('Pod').values()].find((pod) => pod.spec.nodeName === name && pod.metadata.namespace === 'default' && pod.status.phase === 'Running')
      const asked = from && cluster.ask({ kind: 'route', service: key, from: keyOf(from) })
      if (asked?.ok) this.route(asked.value as Route, key, name, allowed)
    }
  }

  private route(route: Route, key: string, from: string, allowed: ReadonlySet<string>): void {
    const { fail } = this.scene
    const to = route.hops.findLast(({ kind }) => kind === 'pod')?.what.replace(/:\d+$/, '')
    if (to !== undefined && !allowed.has(to)) fail(98, `a request from ${from} to Service ${key} goes to ${to}, allowed are ${[...allowed].join() || 'none'}`)
    if (!route.ok && route.failure.startsWith('connection refused: no pod') && allowed.size > 0) fail(98, `a request from ${from} to Service ${key} is refused, allowed are ${[...allowed].join()}`)
  }
}

function belongs({ metadata }: EndpointSlice, key: string): boolean {
  const { namespace, name } = splitKey(key)
  return metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === name
}

function versions(slices: readonly EndpointSlice[]): string {
  return slices.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort().join(' ')
}
