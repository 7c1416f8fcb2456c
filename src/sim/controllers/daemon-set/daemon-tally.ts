import { controllerOf, type Uid } from '../../api/objects.ts'
import { matchesLabelSelector } from '../../api/labels.ts'
import type { DaemonSet, Node, Pod } from '../../api/generated/types.ts'
import type { Change, Informer, Lister } from '../../client/component.ts'
import { isReady } from '../active-pods.ts'
import { isUpdated, nodeFit, targetNodeOf, type Revision } from './daemon-pod.ts'
import { holdsNode, oldestFirst, planNode } from './daemon-set-plan.ts'

const desired = 1
const current = 2
const misscheduled = 4
const ready = 8
const updated = 16
/** Something is to be done here: only then are all nodes gone through. */
const work = 32

interface Tally {
  readonly daemonSet: DaemonSet
  readonly revision: Revision
  readonly facts: Map<string, number>
  readonly counts: { desired: number; current: number; misscheduled: number; ready: number; updated: number; work: number }
}

const nodeIndex = 'daemonPodsByNode'

/**
 * Knows of each node what a daemon set has there, as pods and nodes change: a set with a thousand nodes is looked at with every change of
 * one of its pods, and going through all nodes each time would be most of what a large cluster does.
 */
export class DaemonTally {
  private readonly tallies = new Map<Uid, Tally>()
  private readonly pods: Lister<Pod>
  private readonly nodes: Lister<Node>

  constructor(pods: Informer<Pod>, nodes: Lister<Node>) {
    const valuesOf = (pod: Pod): readonly string[] => {
      const owner = controllerOf(pod)
      const node = owner?.kind === 'DaemonSet' ? targetNodeOf(pod) : undefined
      return owner && node !== undefined ? [indexKey(owner.uid, node)] : []
    }
    pods.addIndex(nodeIndex, valuesOf, staysThere)
    this.pods = pods.lister
    this.nodes = nodes
  }

  observePod({ old, new: pod }: Change<Pod>): void {
    if (pod) this.lookAround(pod)
    // Hardly ever it has changed hands, or its place.
    if (old && !(pod && staysThere(old, pod))) this.lookAround(old)
  }

  observeNode(name: string): void {
    for (const tally of this.tallies.values()) this.look(tally, name)
  }

  /** What there is, in numbers; `work` is on how many nodes something is to be done. */
  countsOf(daemonSet: DaemonSet, revision: Revision): Readonly<Tally['counts']> {
    const known = this.tallies.get(daemonSet.metadata.uid)
    if (known && known.daemonSet.metadata.generation === daemonSet.metadata.generation && sameRevision(known.revision, revision)) return known.counts
    const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, updated: 0, work: 0 }
    const tally = { daemonSet, revision, facts: new Map<string, number>(), counts }
    this.tallies.set(daemonSet.metadata.uid, tally)
    for (const { metadata } of this.nodes.list()) this.look(tally, metadata.name)
    return counts
  }

  forget(uid: Uid): void {
    this.tallies.delete(uid)
  }

  private lookAround(pod: Pod): void {
    const owner = controllerOf(pod)
    const tally = owner?.kind === 'DaemonSet' ? this.tallies.get(owner.uid) : undefined
    const node = tally && targetNodeOf(pod)
    if (tally && node !== undefined) this.look(tally, node)
  }

  private look(tally: Tally, name: string): void {
    const before = tally.facts.get(name) ?? 0
    const after = this.factsOf(tally, name)
    if (before === after) return
    if (after === 0) tally.facts.delete(name)
    else tally.facts.set(name, after)
    const change = (fact: number): number => (after & fact ? 1 : 0) - (before & fact ? 1 : 0)
    const { counts } = tally
    counts.desired += change(desired)
    counts.current += change(current)
    counts.misscheduled += change(misscheduled)
    counts.ready += change(ready)
    counts.updated += change(updated)
    counts.work += change(work)
  }

  private factsOf({ daemonSet, revision }: Tally, name: string): number {
    const { selector, template } = daemonSet.spec
    const node = this.nodes.get(name)
    const owned = this.pods.byIndex(nodeIndex, indexKey(daemonSet.metadata.uid, name))
    const strays = owned.some((pod) => !matchesLabelSelector(selector, pod.metadata.labels))
    const pods = owned.filter(holdsNode)
    if (!node) return pods.length > 0 || strays ? work : 0
    const fit = nodeFit(template, node)
    const plan = planNode(fit, pods.length > 0 ? pods : undefined, { surge: false, revision, minReadySeconds: 0, now: 0 })
    const outdated = pods.some((pod) => !isUpdated(pod, revision))
    const todo = strays || outdated || plan.create || plan.deletes.length > 0 || plan.ended.length > 0 ? work : 0
    if (!fit.shouldRun) return todo | (pods.length > 0 ? misscheduled : 0)
    const oldest = pods.length > 1 ? [...pods].sort(oldestFirst)[0] : pods[0]
    if (!oldest) return todo | desired
    return todo | desired | current | (isReady(oldest) ? ready : 0) | (isUpdated(oldest, revision) ? updated : 0)
  }
}

/** Whether a pod is certainly still the same set's, and meant for the same node. */
function staysThere(old: Pod, pod: Pod): boolean {
  return old.spec === pod.spec && old.metadata.ownerReferences === pod.metadata.ownerReferences
}

function sameRevision(a: Revision, b: Revision): boolean {
  return a.hash === b.hash && a.generation === b.generation
}

function indexKey(uid: Uid, node: string): string {
  return `${uid}/${node}`
}
