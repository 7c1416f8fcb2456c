import type { LabelSelector, Pod, ReplicaSet, ReplicationController, Service } from '../api/generated/types.ts'
import { selectorOf } from '../api/labels.ts'
import { controllerOf, objectKey, type Labels } from '../api/objects.ts'
import type { PodState } from './pod-state.ts'
import type { CountedSelector } from './selector-counts.ts'

/** Where Services and owners of pods are looked up. */
export interface SelectorSources {
  services(namespace: string): readonly Service[]
  replicaSet(key: string): ReplicaSet | undefined
  replicationController(key: string): ReplicationController | undefined
}

interface Remembered {
  readonly services: readonly Service[]
  readonly ofOwner: LabelSelector | Labels | undefined
  readonly labels: Labels
  readonly selector: CountedSelector | null
}

/** Owners in use at once. */
const limit = 1_000

/** The default selectors of pods, worked out once for all pods of a ReplicaSet: unchanged lists and parts of objects keep their identity. */
export class DefaultSelectors {
  private readonly byOwner = new Map<string, Remembered>()

  constructor(private readonly sources: SelectorSources) {}

  of(pod: PodState): CountedSelector | null {
    const owner = controllerOf(pod.pod)
    if (!owner) return defaultSelector(pod, this.sources)
    const services = this.sources.services(pod.namespace)
    const ofOwner = replicaSetSelector(pod.pod, this.sources) ?? controllerLabels(pod.pod, this.sources)
    const known = this.byOwner.get(owner.uid)
    if (known && known.services === services && known.ofOwner === ofOwner && known.labels === pod.labels) return known.selector
    if (this.byOwner.size >= limit) this.byOwner.clear()
    const selector = defaultSelector(pod, this.sources)
    this.byOwner.set(owner.uid, { services, ofOwner, labels: pod.labels, selector })
    return selector
  }
}

/** What the Services that select a pod and the ReplicaSet or ReplicationController that owns it select together; null when nothing does (upstream: helper.DefaultSelector). */
export function defaultSelector(pod: PodState, sources: SelectorSources): CountedSelector | null {
  const matchLabels: Record<string, string> = Object.create(null) as Record<string, string>
  for (const service of sources.services(pod.namespace)) {
    const selector = service.spec.selector
    if (selector && selects(selector, pod.labels)) Object.assign(matchLabels, selector)
  }
  const owner = replicaSetSelector(pod.pod, sources)
  const all = {
    matchLabels: { ...matchLabels, ...(owner?.matchLabels ?? controllerLabels(pod.pod, sources)) },
    matchExpressions: owner?.matchExpressions ?? [],
  }
  const selector = selectorOf(all)
  return selector.isEmpty ? null : { text: selector.toString(), matches: (labels) => selector.matches(labels) }
}

function replicaSetSelector(pod: Pod, sources: SelectorSources): LabelSelector | undefined {
  const owner = controllerOf(pod)
  if (owner?.kind !== 'ReplicaSet' || owner.apiVersion !== 'apps/v1') return undefined
  return sources.replicaSet(objectKey(pod.metadata.namespace, owner.name))?.spec.selector
}

function controllerLabels(pod: Pod, sources: SelectorSources): Labels | undefined {
  const owner = controllerOf(pod)
  if (owner?.kind !== 'ReplicationController' || owner.apiVersion !== 'v1') return undefined
  return sources.replicationController(objectKey(pod.metadata.namespace, owner.name))?.spec.selector
}

function selects(selector: Labels, labels: Labels): boolean {
  const entries = Object.entries(selector)
  return entries.length > 0 && entries.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
}
