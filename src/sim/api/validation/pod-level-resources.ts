// Upstream: pkg/apis/core/validation validatePodResources (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid } from '../field-errors.ts'
import type { PodSpec } from '../generated/types.ts'
import { countRequests, resourceListOf } from '../pod-resources.ts'
import { compareAmounts } from '../schema/quantities.ts'
import { validateResources } from './resources.ts'

/** What a pod asks for as a whole must be enough for its containers together, and no container may go beyond its limits. */
export function validatePodLevelResources(spec: PodSpec, claimNames: readonly string[], path: string): FieldError[] {
  const { resources } = spec
  if (!resources) return []
  const faults = resources.claims ? [forbidden(`${path}.claims`, 'claims may not be set for Resources at pod-level')] : []
  addAll(faults, validateResources(resources, 'pod', claimNames, path))
  for (const [name, needed] of Object.entries(resourceListOf(countRequests({ spec }, { skipPodLevel: true, withoutOverhead: true }))).sort(([one], [other]) => (one < other ? -1 : 1))) {
    const asked = resources.requests?.[name]
    if (asked !== undefined && compareAmounts(needed, asked) > 0) faults.push(invalid(`${path}.requests[${name}]`, asked, `must be greater than or equal to aggregate container requests of ${needed}`))
  }
  ;(spec.containers ?? []).forEach((container, at) => {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const most = resources.limits?.[name]
      if (most !== undefined && compareAmounts(limit, most) > 0) faults.push(invalid(`${path}.containers[${at}][${name}].limits`, limit, `must be less than or equal to pod limits of ${most}`))
    }
  })
  return faults
}
