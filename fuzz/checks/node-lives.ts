import type { Lease, Node, NodeCondition, Pod, Taint } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import { milliValue } from '../../src/sim/api/quantity.ts'
import { tolerates } from '../../src/sim/api/taints.ts'
import type { Check, Scene, Write } from './check.ts'
import { seenFor } from './sight.ts'

const gracePeriod = 50_000
const renewalPeriod = 10_000
const evictionPeriod = 10_000
const monitorPeriod = 5000
/** kube-controller-manager renews its own lease every 2 s. */
const leaderPeriod = 2000
/** How often it is looked who is silent. */
const lookPeriod = 1000
/** What a controller that begins, or lists anew, needs until it has looked at each node once. */
const settling = 2 * monitorPeriod

/** unreachable and not-ready follow each other: what was ordered under the one is carried out under the other (processPodOnNode keeps the time of the first order). */
interface Spell {
  readonly since: number
  readonly keys: ReadonlySet<string>
  /** The controllers may not know of the end of the one before: then they count from there. */
  readonly isUnsure: boolean
  /** No taint is left; a controller that looks a moment later may not have noticed. A node that is deleted ends nothing (handleNodeUpdate cancels no order then). */
  readonly endedAt?: number
}

const lostKeys: ReadonlySet<string> = new Set(['node.kubernetes.io/unreachable', 'node.kubernetes.io/not-ready'])

/** Rows 52 to 54, 56, 57 and 59: leases, lost nodes, their taints, and who is driven off them. */
export class NodeLives implements Check {
  /** When each kubelet last renewed its lease, when with a later time than ever before, and when it last wrote its node's status. */
  private readonly renewed = new Map<string, number>()
  private readonly advanced = new Map<string, { readonly at: number; readonly renewTime: string }>()
  private readonly heard = new Map<string, number>()
  private readonly heartbeats = new Map<string, string | null | undefined>()
  /** Since when a node has each of its NoExecute taints. */
  private readonly taints = new Map<string, Map<string, number>>()
  /** When a node lost one last. */
  private readonly freed = new Map<string, number>()
  /** Nodes that are given up, by whichever taint. */
  private readonly spells = new Map<string, Spell>()
  /** By zone: when a node of it was last given up, and by which process. */
  private readonly lost = new Map<string, { readonly at: number; readonly by: string }>()
  /** Who leads in kube-controller-manager, when that was last renewed, and since when without a gap. */
  private leading = { by: '', renewed: 0, since: 0 }
  /** When no node was ready last: upstream counts anew for each of them when one is again (handleDisruption). */
  private allLost = Number.NEGATIVE_INFINITY
  private nextLook = 0

  constructor(private readonly scene: Scene) {}

  afterEvent(): void {
    const { now } = this.scene
    if (now < this.nextLook) return
    this.nextLook = now + lookPeriod
    this.silent()
  }

  committed({ before, after, request }: Write): void {
    if (after?.kind === 'Lease' && after.metadata.namespace === 'kube-node-lease') this.lease(after as Lease, before !== undefined)
    if (after?.kind === 'Lease' && keyOf(after) === 'kube-system/kube-controller-manager') this.led(after as Lease)
    if (before?.kind === 'Node' && !after) this.forget(before.metadata.name)
    if (after?.kind === 'Node') {
      const node = after as Node
      this.resources(node, before === undefined || (before as Node).spec.podCIDR !== node.spec.podCIDR)
      this.condition(before as Node | undefined, node, request?.user)
      this.tainted(before as Node | undefined, node, request?.user)
    }
    if (after?.kind === 'Pod' && before && after.metadata.deletionTimestamp && !before.metadata.deletionTimestamp && request?.user === 'taint-eviction-controller') this.evicted(after as Pod)
  }

  private forget(name: string): void {
    for (const map of [this.renewed, this.advanced, this.heard, this.heartbeats, this.taints]) map.delete(name)
  }

  private lease({ metadata: { name }, spec: { renewTime = '' } }: Lease, isRenewal: boolean): void {
    const last = this.renewed.get(name)
    const { now, sight } = this.scene
    // One that was started a moment ago, or whose renewal was not answered, renews at once.
    if (isRenewal && last !== undefined && now - last < renewalPeriod - 1000 && now - last > 1 && sight.clearSince(`kubelet/${name}`) < last) this.scene.fail(52, `${name} renewed its lease after ${now - last} ms`)
    this.renewed.set(name, now)
    if ((renewTime ?? '') > (this.advanced.get(name)?.renewTime ?? '')) this.advanced.set(name, { at: now, renewTime: renewTime ?? '' })
  }

