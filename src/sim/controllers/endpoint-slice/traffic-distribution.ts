import type { Endpoint, EndpointHints, EndpointSlice, Service } from '../../api/generated/types.ts'
import { hinted, isReady } from './endpoint-hints.ts'
import { draftOf } from './slice-draft.ts'
import type { SliceDraft } from './slice-draft.ts'
import { usesTopologyMode } from './topology-hints.ts'

/** spec.trafficDistribution, where it is in force: the older annotation goes before it. */
export function trafficDistributionOf(service: Service): string | undefined {
  const value = service.spec.trafficDistribution
  const isKnown = value === 'PreferClose' || value === 'PreferSameZone' || value === 'PreferSameNode'
  return isKnown && !usesTopologyMode(service) ? value : undefined
}

/** Hints every ready endpoint to its own zone (and node); gives the slices to update, further ones included. */
export function hintToSameZone(distribution: string, create: readonly SliceDraft[], update: readonly SliceDraft[], unchanged: readonly EndpointSlice[]): SliceDraft[] {
  const withNodes = distribution === 'PreferSameNode'
  const wrong = unchanged.filter((slice) => (slice.endpoints ?? []).some((endpoint) => isReady(endpoint) && !hasHints(endpoint, withNodes)))
  const updates = [...update, ...wrong.map(draftOf)]
  for (const draft of [...create, ...updates]) {
    draft.endpoints = draft.endpoints.map((endpoint) => (isReady(endpoint) ? hinted(endpoint, hintsOf(endpoint, withNodes)) : endpoint))
  }
  return updates
}

function hintsOf({ zone, nodeName }: Endpoint, withNodes: boolean): EndpointHints | undefined {
  const toNode = withNodes && nodeName !== undefined
  if (zone === undefined && !toNode) return undefined
  return { ...(zone !== undefined && { forZones: [{ name: zone }] }), ...(toNode && { forNodes: [{ name: nodeName }] }) }
}

function hasHints(endpoint: Endpoint, withNodes: boolean): boolean {
  const wanted = hintsOf(endpoint, withNodes)
  return isOnly(endpoint.hints?.forZones, wanted?.forZones?.[0]?.name) && isOnly(endpoint.hints?.forNodes, wanted?.forNodes?.[0]?.name)
}

function isOnly(hints: readonly { readonly name: string }[] = [], name: string | undefined): boolean {
  return name === undefined ? hints.length === 0 : hints.length === 1 && hints[0]?.name === name
}
