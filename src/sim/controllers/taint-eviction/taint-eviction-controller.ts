// Upstream: pkg/controller/tainteviction (v1.36). Left out: metrics.
import type { EntryId, Millis } from '../../kernel/agenda.ts'
import type { Node, Pod, Taint, Toleration } from '../../api/generated/types.ts'
import { keyOf, splitKey } from '../../api/objects.ts'
import type { ObjectKey } from '../../api/objects.ts'
import type { ComponentContext, Informer, ObjectReferenceSource } from '../../client/component.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import { withPodCondition } from '../pod-condition.ts'
import { podsByNode } from '../pods-by-node.ts'
import { planEviction, planStay } from './plan-eviction.ts'

/** Upstream: UpdateWorkerSize, retries and the wait between them. */
const workers = 8
export const deletionTries = 5
export const deletionWait: Millis = 10

const disruptionTarget = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' } as const

/** Deletes pods that do not tolerate a NoExecute taint of their node, as soon as they no longer do. */
export function startTaintEvictionController(context: ComponentContext): TaintEvictionHandle {
  const controller = new TaintEviction(context)
  controller.start()
  return controller
}

/** What of its plans can be asked while it runs. */
export interface TaintEvictionHandle {
  /** When the deletion of a pod was ordered, and for when; undefined: none waits. */
  evictionOf(pod: ObjectKey): { readonly since: Millis; readonly due: Millis } | undefined
}

/** A deletion: waiting, or (`entry` null) begun. */
interface Eviction {
  readonly since: Millis
  readonly due: Millis
  readonly entry: EntryId | null
}

class TaintEviction implements TaintEvictionHandle {
  private readonly nodes: Informer<Node>
  private readonly pods: Informer<Pod>
  private readonly podsOn: (node: string) => readonly Pod[]
  private readonly taintsByNode = new Map<string, readonly Taint[]>()
  private readonly evictions = new Map<ObjectKey, Eviction>()
  private readonly queue: WorkQueue

  constructor(private readonly context: ComponentContext) {
    const { agenda, informers } = context
    this.nodes = informers.of('nodes')
    this.pods = informers.of('pods')
    this.podsOn = podsByNode(this.pods).podsOf
    // Without the client: deletions are ordered here and carried out beside (TimedWorkerQueue), so its limit keeps no worker busy.
    this.queue = new WorkQueue(agenda, 'taint-eviction', (item) => this.reconcile(item), { workers, cost: 0 })
  }

  start(): void {
    this.queue.pause()
    this.nodes.onChange(({ old, new: node }) => {
      // One that comes is looked at even without taints: what was ordered before a namesake of it went, which cancels nothing, is cancelled then.
      if (!old || !node || (old.spec !== node.spec && !sameTaints(noExecuteTaints(old), noExecuteTaints(node)))) this.queue.add(`node ${(node ?? old)!.metadata.name}`)
    })
    this.pods.onChange(({ old, new: pod }) => {
      if (old && pod && (old.spec === pod.spec || (old.spec.nodeName === pod.spec.nodeName && sameTolerations(old.spec.tolerations, pod.spec.tolerations)))) return
      const key = keyOf((pod ?? old)!)
      // Should its node be tainted, all its pods are looked at.
      if (pod ? this.taintsByNode.has(pod.spec.nodeName ?? '') : this.evictions.has(key)) this.queue.add(`pod ${key}`)
    })
    this.context.informers.whenSynced(() => this.queue.resume())
  }

  evictionOf(pod: ObjectKey): Eviction | undefined {
    const eviction = this.evictions.get(pod)
    return eviction?.entry === null ? undefined : eviction
  }

  private reconcile(item: string): 'whenChanged' {
    if (item.startsWith('node ')) this.reconcileNode(item.slice('node '.length))
    else this.reconcilePod(item.slice('pod '.length))
    return 'whenChanged'
  }

  private reconcileNode(name: string): void {
    const node = this.nodes.lister.get(name)
    const taints = noExecuteTaints(node)
    if (taints.length === 0) this.taintsByNode.delete(name)
    else this.taintsByNode.set(name, taints)
    if (node) for (const pod of this.podsOn(name)) this.process(pod, taints)
  }