  /** 59: what can be given is not more than there is; the addresses of two nodes are different. */
  private resources({ metadata, status, spec }: Node, isNewRange: boolean): void {
    for (const [name, amount] of Object.entries(status.allocatable ?? {})) {
      const capacity = status.capacity?.[name]
      if (capacity !== undefined && milliValue(amount) > milliValue(capacity)) this.scene.fail(59, `${metadata.name} has ${capacity} ${name} and gives ${amount}`)
    }
    if (isNewRange && spec.podCIDR) for (const other of this.scene.all<Node>('Node').values()) if (other.metadata.name !== metadata.name && other.spec.podCIDR === spec.podCIDR) this.scene.fail(59, `${metadata.name} and ${other.metadata.name} both have ${spec.podCIDR}`)
  }

  /** 53: nobody is given up before its grace period is over. */
  private condition(before: Node | undefined, after: Node, user: string | undefined): void {
    const { name } = after.metadata
    const ready = (node: Node | undefined) => readyOf(node)?.status
    if (user?.startsWith('kubelet/')) {
      // A clock that was wrong may tell the very time that it told before: then nothing was heard (tryUpdateNodeHealth compares lastHeartbeatTime).
      const heartbeat = readyOf(after)?.lastHeartbeatTime
      if (heartbeat !== this.heartbeats.get(name)) this.heard.set(name, this.scene.now)
      this.heartbeats.set(name, heartbeat)
    }
    if (ready(after) !== 'Unknown' || ready(before) === 'Unknown' || user !== 'node-controller') return
    // Of a machine whose clock was set back, a lease is not newer until its clock is where it was (tryUpdateNodeHealth compares renewTime).
    const last = Math.max(this.advanced.get(name)?.at ?? Number.NEGATIVE_INFINITY, this.heard.get(name) ?? Number.NEGATIVE_INFINITY)
    // Who missed the last one before the clock was set back has heard of none since.
    if ((this.renewed.get(name) ?? 0) > last && this.scene.sight.clearSince('kube-controller-manager') > last) return
    if (this.scene.now - last < gracePeriod && !this.scene.areControllersBlurred) this.scene.fail(53, `${name} was given up ${this.scene.now - last} ms after it was last heard of`)
  }

  private led({ spec }: Lease): void {
    const { now } = this.scene
    const { by, renewed, since } = this.leading
    const goesOn = spec.holderIdentity === by && now - renewed < leaderPeriod + seenFor
    this.leading = { by: spec.holderIdentity ?? '', renewed: now, since: goesOn ? since : now }
  }

  /**
   * 53: a node that says nothing is given up when its grace period is over, at the next look of the controller. That counts from its look at what the node
   * said last, a period later at most; after a status it takes the lease for a new one once more, as upstream does, which is one period more.
   */
  private silent(): void {
    const { now, areControllersBlurred, sight } = this.scene
    if ([...this.scene.all<Node>('Node').values()].every((node) => readyOf(node)?.status !== 'True')) this.allLost = now
    if (areControllersBlurred || now - this.leading.renewed > leaderPeriod + seenFor) return
    const unsettled = Math.max(this.leading.since, sight.clearSince('kube-controller-manager'), this.allLost)
    for (const { metadata: { name }, status } of this.scene.all<Node>('Node').values()) {
      const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status
      if (ready === undefined || ready === 'Unknown') continue
      const last = Math.max(this.renewed.get(name) ?? 0, (this.heard.get(name) ?? 0) + monitorPeriod, unsettled + settling)
      if (now - last > gracePeriod + monitorPeriod + seenFor) this.scene.fail(53, `${name} is still Ready=${ready}, ${now - last} ms after it was last to be heard of`)
    }
  }

