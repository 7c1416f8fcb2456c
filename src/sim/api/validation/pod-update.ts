// Upstream: pkg/apis/core/validation ValidatePodUpdate, ValidatePodEphemeralContainersUpdate (v1.36). Left out: resize.
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, required } from '../field-errors.ts'
import type { Affinity, Container, NodeSelectorTerm, Pod, PodSpec } from '../generated/types.ts'
import type { Labels } from '../objects.ts'
import { semanticEqual } from '../semantic.ts'
import { validateImageText } from './containers.ts'
import { firstDifference } from './difference.ts'
import { validateObjectMetaUpdate } from './metadata.ts'
import { validatePodAnnotationUpdates } from './pod-annotations.ts'
import { validatePodMetadataAndSpec } from './pod.ts'
import { validateOnlyAddedTolerations } from './tolerations.ts'

const updatable = [
  '`spec.containers[*].image`', '`spec.initContainers[*].image`', '`spec.activeDeadlineSeconds`', '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',')

/** Of a pod's spec almost nothing may change; while it is gated, where it may run can still be narrowed. */
export function validatePodUpdate(next: Pod, old: Pod): FieldError[] {
  const faults = validateSurroundings(next, old)
  for (const list of ['containers', 'initContainers'] as const) {
    const after = next.spec[list] ?? []
    if (after.length !== (old.spec[list] ?? []).length) return [...faults, forbidden(`spec.${list}`, 'pod updates may not add or remove containers')]
    addAll(faults, after.flatMap((container, at) => validateImage(container, `spec.${list}[${at}]`)))
  }
  const deadline = validateDeadline(next.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds)
  addAll(faults, deadline.faults)
  if (deadline.stop) return faults
  addAll(faults, validateOnlyAddedTolerations(next.spec.tolerations ?? [], old.spec.tolerations ?? [], 'spec.tolerations'), validateOnlyRemovedGates(next.spec, old.spec))
  if (next.spec === old.spec) return faults
  const { spec, faults: gatedFaults } = withoutAllowedChanges(next.spec, old.spec)
  addAll(faults, gatedFaults)
  if (!semanticEqual(spec, old.spec)) {
    faults.push(forbidden('spec', `pod updates may not change fields other than ${updatable}\n${firstDifference(old.spec, spec)}`))
  }
  return faults
}

/** Containers to look around with may be added, never changed or taken away. */
export function validateEphemeralContainersUpdate(next: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return [forbidden('', 'static pods do not support ephemeral containers')]
  const path = 'spec.ephemeralContainers'
  const changed = (old.spec.ephemeralContainers ?? []).flatMap((container) => {
    const kept = (next.spec.ephemeralContainers ?? []).find(({ name }) => name === container.name)
    if (!kept) return [forbidden(path, `existing ephemeral containers ${JSON.stringify(container.name)} may not be removed\n`)]
    if (semanticEqual(kept, container)) return []
    return [forbidden(path, `existing ephemeral containers ${JSON.stringify(container.name)} may not be changed\n${firstDifference(container, kept)}`)]
  })
  return [...validateSurroundings(next, old), ...changed]
}

function validateSurroundings(next: Pod, old: Pod): FieldError[] {
  return [
    ...validateObjectMetaUpdate(next.metadata, old.metadata),
    ...validatePodMetadataAndSpec(next),
    ...validatePodAnnotationUpdates(next.metadata.annotations, old.metadata.annotations, next.spec, 'metadata.annotations'),
  ]
}

function validateImage({ image }: Container, path: string): FieldError[] {
  return [...(image ? [] : [required(`${path}.image`, '')]), ...validateImageText(image ?? '', path)]
}

/** It may be set once and then only come nearer. */
function validateDeadline(next: number | undefined, old: number | undefined): { readonly faults: readonly FieldError[]; readonly stop: boolean } {
  const path = 'spec.activeDeadlineSeconds'
  if (next === undefined) return { faults: old === undefined ? [] : [invalid(path, null, 'must not update from a positive integer to nil value')], stop: false }
  if (next < 0 || next > 2_147_483_647) return { faults: [invalid(path, next, 'must be between 0 and 2147483647, inclusive')], stop: true }
  return old !== undefined && old < next ? { faults: [invalid(path, next, 'must be less than or equal to previous value')], stop: true } : { faults: [], stop: false }
}

function validateOnlyRemovedGates(next: PodSpec, old: PodSpec): FieldError[] {
  const before = new Set((old.schedulingGates ?? []).map(({ name }) => name))
  return (next.schedulingGates ?? []).flatMap(({ name }, at) =>
    before.has(name) ? [] : [forbidden(`spec.schedulingGates[${at}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`)],
  )
}

/** The new spec with every change undone that an update may make: what still differs is forbidden. */
function withoutAllowedChanges(next: PodSpec, old: PodSpec): { readonly spec: PodSpec; readonly faults: readonly FieldError[] } {
  const images = (list: 'containers' | 'initContainers'): readonly Container[] | undefined =>
    next[list]?.map((container, at) => ({ ...container, image: old[list]?.[at]?.image ?? container.image }))
  const oldGrace = old.terminationGracePeriodSeconds
  const spec: PodSpec = {
    ...next,
    containers: images('containers') ?? [],
    initContainers: images('initContainers'),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    terminationGracePeriodSeconds: oldGrace < 0 && next.terminationGracePeriodSeconds === 1 ? oldGrace : next.terminationGracePeriodSeconds,
  }
  return old.schedulingGates?.length ? withoutNarrowing(spec, old) : { spec, faults: [] }
}

function withoutNarrowing(next: PodSpec, old: PodSpec): { readonly spec: PodSpec; readonly faults: readonly FieldError[] } {
  const faults: FieldError[] = []
  const before: Labels = old.nodeSelector ?? {}
  if (Object.entries(before).some(([key, value]) => next.nodeSelector?.[key] !== value)) {
    faults.push(invalid('spec.nodeSelector', next.nodeSelector ?? null, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'))
  }
  const spec: PodSpec = { ...next, nodeSelector: old.nodeSelector }
  const oldAffinity = old.affinity?.nodeAffinity
  if (semanticEqual(next.affinity?.nodeAffinity, oldAffinity)) return { spec, faults }
  return { spec: { ...spec, affinity: withNodeAffinity(next.affinity, old.affinity) }, faults: [...faults, ...validateNarrowedAffinity(next.affinity, old.affinity)] }
}

/** The new affinity with the old node affinity: nothing at all when only that was new. */
function withNodeAffinity(next: Affinity | undefined, old: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity: _, ...others } = next ?? {}
  if (old?.nodeAffinity) return { ...others, nodeAffinity: old.nodeAffinity }
  return old === undefined && Object.keys(others).length === 0 ? undefined : others
}

function validateNarrowedAffinity(next: Affinity | undefined, old: Affinity | undefined): FieldError[] {
  const rule = 'requiredDuringSchedulingIgnoredDuringExecution'
  const before = old?.nodeAffinity?.[rule]?.nodeSelectorTerms ?? []
  const after = next?.nodeAffinity?.[rule]?.nodeSelectorTerms ?? []
  const path = `spec.affinity.nodeAffinity.${rule}.nodeSelectorTerms`
  if (before.length > 0 && before.length !== after.length) return [invalid(path, after, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')]
  return before.flatMap((term, at) => {
    const narrowed = after[at]
    return narrowed && onlyAdds(narrowed, term) ? [] : [invalid(`${path}[${at}]`, narrowed, 'only additions are allowed (no mutations or deletions)')]
  })
}

function onlyAdds(next: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const
  if (lists.every((list) => !old[list]?.length)) return lists.every((list) => !next[list]?.length)
  return lists.every((list) => semanticEqual((next[list] ?? []).slice(0, old[list]?.length ?? 0), old[list] ?? []))
}
