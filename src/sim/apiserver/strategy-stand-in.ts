import type { FieldError } from '../api/field-errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { Resource } from '../api/resources.ts'

/** Stand-in until src/sim/api/strategy is there. */
export interface Strategy {
  prepareForCreate(object: KubernetesObject): KubernetesObject
  validateCreate(object: KubernetesObject): readonly FieldError[]
  prepareForUpdate(object: KubernetesObject, old: KubernetesObject): KubernetesObject
  validateUpdate(object: KubernetesObject, old: KubernetesObject): readonly FieldError[]
  prepareForStatusUpdate(object: KubernetesObject, old: KubernetesObject): KubernetesObject
  readonly allowUnconditionalUpdate: boolean
  readonly allowCreateOnUpdate: boolean
}

interface Loose extends KubernetesObject {
  readonly spec?: unknown
  readonly status?: unknown
}

export function strategyOf(resource: Resource): Strategy {
  const generation = resource !== 'events' && resource !== 'leases'
  return {
    prepareForCreate: (object) => ({ ...object, metadata: { ...object.metadata, ...(generation && { generation: 1 }) } }),
    validateCreate: () => [],
    prepareForUpdate(object: Loose, old: Loose) {
      const changed = JSON.stringify(object.spec) !== JSON.stringify(old.spec)
      const metadata = generation ? { ...object.metadata, generation: (old.metadata.generation ?? 0) + (changed ? 1 : 0) } : object.metadata
      return old.status === undefined ? { ...object, metadata } : { ...object, metadata, status: old.status }
    },
    validateUpdate: () => [],
    prepareForStatusUpdate: (object: Loose, old: Loose) => ({ ...old, metadata: { ...old.metadata, resourceVersion: object.metadata.resourceVersion }, status: object.status }) as KubernetesObject,
    allowUnconditionalUpdate: resource !== 'leases',
    allowCreateOnUpdate: ['leases', 'events', 'services'].includes(resource),
  }
}
