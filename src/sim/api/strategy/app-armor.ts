// Upstream: pkg/registry/core/pod/strategy.go applyAppArmorVersionSkew, pkg/api/pod ApparmorFieldForAnnotation (v1.36).
import type { AppArmorProfile, Container, Pod, PodSpec } from '../generated/types.ts'
import { semanticEqual } from '../semantic.ts'
import { containersOf } from '../validation/containers-of.ts'
import { appArmorPrefix } from '../validation/pod-annotations.ts'
import { validateAppArmor } from '../validation/security.ts'

/** The annotation that told a container's profile before there was a field for it. */
export function appArmorKey(container: string): string {
  return appArmorPrefix + container
}

/** The field that says what the annotation says, if it says anything. */
export function appArmorOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' }
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' }
  const localhostProfile = annotation.slice(10)
  return annotation.startsWith('localhost/') && localhostProfile ? { type: 'Localhost', localhostProfile } : undefined
}

interface AppArmorStep {
  readonly container: string
  /** What the container's field becomes; absent: what the annotation says makes no sense. */
  readonly profile?: AppArmorProfile
}

/** What becomes of the annotations of containers without the field. Who wrote one hears of it, unless it says what the pod's own field says. */
export function appArmorPlan({ metadata: { annotations }, spec }: Pod): readonly AppArmorStep[] {
  if (!annotations || spec.os?.name === 'windows' || !Object.keys(annotations).some((key) => key.startsWith(appArmorPrefix))) return []
  return containersOf(spec, '').flatMap(({ container: { name, securityContext } }) => {
    const annotation = annotations[appArmorKey(name)]
    if (annotation === undefined || securityContext?.appArmorProfile) return []
    const read = appArmorOf(annotation)
    const profile = read && validateAppArmor(read, '').length === 0 ? read : undefined
    if (!profile) return [{ container: name }]
    return semanticEqual(profile, spec.securityContext?.appArmorProfile) ? [] : [{ container: name, profile }]
  })
}

/** A new pod's spec in which the annotations have become fields; the same spec when there are none. */
export function withAppArmor(pod: Pod, spec: PodSpec): PodSpec {
  const plan = appArmorPlan(pod)
  if (plan.length === 0) return spec
  const profiles = new Map(plan.map(({ container, profile }) => [container, profile]))
  const inField = (container: Container): Container => {
    const profile = profiles.get(container.name)
    return profile ? { ...container, securityContext: { ...container.securityContext, appArmorProfile: profile } } : container
  }
  const { initContainers, containers } = spec
  return {
    ...spec,
    ...(initContainers && { initContainers: initContainers.map(inField) }),
    containers: containers.map(inField),
  }
}
