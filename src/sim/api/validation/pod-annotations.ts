// Upstream: pkg/apis/core/validation ValidatePodSpecificAnnotations (v1.36). Left out: annotations of seccomp, AppArmor and alpha tolerations.
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid } from '../field-errors.ts'
import type { PodSpec } from '../generated/types.ts'
import type { Labels } from '../objects.ts'

const mirror = 'kubernetes.io/config.mirror'
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost'

/** The annotations that mean something to Kubernetes itself. */
export function validatePodAnnotations(annotations: Labels | undefined, spec: PodSpec, path: string): FieldError[] {
  if (!annotations) return []
  const faults: FieldError[] = []
  if (annotations[mirror] !== undefined && !spec.nodeName) faults.push(invalid(`${path}[${mirror}]`, annotations[mirror], 'must set spec.nodeName if mirror pod annotation is set'))
  const cost = annotations[deletionCost]
  if (cost !== undefined && !isInt32(cost)) faults.push(invalid(`${path}[${deletionCost}]`, cost, 'must be a 32bit integer'))
  return faults
}

/** A plus sign in front and leading zeros are no such number. */
function isInt32(text: string): boolean {
  return text === '' || (/^(?:0|-?[1-9]\d{0,9})$/.test(text) && Number(text) >= -2_147_483_648 && Number(text) <= 2_147_483_647)
}

/** What marks a pod as a kubelet's own stays as it is. */
export function validatePodAnnotationUpdates(next: Labels | undefined, old: Labels | undefined, spec: PodSpec, path: string): FieldError[] {
  const faults: FieldError[] = []
  if (old?.[mirror] !== undefined && next?.[mirror] !== old[mirror]) faults.push(forbidden(`${path}[${mirror}]`, 'may not remove or update mirror pod annotation'))
  if (old?.[mirror] === undefined && next?.[mirror] !== undefined) faults.push(forbidden(`${path}[${mirror}]`, 'may not add mirror pod annotation'))
  return [...faults, ...validatePodAnnotations(next, spec, path)]
}
