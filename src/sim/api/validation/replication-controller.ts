// Upstream: pkg/apis/core/validation ValidateReplicationController, ValidatePodTemplate (v1.36). Left out: selectors that no conversion can express; that a name of this kind alone is too long in bytes, not characters.
import type { FieldError } from '../field-errors.ts'
import { required } from '../field-errors.ts'
import type { PodTemplate, ReplicationController } from '../generated/types.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { checkNonNegative } from './checks.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'
import { validatePodTemplate } from './pod-template.ts'
import { runsForever, templateMismatch } from './workloads.ts'

export function validateReplicationController({ metadata, spec }: ReplicationController): FieldError[] {
  return [...validateObjectMeta(metadata, true, nameIsDnsSubdomain), ...validateSpec(spec)]
}

export function validateReplicationControllerUpdate(next: ReplicationController, old: ReplicationController): FieldError[] {
  return [...validateObjectMetaUpdate(next.metadata, old.metadata), ...validateSpec(next.spec)]
}

function validateSpec({ minReadySeconds, replicas, ...rest }: ReplicationController['spec']): FieldError[] {
  // A selector or a template that is not sent is not there: nothing makes them up.
  const { selector = {}, template }: Partial<ReplicationController['spec']> = rest
  const wanted = Object.entries(selector)
  return [
    ...checkNonNegative('spec.minReadySeconds', minReadySeconds),
    ...(wanted.length === 0 ? [required('spec.selector', '')] : []),
    ...checkNonNegative('spec.replicas', replicas),
    ...(!template ? [required('spec.template', '')] : [
      ...(wanted.every(([key, value]) => template.metadata.labels?.[key] === value) ? [] : [templateMismatch(template)]),
      ...validatePodTemplate(template, 'spec.template'),
      ...runsForever(template, 'ReplicationController'),
    ]),
  ]
}

export function validatePodTemplateObject({ metadata, template }: PodTemplate): FieldError[] {
  return [...validateObjectMeta(metadata, true, nameIsDnsSubdomain), ...validatePodTemplate(template, 'template')]
}

export function validatePodTemplateUpdate(next: PodTemplate, old: PodTemplate): FieldError[] {
  return [...validateObjectMetaUpdate(next.metadata, old.metadata), ...validatePodTemplate(next.template, 'template')]
}
