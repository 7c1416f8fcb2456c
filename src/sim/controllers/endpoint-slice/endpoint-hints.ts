import type { Endpoint, EndpointHints, EndpointSlice } from '../../api/generated/types.ts'
import { draftOf } from './slice-draft.ts'
import type { SliceDraft } from './slice-draft.ts'

/** The endpoint with these hints, or without any. */
export function hinted(endpoint: Endpoint, hints: EndpointHints | undefined): Endpoint {
  const { hints: _old, ...bare } = endpoint
  return hints ? { ...bare, hints } : bare
}

export function isReady(endpoint: Endpoint): boolean {
  return endpoint.conditions?.ready === true
}

/** Takes all hints away; gives the slices to update, those included that had hints and were to stay as they were. */
export function removeHints(create: readonly SliceDraft[], update: readonly SliceDraft[], unchanged: readonly EndpointSlice[]): SliceDraft[] {
  const stale = unchanged.filter((slice) => (slice.endpoints ?? []).some(({ hints }) => hints))
  const updates = [...update, ...stale.map(draftOf)]
  for (const draft of [...create, ...updates]) draft.endpoints = draft.endpoints.map((endpoint) => (endpoint.hints ? hinted(endpoint, undefined) : endpoint))
  return updates
}
