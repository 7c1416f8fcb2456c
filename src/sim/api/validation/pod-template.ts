// Upstream: pkg/apis/core/validation ValidatePodTemplateSpec (v1.36).
import type { FieldError } from '../field-errors.ts'
import { forbidden } from '../field-errors.ts'
import type { PodTemplateSpec } from '../generated/types.ts'
import { validateAnnotations, validateLabels } from '../metadata.ts'
import { validatePodAnnotations, validateProfilesAgree } from './pod-annotations.ts'
import { validatePodSpec } from './pod-spec.ts'

export function validatePodTemplate(template: PodTemplateSpec, path: string): FieldError[] {
  const { labels, annotations } = template.metadata ?? {}
  return [
    ...validateLabels(labels, `${path}.labels`),
    ...validateAnnotations(annotations, `${path}.annotations`),
    ...validatePodAnnotations(annotations, template.spec, `${path}.annotations`),
    ...validatePodSpec(template.spec, null, `${path}.spec`),
    ...validateProfilesAgree(annotations, template.spec, `${path}.spec`),
    ...(template.spec.ephemeralContainers?.length ? [forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')] : []),
  ]
}
