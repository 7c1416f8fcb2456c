import { chooseEndpoints, type ProxyEndpoint } from '../../src/sim/network/endpoint-choice.ts'
import { createProxyView, endpointsOf } from '../../src/sim/network/kube-proxy.ts'
import type { EndpointSlice, Service } from '../../src/sim/api/generated/types.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'

/** Which endpoints a node's proxy uses. */
export const proxy: GoldenSet = {
  name: 'nodes/proxy',
  run: ({ in: input, out }) => (input.label === undefined ? partialDifference(sorted(out), sorted(chosen(input))) : partialDifference(out, { handled: isHandled(input.label) })),
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
