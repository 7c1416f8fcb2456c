// Upstream: pkg/controller/daemon (v1.36). Left out: ControllerRevision objects (the hash is taken from the template directly; revisionHistoryLimit has nothing to limit).
import { keyOf, type ObjectKey } from '../../api/objects.ts'
import type { DaemonSet, Node, Pod } from '../../api/generated/types.ts'
import type { Status } from '../../api/status.ts'
import type { Change, ComponentContext, Lister } from '../../client/component.ts'
import { Expectations } from '../../client/expectations.ts'
import type { Steps } from '../../client/steps.ts'
import { WorkQueue, type Requeue } from '../../client/work-queue.ts'
import { nextAvailableAt } from '../active-pods.ts'
import { ControlleeObserver } from '../controllees.ts'
import { claim, controlledBy, indexByController, orphansIn, planClaim } from '../ownership.ts'
import { createPods, deletePods, podFromTemplate, throwIfRefused } from '../pod-control.ts'
import { writeStatus } from '../status-update.ts'
import { affinityToNode, daemonPodTemplate, nodeFit, revisionOf, targetNodeOf, type Revision } from './daemon-pod.ts'
import { allowsSurge, countNodes, daemonSetStatus, holdsNode, planNode, planRollingUpdate, type NodeCounts, type PodsByNode, type UpdatePlan } from './daemon-set-plan.ts'
import { DaemonTally } from './daemon-tally.ts'
import { FailedPodBackOff } from './failed-pod-back-off.ts'

/** Upstream flag --concurrent-daemonset-syncs. */
export const concurrentSyncs = 2
/** Upstream: BurstReplicas; no pass makes or deletes more. */
export const burstReplicas = 250

/** Keeps one pod of each DaemonSet on every node that is eligible. */
export function startDaemonSetController(context: ComponentContext): void {
  new DaemonSetController(context)
}

class DaemonSetController {
  private readonly context: ComponentContext
  private readonly daemonSets: Lister<DaemonSet>
  private readonly pods: Lister<Pod>
  private readonly nodes: Lister<Node>
  private readonly expectations: Expectations
  private readonly backOff: FailedPodBackOff
  private readonly tally: DaemonTally
  private readonly queue: WorkQueue

  constructor(context: ComponentContext) {
    const daemonSets = context.informers.of('daemonsets')
    const pods = context.informers.of('pods')
    const nodes = context.informers.of('nodes')
    indexByController(pods)
    this.context = context
    this.daemonSets = daemonSets.lister
    this.pods = pods.lister
    this.nodes = nodes.lister
    this.expectations = new Expectations(context.agenda)
    this.backOff = new FailedPodBackOff(context.agenda)
    this.tally = new DaemonTally(pods, nodes.lister)
    const queue = new WorkQueue(context.agenda, 'daemonset', (key) => this.reconcile(key), { workers: concurrentSyncs, client: context.client })
    this.queue = queue
    queue.pause()
    context.informers.whenSynced(() => queue.resume())
    daemonSets.onChange(({ old, new: current }) => {
      if (old && old.metadata.uid !== current?.metadata.uid) this.forget(old)
      const known = current ?? old
      if (known) queue.add(keyOf(known))
    })
    const observer = new ControlleeObserver('DaemonSet', daemonSets.lister, this.expectations, (owner) => queue.add(owner))
    pods.onChange((change) => {
      this.tally.observePod(change)
      observer.observe(change)
    })
    nodes.onChange((change) => this.observeNode(change))
  }

  /** A namesake may follow: what was expected of the one that is gone will never be seen. */
  private forget(daemonSet: DaemonSet): void {
    this.expectations.forget(keyOf(daemonSet))
    this.backOff.forget(daemonSet.metadata.uid)
    this.tally.forget(daemonSet.metadata.uid)
  }