  private reconcilePod(key: ObjectKey): void {
    const pod = this.pods.lister.get(key)
    if (!pod) return this.cancel(key)
    const taints = this.taintsByNode.get(pod.spec.nodeName ?? '')
    if (taints) this.process(pod, taints)
  }

  private process(pod: Pod, taints: readonly Taint[]): void {
    const { now } = this.context.agenda
    const key = keyOf(pod)
    const pending = this.evictions.get(key)
    const step = planEviction(planStay(taints, pod.spec.tolerations ?? []), pending?.since, now)
    if (step.kind === 'keep' || (pending?.entry === null && pending.since === now)) return
    this.cancel(key)
    if (step.kind === 'schedule') this.schedule(key, step.since, step.at)
  }

  private schedule(key: ObjectKey, since: Millis, at: Millis): void {
    const { agenda } = this.context
    if (this.evictions.has(key)) return
    const entry = agenda.at(at, `taint-eviction: evicts ${key}`, () => {
      this.evictions.set(key, { since, due: at, entry: null })
      this.evict(key)
    })
    this.evictions.set(key, { since, due: at, entry: at > agenda.now ? entry : null })
  }

  private cancel(key: ObjectKey): void {
    const eviction = this.evictions.get(key)
    if (!eviction) return
    this.evictions.delete(key)
    if (eviction.entry === null) return
    this.context.agenda.cancel(eviction.entry)
    this.tell(key, `Cancelling deletion of Pod ${key}`)
  }

  private evict(key: ObjectKey): void {
    this.tell(key, `Marking for deletion Pod ${key}`)
    this.tryToDelete(key, deletionTries)
  }

  private tryToDelete(key: ObjectKey, tries: number): void {
    if (this.markAndDelete(key) || tries <= 1) return
    this.context.agenda.after(deletionWait, `taint-eviction: tries again to delete ${key}`, () => this.tryToDelete(key, tries - 1))
  }

  /** The condition first, so that it is known afterwards why the pod went. */
  private markAndDelete(key: ObjectKey): boolean {
    const { client, wall } = this.context
    const live = client.get('pods', key)
    if (!live.ok) return live.status.reason === 'NotFound'
    const { status, metadata } = live.value
    const conditions = withPodCondition(status, disruptionTarget, wall.time())
    if (conditions !== status.conditions) {
      const condition = conditions.find(({ type }) => type === 'DisruptionTarget')
      const patched = client.patch('pods', key, 'strategic', { metadata: { uid: metadata.uid }, status: { conditions: [condition] } }, 'status')
      if (!patched.ok) return patched.status.reason === 'NotFound'
    }
    const deleted = client.delete('pods', key)
    return deleted.ok || deleted.status.reason === 'NotFound'
  }

  private tell(key: ObjectKey, message: string): void {
    // The reference has no uid: upstream sends it when the pod may be long gone.
    const about = { apiVersion: 'v1', kind: 'Pod', metadata: splitKey(key) } as ObjectReferenceSource
    this.context.events.event(about, 'Normal', 'TaintManagerEviction', message)
  }
}

const none: readonly Taint[] = []

function noExecuteTaints(node: Node | undefined): readonly Taint[] {
  return node?.spec.taints?.filter(({ effect }) => effect === 'NoExecute') ?? none
}

function sameTaints(a: readonly Taint[], b: readonly Taint[]): boolean {
  return a.length === b.length && a.every(({ key, value, timeAdded }, at) => key === b[at]?.key && value === b[at].value && timeAdded === b[at].timeAdded)
}

function sameTolerations(a: readonly Toleration[] = [], b: readonly Toleration[] = []): boolean {
  if (a === b) return true
  return a.length === b.length && a.every((one, at) => {
    const other = b[at]!
    return one.key === other.key && one.operator === other.operator && one.value === other.value && one.effect === other.effect && one.tolerationSeconds === other.tolerationSeconds
  })
}
