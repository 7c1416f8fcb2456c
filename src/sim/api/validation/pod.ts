// Upstream: pkg/apis/core/validation ValidatePodCreate (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden } from '../field-errors.ts'
import type { Pod } from '../generated/types.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { validateImageText } from './containers.ts'
import { validateObjectMeta } from './metadata.ts'
import { validatePodAnnotations, validateProfilesAgree } from './pod-annotations.ts'
import { validatePodSpec } from './pod-spec.ts'

/** The faults of a pod that is to be created. */
export function validatePod(pod: Pod): FieldError[] {
  const faults = validatePodMetadataAndSpec(pod)
  if (pod.spec.ephemeralContainers?.length) faults.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'))
  if (pod.spec.nodeName && pod.spec.schedulingGates?.length) faults.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'))
  return [...faults, ...validateProfilesAgree(pod.metadata.annotations, pod.spec, 'spec')]
}

/** What holds for every pod at any time. */
export function validatePodMetadataAndSpec(pod: Pod): FieldError[] {
  const { spec, metadata } = pod
  const faults = [
    ...validateObjectMeta(metadata, true, nameIsDnsSubdomain),
    ...validatePodAnnotations(metadata.annotations, spec, 'metadata.annotations'),
    ...validatePodSpec(spec, metadata, 'spec'),
  ]
  if (!spec.serviceAccountName) {
    ;(spec.volumes ?? []).forEach((volume, at) =>
      (volume.projected?.sources ?? []).forEach((source, index) => {
        if (source.serviceAccountToken) faults.push(forbidden(`spec.volumes[${at}].projected.sources[${index}].serviceAccountToken`, 'must not be specified when serviceAccountName is not set'))
      }),
    )
  }
  for (const list of ['containers', 'initContainers'] as const) {
    ;(spec[list] ?? []).forEach((container, at) => addAll(faults, validateImageText(container.image ?? '', `spec.${list}[${at}]`)))
  }
  return faults
}