  /** Only what decides where daemon pods run matters: heartbeats do not. */
  private observeNode({ old, new: current }: Change<Node>): void {
    if (old && current && old.metadata.labels === current.metadata.labels && old.spec === current.spec) return
    const known = current ?? old
    if (known) this.tally.observeNode(known.metadata.name)
    for (const daemonSet of this.daemonSets.list()) {
      const [before, after] = [old, current].map((node) => node && nodeFit(daemonSet.spec.template, node))
      const changed = before?.shouldRun !== after?.shouldRun || before?.shouldContinueRunning !== after?.shouldContinueRunning
      if (changed && (before?.shouldContinueRunning || after?.shouldContinueRunning)) this.queue.add(keyOf(daemonSet))
    }
  }

  private *reconcile(key: ObjectKey): Steps<Requeue> {
    const daemonSet = this.daemonSets.get(key)
    if (!daemonSet) {
      this.expectations.forget(key)
      return 'whenChanged'
    }
    const { selector } = daemonSet.spec
    if (Object.keys(selector).length === 0) {
      this.context.events.event(daemonSet, 'Warning', 'SelectingAll', 'This daemon set is selecting all pods. A non-empty selector is required.')
      return 'whenChanged'
    }
    if (daemonSet.metadata.deletionTimestamp !== undefined) return 'whenChanged'
    const revision = revisionOf(daemonSet)
    const mayManage = this.expectations.satisfied(key)
    const { work, ...counts } = this.tally.countsOf(daemonSet, revision)
    if ((work === 0 || !mayManage) && this.isSimple(daemonSet)) {
      this.updateStatus(daemonSet, { ...counts, available: counts.ready }, mayManage)
      return 'whenChanged'
    }
    const held = this.claimPods(daemonSet)
    const byNode = podsByNode(held)
    const { refusal, retryAfter } = mayManage ? yield* this.manage(daemonSet, held, byNode, revision) : { refusal: null, retryAfter: null }
    this.updateStatus(daemonSet, countNodes(daemonSet, this.nodes.list(), byNode, revision, this.context.wall.epochMillis), mayManage)
    throwIfRefused(refusal)
    return this.nextLook(daemonSet, held, retryAfter)
  }

  /** Nothing to wait for, nothing beside one another, nobody to take in: then the tally says all there is to know. */
  private isSimple(daemonSet: DaemonSet): boolean {
    const { minReadySeconds = 0, selector } = daemonSet.spec
    return minReadySeconds === 0 && !allowsSurge(daemonSet) && orphansIn(this.pods, daemonSet.metadata.namespace).every((pod) => planClaim(daemonSet, selector, pod) === 'ignore')
  }

  private nextLook(daemonSet: DaemonSet, held: readonly Pod[], retryAfter: number | null): Requeue {
    const now = this.context.wall.epochMillis
    const next = nextAvailableAt(held, daemonSet.spec.minReadySeconds ?? 0, now)
    const waits = [next === null ? null : next - now, retryAfter].filter((wait) => wait !== null)
    return waits.length === 0 ? 'whenChanged' : { after: Math.min(...waits) }
  }

  private claimPods(daemonSet: DaemonSet): readonly Pod[] {
    const { uid, namespace } = daemonSet.metadata
    const candidates = [...controlledBy(this.pods, uid), ...orphansIn(this.pods, namespace)]
    return claim(this.context, 'pods', candidates, { owner: daemonSet, ownerResource: 'daemonsets', selector: daemonSet.spec.selector })
  }

  private *manage(daemonSet: DaemonSet, held: readonly Pod[], byNode: PodsByNode, revision: Revision): Steps<{ refusal: Status | null; retryAfter: number | null }> {
    const { plan, retryAfter } = this.planPods(daemonSet, held, byNode, revision)
    const refusal = yield* this.carryOut(daemonSet, plan, revision)
    if (refusal || daemonSet.spec.updateStrategy.type !== 'RollingUpdate' || !this.expectations.satisfied(keyOf(daemonSet))) return { refusal, retryAfter }
    const update = planRollingUpdate(daemonSet, this.nodes.list(), byNode, revision, this.context.wall.epochMillis)
    return { refusal: yield* this.carryOut(daemonSet, update, revision), retryAfter }
  }

