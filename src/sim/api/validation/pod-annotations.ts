// Upstream: pkg/apis/core/validation ValidatePodSpecificAnnotations, validateSeccompAnnotationsAndFields, validateAppArmorAnnotationsAndFieldsMatchOnCreate (v1.36). Left out: nothing that it is for.
import { deletionCostAnnotation, readDeletionCost } from '../deletion-cost.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid } from '../field-errors.ts'
import type { AppArmorProfile, PodSpec, SeccompProfile } from '../generated/types.ts'
import { quoted } from '../go-text.ts'
import type { Labels } from '../objects.ts'
import { checkDescendingPath } from './checks.ts'
import { containersOf } from './containers-of.ts'
import { validateTolerationsAnnotation } from './tolerations-annotation.ts'

const mirror = 'kubernetes.io/config.mirror'
const seccompOfPod = 'seccomp.security.alpha.kubernetes.io/pod'
const seccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/'
/** Annotations that told the containers' profiles before there was a field for them begin so; the container's name follows. */
export const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/'
const localhostPrefix = 'localhost/'

/** The annotations that mean something to Kubernetes itself. */
export function validatePodAnnotations(annotations: Labels | undefined, spec: PodSpec, path: string): FieldError[] {
  if (!annotations) return []
  const cost = annotations[deletionCostAnnotation]
  const own = Object.entries(annotations)
  const ofAppArmor = own.filter(([key]) => key.startsWith(appArmorPrefix))
  const containers = new Set(ofAppArmor.length === 0 ? [] : containersOf(spec, '').map(({ container }) => container.name))
  return [
    ...(annotations[mirror] !== undefined && !spec.nodeName ? [invalid(`${path}[${mirror}]`, annotations[mirror], 'must set spec.nodeName if mirror pod annotation is set')] : []),
    ...validateTolerationsAnnotation(annotations, path),
    ...(cost !== undefined && readDeletionCost(cost) === null ? [invalid(`${path}[${deletionCostAnnotation}]`, cost, 'must be a 32bit integer')] : []),
    ...checkSeccompName(`${path}.${seccompOfPod}`, annotations[seccompOfPod]),
    ...own.flatMap(([key, profile]) => (key.startsWith(seccompPrefix) ? checkSeccompName(`${path}.${key}`, profile) : [])),
    ...ofAppArmor.flatMap(([key, profile]) => checkAppArmorName(`${path}[${key}]`, profile, key.slice(appArmorPrefix.length), containers)),
  ]
}

function checkSeccompName(path: string, profile: string | undefined): FieldError[] {
  if (profile === undefined || ['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return []
  return profile.startsWith(localhostPrefix) ? checkDescendingPath(path, profile.slice(localhostPrefix.length)) : [invalid(path, profile, 'must be a valid seccomp profile')]
}

function checkAppArmorName(path: string, profile: string, container: string, containers: ReadonlySet<string>): FieldError[] {
  const isProfile = ['', 'runtime/default', 'unconfined'].includes(profile) || profile.startsWith(localhostPrefix)
  return [
    ...(containers.has(container) ? [] : [invalid(path, container, 'container not found')]),
    ...(isProfile ? [] : [invalid(path, profile, `invalid AppArmor profile name: ${quoted(profile)}`)]),
  ]
}

/** A profile that is told twice, in an annotation and in its field, must be the same. */
export function validateProfilesAgree(annotations: Labels | undefined, spec: PodSpec, path: string): FieldError[] {
  if (!annotations) return []
  const { securityContext, os } = spec
  const containers = containersOf(spec, path)
  return [
    ...checkAgreement('seccomp', annotations[seccompOfPod], securityContext?.seccompProfile, `${path}.securityContext.seccompProfile`),
    ...containers.flatMap(({ container: { name, securityContext: own }, path: here }) =>
      checkAgreement('seccomp', annotations[seccompPrefix + name], own?.seccompProfile, `${here}.securityContext.seccompProfile`)),
    ...(os?.name === 'windows' ? [] : containers.flatMap(({ container: { name, securityContext: own }, path: here }) =>
      checkAgreement('apparmor', annotations[appArmorPrefix + name], own?.appArmorProfile ?? securityContext?.appArmorProfile, `${here}.securityContext.appArmorProfile`))),
  ]
}

function checkAgreement(what: 'seccomp' | 'apparmor', annotation: string | undefined, profile: SeccompProfile | AppArmorProfile | undefined, path: string): FieldError[] {
  if (annotation === undefined || !profile) return []
  const otherType = forbidden(`${path}.type`, `${what} type in annotation and field must match`)
  switch (profile.type) {
    case 'Unconfined':
      return annotation === 'unconfined' ? [] : [otherType]
    case 'RuntimeDefault':
      return annotation === 'runtime/default' || (what === 'seccomp' && annotation === 'docker/default') ? [] : [otherType]
    case 'Localhost':
      if (!annotation.startsWith(localhostPrefix)) return [otherType]
      return annotation.slice(localhostPrefix.length) === profile.localhostProfile ? [] : [forbidden(`${path}.localhostProfile`, `${what} profile in annotation and field must match`)]
    default:
      return []
  }
}

/** What marks a pod as a kubelet's own, and what a container may do, stays as it is. */
export function validatePodAnnotationUpdates(next: Labels | undefined, old: Labels | undefined, spec: PodSpec, path: string): FieldError[] {
  const kept = (key: string): string | undefined => (key === mirror ? 'mirror pod annotation' : key.startsWith(appArmorPrefix) ? 'AppArmor annotations' : undefined)
  const faults: FieldError[] = []
  for (const [key, value] of Object.entries(old ?? {})) {
    const what = kept(key)
    if (what && next?.[key] !== value) faults.push(forbidden(`${path}[${key}]`, `may not remove or update ${what}`))
  }
  for (const key of Object.keys(next ?? {})) {
    const what = kept(key)
    if (what && old?.[key] === undefined) faults.push(forbidden(`${path}[${key}]`, `may not add ${what}`))
  }
  return [...faults, ...validatePodAnnotations(next, spec, path)]
}
