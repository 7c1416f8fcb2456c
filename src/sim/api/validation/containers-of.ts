// Upstream: pkg/apis/core/pods VisitContainersWithPath (v1.36).
import type { Container, EphemeralContainer, PodSpec } from '../generated/types.ts'

/** Every container of a pod and where it stands: those that initialise first. */
export function containersOf(spec: PodSpec, path: string): { readonly container: Container | EphemeralContainer; readonly path: string }[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) => (spec[list] ?? []).map((container, at) => ({ container, path: `${path}.${list}[${at}]` })))
}