  /** What all nodes need; ended pods go with an event, and not faster than their back-off lets them. */
  private planPods(daemonSet: DaemonSet, held: readonly Pod[], byNode: PodsByNode, revision: Revision): { plan: UpdatePlan; retryAfter: number | null } {
    const rules = { surge: allowsSurge(daemonSet), revision, minReadySeconds: daemonSet.spec.minReadySeconds ?? 0, now: this.context.wall.epochMillis }
    const creates: string[] = []
    const deletes: Pod[] = []
    let retryAfter: number | null = null
    for (const node of this.nodes.list()) {
      const { name } = node.metadata
      const plan = planNode(nodeFit(daemonSet.spec.template, node), byNode.get(name), rules)
      if (plan.create) creates.push(name)
      for (const pod of plan.ended) {
        const pause = pod.status.phase === 'Failed' ? this.backOff.pauseOrStart(`${daemonSet.metadata.uid}/${daemonSet.status.observedGeneration ?? 0}/${name}`) : null
        if (pause !== null) retryAfter = Math.min(pause, retryAfter ?? pause)
        else {
          this.reportEnded(daemonSet, pod, name)
          deletes.push(pod)
        }
      }
      deletes.push(...plan.deletes)
    }
    // Pods that wait for a node that is gone would wait for ever.
    deletes.push(...held.filter((pod) => !pod.spec.nodeName && pod.metadata.deletionTimestamp === undefined && !this.nodes.get(targetNodeOf(pod) ?? '')))
    return { plan: { creates, deletes }, retryAfter }
  }

  private reportEnded(daemonSet: DaemonSet, pod: Pod, node: string): void {
    const { type, reason, message } = endedEvent(pod, node)
    this.context.events.event(daemonSet, type, reason, message)
  }

  private *carryOut(daemonSet: DaemonSet, plan: UpdatePlan, revision: Revision): Steps<Status | null> {
    const key = keyOf(daemonSet)
    const creates = plan.creates.slice(0, burstReplicas)
    const deletes = plan.deletes.slice(0, burstReplicas)
    if (creates.length === 0 && deletes.length === 0) return null
    this.context.decided(`update pods of ${key}`, `daemonsets/${key}`, { creates, deletes: deletes.map(keyOf) })
    this.expectations.expect(key, { creates: creates.length, deletes: deletes.map(keyOf) })
    // What decided on all nodes has had its turn.
    yield creates.length / 25
    const template = daemonPodTemplate(daemonSet.spec.template, revision)
    const drafts = creates.map((node) => podFromTemplate(daemonSet, template, { ...template.spec, affinity: affinityToNode(template.spec.affinity, node) }))
    const { failed, error } = yield* createPods(this.context, daemonSet, drafts)
    this.expectations.lowerCreates(key, failed)
    let refusal = error
    yield* deletePods(this.context, daemonSet, deletes, (pod, status) => {
      this.expectations.observeDelete(key, keyOf(pod))
      if (status.reason !== 'NotFound') refusal ??= status
    })
    return refusal
  }

  private updateStatus(daemonSet: DaemonSet, counts: NodeCounts, isObserved: boolean): void {
    const observed = isObserved ? daemonSet.metadata.generation : daemonSet.status.observedGeneration
    const status = { ...daemonSetStatus(daemonSet, counts), ...(observed !== undefined && { observedGeneration: observed }) }
    const { client } = this.context
    writeStatus(daemonSet, status, { update: (object) => client.updateStatus('daemonsets', object), get: () => client.get('daemonsets', keyOf(daemonSet)) })
  }
}

/** What is said about a daemon pod that ended, which none should. */
export function endedEvent(pod: Pod, node: string): { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string } {
  const key = keyOf(pod)
  return pod.status.phase === 'Failed'
    ? { type: 'Warning', reason: 'FailedDaemonPod', message: `Found failed daemon pod ${key} on node ${node}, will try to kill it` }
    : { type: 'Normal', reason: 'SucceededDaemonPod', message: `Found succeeded daemon pod ${key} on node ${node}, will try to delete it` }
}

function podsByNode(held: readonly Pod[]): PodsByNode {
  const byNode = new Map<string, Pod[]>()
  for (const pod of held) {
    const node = targetNodeOf(pod)
    if (node === undefined || !holdsNode(pod)) continue
    const onNode = byNode.get(node)
    if (onNode) onNode.push(pod)
    else byNode.set(node, [pod])
  }
  return byNode
}
