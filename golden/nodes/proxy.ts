import { chooseEndpoints, type ProxyEndpoint } from '../../src/sim/network/endpoint-choice.ts'
import { createProxyView, endpointsOf } from '../../src/sim/network/kube-proxy.ts'
import type { EndpointSlice, Service } from '../../src/sim/api/generated/types.ts'
import { clientIPTimeoutSeconds } from '../../src/sim/api/defaults/service.ts'
import type { KubernetesObject } from '../../src/sim/api/objects.ts'
import { ServiceRules } from '../../src/sim/cluster/service-rules.ts'
import { Store } from '../../src/sim/etcd/store.ts'
import { Timeline } from '../../src/sim/kernel/agenda.ts'
import { isAcceptedAffinity, isLongestAffinity } from '../components.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'
import { healthOf, isAboutRules, runRules } from './proxy-rules.ts'

/** Which endpoints a node's proxy uses, since when, and by which rules. */
export const proxy: GoldenSet = {
  name: 'nodes/proxy',
  run: (golden) => {
    if (isAboutRules(golden)) return runRules(golden)
    const { in: input, out } = golden
    if (input.label !== undefined) return partialDifference(out, { handled: isHandled(input.label) })
    if (input.localReadyEndpoints) return partialDifference(out, healthOf(input.localReadyEndpoints))
    if (input.changesAtMs) return partialDifference(out, { ruleUpdatesAtMs: updatesOf(input.changesAtMs) })
    if (input.sessionAffinity) return partialDifference(out, affinityTimes(out.max))
    return partialDifference(sorted(out), sorted(chosen(input)))
  },
}

/** When the rules of a node follow Services that are made at these times; the first update counts as zero. */
function updatesOf(changes: readonly number[]): readonly number[] {
  const timeline = new Timeline()
  const store = new Store<KubernetesObject>()
  store.serve(timeline.fork('etcd'))
  const rules = new ServiceRules(timeline, store)
  rules.tableOf('n1').follow()
  for (const [at, time] of changes.entries()) timeline.at(1000 + time, 'change', () => void store.put(`/registry/services/specs/default/s${at}`, 0, (revision) => service(`s${at}`, String(revision))))
  const updates: number[] = []
  let known = 0
  for (let now = 1000; now <= 10_000; now += 1) {
    timeline.advanceTo(now)
    const { length } = rules.sightOf('n1')?.services ?? []
    if (length !== known) updates.push(now)
    known = length
  }
  return updates.map((time) => time - (updates[0] ?? 0))
}

function service(name: string, resourceVersion: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default', uid: name, resourceVersion, creationTimestamp: '2026-01-01T00:00:00Z' } } as KubernetesObject
}

/** How long a client stays with its endpoint: by default, at least, at most (`max` is tried). */
function affinityTimes(max: number): unknown {
  const least = [0, 1, 2].find((seconds) => isAcceptedAffinity(seconds))
  return { timeoutSeconds: clientIPTimeoutSeconds, min: least, max: isLongestAffinity(max) ? max : 'another' }
}

function chosen(input: GoldenCase['in']): Record<string, unknown> {
  const slices: EndpointSlice[] = input.endpoints.map((endpoint: GoldenCase['in']) => ({
    ports: [{ name: 'p', port: 80 }],
    endpoints: [{ ...endpoint, addresses: [endpoint.address], hints: { forZones: named(endpoint.hints?.forZones), forNodes: named(endpoint.hints?.forNodes) } }],
  }))
  const choice = chooseEndpoints(input.service, slices.flatMap((slice) => endpointsOf(slice, 'p')), input.node)
  const addresses = (endpoints: readonly ProxyEndpoint[] | null) => endpoints && endpoints.map(({ address }) => address)
  return {
    clusterEndpoints: addresses(choice.clusterEndpoints),
    localEndpoints: addresses(choice.localEndpoints),
    topologyMode: choice.topologyMode,
    hasAnyEndpoints: choice.hasAnyEndpoints,
    internalTrafficUses: addresses(choice.internal),
    externalTrafficUses: addresses(choice.external),
  }
}

function isHandled(label: string): boolean {
  const service = { metadata: { name: 'web', namespace: 'default', labels: { [label]: 'other' } }, spec: {} } as unknown as Service
  return createProxyView({ name: 'n1', zone: undefined }, { services: [service], slices: [] }).service('default', 'web') !== undefined
}

function named(names: readonly string[] = []): { name: string }[] {
  return names.map((name) => ({ name }))
}

/** Lists of endpoints are sets. */
function sorted(answer: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, Array.isArray(value) ? [...(value as string[])].sort() : value]))
}
