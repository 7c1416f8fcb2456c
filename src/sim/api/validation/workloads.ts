// Upstream: pkg/apis/apps/validation, and the strategies' own checks in pkg/registry/apps (v1.36).
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, notSupported, required } from '../field-errors.ts'
import type { DaemonSet, Deployment, LabelSelector, PodTemplateSpec, ReplicaSet } from '../generated/types.ts'
import { convertSelector, nothing } from '../labels.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { semanticEqual } from '../semantic.ts'
import { checkNonNegative } from './checks.ts'
import { validateLabelSelector } from './label-selector.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'
import { validatePodTemplate } from './pod-template.ts'
import { validateDaemonSetStrategy, validateDeploymentStrategy } from './rollout.ts'

export function validateDeployment(deployment: Deployment): FieldError[] {
  return [...validateObjectMeta(deployment.metadata, true, nameIsDnsSubdomain), ...validateDeploymentSpec(deployment)]
}

export function validateDeploymentUpdate(next: Deployment, old: Deployment): FieldError[] {
  return [...validateObjectMetaUpdate(next.metadata, old.metadata), ...validateDeploymentSpec(next), ...selectorUnchanged(next, old)]
}

function validateDeploymentSpec({ spec }: Deployment): FieldError[] {
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec
  return [
    ...checkNonNegative('spec.replicas', spec.replicas),
    ...validateSelectorAndTemplate(spec, 'deployment'),
    ...validateDeploymentStrategy(spec.strategy, 'spec.strategy'),
    ...checkNonNegative('spec.minReadySeconds', minReadySeconds),
    ...checkNonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...checkNonNegative('spec.progressDeadlineSeconds', deadline),
    ...(deadline !== undefined && deadline <= minReadySeconds ? [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')] : []),
  ]
}

export function validateReplicaSet(replicaSet: ReplicaSet): FieldError[] {
  return [...validateObjectMeta(replicaSet.metadata, true, nameIsDnsSubdomain), ...validateReplicaSetSpec(replicaSet)]
}

export function validateReplicaSetUpdate(next: ReplicaSet, old: ReplicaSet): FieldError[] {
  return [...validateObjectMetaUpdate(next.metadata, old.metadata), ...validateReplicaSetSpec(next), ...selectorUnchanged(next, old)]
}

function validateReplicaSetSpec({ spec }: ReplicaSet): FieldError[] {
  return [
    ...checkNonNegative('spec.replicas', spec.replicas),
    ...checkNonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelectorAndTemplate(spec, 'deployment'),
  ]
}

export function validateDaemonSet(daemonSet: DaemonSet): FieldError[] {
  return [...validateObjectMeta(daemonSet.metadata, true, nameIsDnsSubdomain), ...validateDaemonSetSpec(daemonSet)]
}

export function validateDaemonSetUpdate(next: DaemonSet, old: DaemonSet): FieldError[] {
  return [...validateObjectMetaUpdate(next.metadata, old.metadata), ...selectorUnchanged(next, old), ...validateDaemonSetSpec(next)]
}

function validateDaemonSetSpec({ spec }: DaemonSet): FieldError[] {
  const { template } = spec
  const faults = validateLabelSelector(spec.selector, 'spec.selector')
  const converted = spec.selector ? convertSelector(spec.selector) : { ok: true as const, value: nothing }
  if (converted.ok && !converted.value.matches(template.metadata?.labels ?? {})) faults.push(templateMismatch(template))
  if (spec.selector && isEmpty(spec.selector)) faults.push(invalid('spec.selector', spec.selector, 'empty selector is invalid for daemonset'))
  return [
    ...faults,
    ...validatePodTemplate(template, 'spec.template'),
    ...runsForever(template, 'DaemonSet'),
    ...checkNonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateDaemonSetStrategy(spec.updateStrategy, 'spec.updateStrategy'),
    ...checkNonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ]
}

interface Selecting {
  readonly selector: LabelSelector | null
  readonly template: PodTemplateSpec
}

function validateSelectorAndTemplate({ selector, template }: Selecting, kind: string): FieldError[] {
  const faults = selector ? validateLabelSelector(selector, 'spec.selector') : [required('spec.selector', '')]
  if (selector && isEmpty(selector)) faults.push(invalid('spec.selector', selector, `empty selector is invalid for ${kind}`))
  const converted = selector ? convertSelector(selector) : { ok: true as const, value: nothing }
  if (!converted.ok) return [...faults, invalid('spec.selector', selector, 'invalid label selector')]
  if (!converted.value.isEmpty && !converted.value.matches(template.metadata?.labels ?? {})) faults.push(templateMismatch(template))
  return [...faults, ...validatePodTemplate(template, 'spec.template'), ...runsForever(template, 'ReplicaSet')]
}

function isEmpty(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0
}

/** The template makes pods that the selector does not select. */
export function templateMismatch(template: PodTemplateSpec): FieldError {
  return invalid('spec.template.metadata.labels', template.metadata?.labels ?? null, '`selector` does not match template `labels`')
}

/** What a template says whose pods are replaced whenever they end. */
export function runsForever({ spec }: PodTemplateSpec, kind: string): FieldError[] {
  const faults: FieldError[] = []
  if (spec.restartPolicy !== 'Always') faults.push(notSupported('spec.template.spec.restartPolicy', spec.restartPolicy, ['Always']))
  if (spec.activeDeadlineSeconds !== undefined) faults.push(forbidden('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`))
  return faults
}

function selectorUnchanged<T extends { readonly spec: { readonly selector?: LabelSelector | null } }>(next: T, old: T): FieldError[] {
  return semanticEqual(next.spec.selector, old.spec.selector) ? [] : [invalid('spec.selector', next.spec.selector, 'field is immutable')]
}
