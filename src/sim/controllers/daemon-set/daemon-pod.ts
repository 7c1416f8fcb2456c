import type { Affinity, DaemonSet, Node, Pod, PodSpec, PodTemplateSpec, Toleration } from '../../api/generated/types.ts'
import { matchRequiredNodeAffinity } from '../../api/node-affinity.ts'
import type { Labels } from '../../api/objects.ts'
import { semanticEqual } from '../../api/semantic.ts'
import { findUntolerated, isHardTaint } from '../../api/taints.ts'
import { podTemplateHash } from '../pod-template-hash.ts'

/** Which template a daemon pod was made from. */
export const revisionHashLabel = 'controller-revision-hash'
const generationLabel = 'pod-template-generation'
const generationAnnotation = 'deprecated.daemonset.template.generation'

const noLabels: Labels = {}

/** A template as pods carry it in their labels. */
export interface Revision {
  readonly hash: string
  /** The counter that was there before the hash; the API server keeps it in an annotation. */
  readonly generation: string | undefined
}

/** The revision of a daemon set's template. */
export function revisionOf({ metadata, spec, status }: DaemonSet): Revision {
  return { hash: hashOf(spec.template, status.collisionCount), generation: metadata.annotations?.[generationAnnotation] }
}

const hashes = new WeakMap<PodTemplateSpec, { readonly collisionCount: number | undefined; readonly hash: string }>()

function hashOf(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const known = hashes.get(template)
  if (known && known.collisionCount === collisionCount) return known.hash
  const hash = podTemplateHash(template, collisionCount)
  hashes.set(template, { collisionCount, hash })
  return hash
}

/** Whether a pod is of this revision (util.IsPodUpdated). */
export function isUpdated({ metadata: { labels = noLabels } }: Pod, { hash, generation }: Revision): boolean {
  return labels[revisionHashLabel] === hash || (generation !== undefined && labels[generationLabel] === generation)
}

/** The template of a daemon set's pods, before it is known for which node (util.CreatePodTemplate). */
export function daemonPodTemplate(template: PodTemplateSpec, { hash, generation }: Revision): PodTemplateSpec {
  const labels = { ...template.metadata.labels, ...(generation !== undefined && { [generationLabel]: generation }), [revisionHashLabel]: hash }
  return { metadata: { ...template.metadata, labels }, spec: { ...template.spec, tolerations: daemonTolerations(template.spec) } }
}

const always: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
]
const onHostNetwork: Toleration = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' }

/** The tolerations of a daemon pod: its own, and those that keep it on its node whatever befalls it (AddOrUpdateDaemonPodTolerations). */
export function daemonTolerations(spec: Pick<PodSpec, 'tolerations' | 'hostNetwork'>): readonly Toleration[] {
  const own = [...(spec.tolerations ?? [])]
  for (const added of spec.hostNetwork === true ? [...always, onHostNetwork] : always) {
    const at = own.findIndex((toleration) => isSameToleration(toleration, added))
    if (at < 0) own.push(added)
    else if (!semanticEqual(own[at], added)) own[at] = added
  }
  return own
}

function isSameToleration(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '')
}

/** The affinity that ties a daemon pod to its node while the scheduler still binds it (ReplaceDaemonSetPodNodeNameNodeAffinity). */
export function affinityToNode(affinity: Affinity | undefined, node: string): Affinity {
  const required = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [node] }] }] }
  return { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required } }
}

/** The node that a daemon pod runs on, or is meant for (util.GetTargetNodeName). */
export function targetNodeOf({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName
  for (const { matchFields = [] } of spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []) {
    const field = matchFields.find(({ key, operator, values }) => key === 'metadata.name' && operator === 'In' && values?.length === 1)
    if (field) return field.values?.[0]
  }
  return undefined
}

/** What a daemon set wants of a node. */
export interface NodeFit {
  readonly shouldRun: boolean
  /** A pod that is there may stay even where no new one would be made. */
  readonly shouldContinueRunning: boolean
}

const fits = new WeakMap<PodTemplateSpec, WeakMap<Node, NodeFit>>()

/** Pure: whether a node is eligible (NodeShouldRunDaemonPod). Remembered by node and template, which never change: a set looks at all nodes each time. */
export function nodeFit(template: PodTemplateSpec, node: Node): NodeFit {
  let ofTemplate = fits.get(template)
  if (!ofTemplate) fits.set(template, (ofTemplate = new WeakMap()))
  let fit = ofTemplate.get(node)
  if (!fit) ofTemplate.set(node, (fit = judgeNode(template.spec, node)))
  return fit
}

function judgeNode(spec: PodSpec, { metadata: { name, labels = noLabels }, spec: { taints = [] } }: Node): NodeFit {
  const otherNode = Boolean(spec.nodeName) && spec.nodeName !== name
  if (otherNode || !matchRequiredNodeAffinity(spec, { name, labels }).matches) return { shouldRun: false, shouldContinueRunning: false }
  if (taints.length === 0) return { shouldRun: true, shouldContinueRunning: true }
  const tolerations = daemonTolerations(spec)
  const shouldRun = !findUntolerated(taints, tolerations, isHardTaint)
  return { shouldRun, shouldContinueRunning: shouldRun || !findUntolerated(taints, tolerations, ({ effect }) => effect === 'NoExecute') }
}