  /** 54 and 57: a taint follows from the condition; nodes of a zone are given up one at a time. */
  private tainted(before: Node | undefined, after: Node, user: string | undefined): void {
    const { name, labels = {} } = after.metadata
    const known = this.taints.get(name) ?? new Map<string, number>()
    const now = new Map<string, number>()
    for (const { key, effect } of after.spec.taints ?? []) if (effect === 'NoExecute') now.set(key, known.get(key) ?? this.scene.now)
    if ([...known.keys()].some((key) => !now.has(key))) this.freed.set(name, this.scene.now)
    this.taints.set(name, now)
    this.spell(name, [...now.keys()].filter((key) => lostKeys.has(key)))
    if (user !== 'node-controller') return
    const ready = after.status.conditions?.find(({ type }) => type === 'Ready')?.status
    for (const [key, at] of now) {
      if (at !== this.scene.now || before?.spec.taints?.some((taint) => taint.key === key && taint.effect === 'NoExecute')) continue
      if ((key === 'node.kubernetes.io/unreachable' && ready !== 'Unknown') || (key === 'node.kubernetes.io/not-ready' && ready !== 'False')) {
        if (!this.scene.areControllersBlurred && this.unchangedFor(after) > seenFor) this.scene.fail(54, `${name} is given the taint ${key} while Ready=${ready}`)
      }
      const zone = `${labels['topology.kubernetes.io/region'] ?? ''}/${labels['topology.kubernetes.io/zone'] ?? ''}`
      // A swap of one taint for the other takes no turn; a controller that begins takes the one away (markNodeAsReachable) before it gives the other.
      if (known.size > 0 || this.freed.get(name) === this.scene.now) continue
      const last = this.lost.get(zone)
      const by = this.leader
      // A controller started anew begins with a full bucket.
      if (last?.by === by && this.scene.now - last.at < evictionPeriod - 200) this.scene.fail(57, `in zone ${zone} a second node is given up after ${this.scene.now - last.at} ms`)
      this.lost.set(zone, { at: this.scene.now, by })
    }
  }

  private spell(name: string, keys: readonly string[]): void {
    const { now, areControllersBlurred } = this.scene
    const known = this.spells.get(name)
    const isOver = known?.endedAt !== undefined && now - known.endedAt > seenFor
    if (keys.length === 0 && known && known.endedAt === undefined) this.spells.set(name, { ...known, endedAt: now })
    if (keys.length === 0) return
    if (known && !isOver) this.spells.set(name, { since: known.since, isUnsure: known.isUnsure, keys: new Set([...known.keys, ...keys]) })
    else this.spells.set(name, { since: now, keys: new Set(keys), isUnsure: areControllersBlurred })
  }

  /** The process that leads in kube-controller-manager. */
  private get leader(): string {
    const lease = this.scene.all<Lease>('Lease').get('kube-system/kube-controller-manager')
    return lease?.spec.holderIdentity ?? ''
  }

  /** For how long its Ready condition has been as it is. */
  private unchangedFor(node: Node): number {
    return this.scene.wallNow - Date.parse(node.status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '')
  }

  /** 56: who tolerates a taint for a while stays for that while. */
  private evicted(pod: Pod): void {
    const node = pod.spec.nodeName ?? ''
    const taints = this.taints.get(node)
    const spell = this.spells.get(node)
    if (!taints || spell?.isUnsure || this.scene.areControllersBlurred || this.scene.now - (this.freed.get(node) ?? Number.NEGATIVE_INFINITY) <= seenFor) return
    const full = this.scene.all<Node>('Node').get(node)?.spec.taints ?? []
    let due = Number.POSITIVE_INFINITY
    for (const [key, since] of taints) {
      const taint = full.find((each) => each.key === key && each.effect === 'NoExecute')
      const seconds = taint && this.toleratedFor(pod, taint)
      if (seconds === undefined) continue
      // The shortest of those that follow each other counts, from the first.
      const shortest = spell?.keys.has(key) && seconds > 0 ? Math.min(...[...spell.keys].map((each) => this.toleratedFor(pod, { ...taint!, key: each }) ?? Number.POSITIVE_INFINITY)) : seconds
      due = Math.min(due, (spell?.keys.has(key) && seconds > 0 ? spell.since : since) + shortest * 1000)
    }
    if (this.scene.now < due) this.scene.fail(56, `pod ${keyOf(pod)} is driven off ${node} ${due - this.scene.now} ms before its time`)
  }

  /** Seconds; undefined: for ever. */
  private toleratedFor({ spec }: Pod, taint: Taint): number | undefined {
    const toleration = spec.tolerations?.find((each) => tolerates(each, taint))
    return toleration ? toleration.tolerationSeconds : 0
  }
}

function readyOf(node: Node | undefined): NodeCondition | undefined {
  return node?.status.conditions?.find(({ type }) => type === 'Ready')
}
