import { controllerOf, type Labels, type Uid } from '../../api/objects.ts'
import { matchesLabelSelector } from '../../api/labels.ts'
import { semanticEqual } from '../../api/semantic.ts'
import type { LabelSelector, Pod } from '../../api/generated/types.ts'
import type { Change, Lister } from '../../client/component.ts'
import { hasSameReadiness, isActive, isReady, isTerminating } from '../active-pods.ts'
import { controlledBy } from '../ownership.ts'
import type { Replicating } from './replica-set-plan.ts'

const active = 1
const ready = 2
const labeled = 4
const terminating = 8
const mismatched = 16

interface Tally {
  readonly selector: LabelSelector
  readonly labels: Labels | undefined
  /** By uid: that text is there already, a key would be another for each pod. */
  readonly facts: Map<Uid, number>
  readonly counts: { active: number; ready: number; fullyLabeled: number; terminating: number; mismatched: number }
}

/** How many pods of a set are what. */
export type PodCounts = Readonly<Tally['counts']>

/**
 * Counts the pods of each set as they change: a set of a thousand pods is looked at with every change of one of them, and going through all
 * of them each time would be most of what a large cluster does.
 */
export class PodTally {
  private readonly tallies = new Map<Uid, Tally>()
  private readonly pods: Lister<Pod>

  constructor(pods: Lister<Pod>) {
    this.pods = pods
  }

  observe({ old, new: current }: Change<Pod>): void {
    if (old && current && countsTheSame(old, current)) return
    const owner = current && controllerOf(current)?.uid
    const before = old && controllerOf(old)?.uid
    // A namesake is another pod.
    if (old && before !== undefined && (before !== owner || old.metadata.uid !== current?.metadata.uid)) this.note(before, old.metadata.uid, undefined)
    if (current && owner !== undefined) this.note(owner, current.metadata.uid, current)
  }

  /** What the cache holds of a set's pods. */
  countsOf({ metadata: { uid }, spec: { selector, template } }: Replicating): PodCounts {
    const { labels } = template.metadata
    const known = this.tallies.get(uid)
    if (known && semanticEqual(known.selector, selector) && semanticEqual(known.labels, labels)) return known.counts
    const counts = { active: 0, ready: 0, fullyLabeled: 0, terminating: 0, mismatched: 0 }
    this.tallies.set(uid, { selector, labels, facts: new Map(), counts })
    for (const pod of controlledBy(this.pods, uid)) this.note(uid, pod.metadata.uid, pod)
    return counts
  }

  forget(uid: Uid): void {
    this.tallies.delete(uid)
  }

  private note(owner: Uid, uid: Uid, pod: Pod | undefined): void {
    const tally = this.tallies.get(owner)
    if (!tally) return
    const before = tally.facts.get(uid) ?? 0
    const after = pod ? factsOf(pod, tally) : 0
    if (before === after) return
    if (after === 0) tally.facts.delete(uid)
    else tally.facts.set(uid, after)
    const change = (fact: number): number => (after & fact ? 1 : 0) - (before & fact ? 1 : 0)
    const { counts } = tally
    counts.active += change(active)
    counts.ready += change(ready)
    counts.fullyLabeled += change(labeled)
    counts.terminating += change(terminating)
    counts.mismatched += change(mismatched)
  }
}

/** Most changes of a pod change nothing of what is counted. */
function countsTheSame({ metadata: a, status: before }: Pod, { metadata: b, status: after }: Pod): boolean {
  return (
    a.ownerReferences === b.ownerReferences && a.labels === b.labels && a.uid === b.uid && a.deletionTimestamp === b.deletionTimestamp &&
    before.phase === after.phase && hasSameReadiness(before, after)
  )
}

function factsOf(pod: Pod, { selector, labels }: Tally): number {
  const matches = matchesLabelSelector(selector, pod.metadata.labels)
  if (isTerminating(pod)) return matches ? terminating : 0
  if (!isActive(pod)) return 0
  if (!matches) return mismatched
  return active | (isReady(pod) ? ready : 0) | (carries(pod.metadata.labels, labels) ? labeled : 0)
}

/** Whether a pod has all labels of the template. */
export function carries(labels: Labels | undefined, wanted: Labels | undefined): boolean {
  if (!wanted) return true
  for (const key of Object.keys(wanted)) {
    if (labels?.[key] !== wanted[key]) return false
  }
  return true
}
