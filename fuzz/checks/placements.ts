import type { Node, Pod, Taint } from '../../src/sim/api/generated/types.ts'
import { matchesLabelSelector } from '../../src/sim/api/labels.ts'
import { matchRequiredNodeAffinity } from '../../src/sim/api/node-affinity.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import { podRequests } from '../../src/sim/api/pod-resources.ts'
import { milliValue, scaledValue, wholeValue } from '../../src/sim/api/quantity.ts'
import { findUntolerated } from '../../src/sim/api/taints.ts'
import type { Check, Scene, Write } from './check.ts'
import { seenFor } from './sight.ts'

/** A scheduler that is slow by two seconds binds what it has decided so much later. */
const bindingTime = 5000

/** Rows 44 to 49, at the binding: room, wishes, taints, ports and spread, as of what the scheduler can have seen. */
export class Placements implements Check {
  /** Taints by node with the time they were first seen. */
  private readonly taints = new Map<string, { readonly taint: Taint; readonly at: number }[]>()

  constructor(private readonly scene: Scene) {
    for (const node of scene.all<Node>('Node').values()) this.node(node)
  }

  committed({ before, after, request }: Write): void {
    if (after?.kind === 'Node') this.node(after as Node)
    if (after?.kind !== 'Pod') return
    if (before && !(before as Pod).spec.nodeName && (after as Pod).spec.nodeName) this.bound(after as Pod)
    if (request?.user === 'default-scheduler' && before && after.metadata.deletionTimestamp && !before.metadata.deletionTimestamp) this.preempted(after as Pod)
  }

  private node({ metadata, spec }: Node): void {
    const known = this.taints.get(metadata.name) ?? []
    const now = [...(spec.taints ?? []), ...(spec.unschedulable ? [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' as const }] : [])]
    this.taints.set(metadata.name, now.map((taint) => known.find((each) => each.taint.key === taint.key && each.taint.effect === taint.effect) ?? { taint, at: this.scene.now }))
  }

  private bound(pod: Pod): void {
    const node = this.scene.all<Node>('Node').get(pod.spec.nodeName!)
    if (!node) return
    if (!matchRequiredNodeAffinity(pod.spec, { name: node.metadata.name, labels: node.metadata.labels ?? {} }).matches) this.scene.fail(45, `pod ${keyOf(pod)} does not want ${node.metadata.name}`)
    // What it has not been told, because its connection broke, it cannot go by; and what it decided then may be bound a while later.
    const { now, sight } = this.scene
    const hasJustLearned = !sight.isBlurred('kube-scheduler') && now - sight.clearSince('kube-scheduler') <= bindingTime
    const seenUntil = hasJustLearned ? Number.NEGATIVE_INFINITY : sight.seenUntil('kube-scheduler')
    const seen = (this.taints.get(node.metadata.name) ?? []).filter(({ at }) => at <= seenUntil).map(({ taint }) => taint)
    const refusal = findUntolerated(seen, pod.spec.tolerations ?? [], ({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
    if (refusal) this.scene.fail(46, `pod ${keyOf(pod)} is bound to ${node.metadata.name} with the taint ${refusal.key}`)
    // Whose binding was carried out without an answer is not where the scheduler thinks: the kubelet refuses then.
    if (this.scene.sight.isBlurred('kube-scheduler')) return
    const neighbours = this.podsOn(node.metadata.name).filter((other) => other.metadata.uid !== pod.metadata.uid)
    this.room(node, pod, [...neighbours, pod])
    this.ports(node, pod, neighbours)
    this.apart(pod)
    this.spread(pod)
  }

  private podsOn(node: string): Pod[] {
    return [...this.scene.all<Pod>('Pod').values()].filter(({ spec, status }) => spec.nodeName === node && status.phase !== 'Succeeded' && status.phase !== 'Failed')
  }

  /** 44, by the scheduler's arithmetic. */
  private room(node: Node, pod: Pod, all: readonly Pod[]): void {
    const requested = (name: string, exponent: number) =>
      all.reduce((sum, each) => {
        const quantity = podRequests(each.spec).get(name)
        return sum + (quantity ? Number(scaledValue(quantity, exponent)) : 0)
      }, 0)
    const [cpu, memory] = [requested('cpu', -3), requested('memory', 0)]
    const { allocatable = {} } = node.status
    const name = node.metadata.name
    if (cpu > milliValue(allocatable['cpu'] ?? '0')) this.scene.fail(44, `${name} is given ${cpu}m CPU, ${keyOf(pod)} last`)
    if (memory > wholeValue(allocatable['memory'] ?? '0')) this.scene.fail(44, `${name} is given ${memory} bytes, ${keyOf(pod)} last`)
    if (all.length > wholeValue(allocatable['pods'] ?? '0')) this.scene.fail(44, `${name} is given ${all.length} pods`)
  }

  /** 47: one port of a machine has one pod. */
  private ports(node: Node, pod: Pod, neighbours: readonly Pod[]): void {
    const wanted = portsOf(pod)
    for (const other of wanted.length > 0 ? neighbours : []) for (const port of portsOf(other)) if (wanted.includes(port)) this.scene.fail(47, `pods ${keyOf(pod)} and ${keyOf(other)} both have ${port} of ${node.metadata.name}`)
  }

  /** 45: required anti-affinity on the host name, in both directions. */
  private apart(pod: Pod): void {
    for (const other of this.podsOn(pod.spec.nodeName!)) {
      if (other.metadata.uid === pod.metadata.uid || other.metadata.namespace !== pod.metadata.namespace) continue
      for (const [from, to] of [[pod, other], [other, pod]] as const) {
        const terms = from.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
        const broken = terms.find((term) => term.topologyKey === 'kubernetes.io/hostname' && matchesLabelSelector(term.labelSelector, to.metadata.labels))
        if (broken && !isRecent(this.scene, other)) this.scene.fail(45, `pod ${keyOf(pod)} is bound beside ${keyOf(other)}, from which it is to be kept apart`)
      }
    }
  }

  /** 48: where skew must not grow, over the machines that the pod can go to. */
  private spread(pod: Pod): void {
    const constraint = pod.spec.topologySpreadConstraints?.find(({ whenUnsatisfiable, topologyKey }) => whenUnsatisfiable === 'DoNotSchedule' && topologyKey === 'kubernetes.io/hostname')
    if (!constraint) return
    const count = (node: string) => this.podsOn(node).filter((each) => each.metadata.uid !== pod.metadata.uid && !each.metadata.deletionTimestamp && each.metadata.namespace === pod.metadata.namespace && matchesLabelSelector(constraint.labelSelector, each.metadata.labels)).length
    const nodes = [...this.scene.all<Node>('Node').keys()]
    const skew = count(pod.spec.nodeName!) + 1 - Math.min(...nodes.map(count))
    const isSteady = [...this.scene.all<Pod>('Pod').values()].every((each) => each.metadata.uid === pod.metadata.uid || !matchesLabelSelector(constraint.labelSelector, each.metadata.labels) || !isRecent(this.scene, each))
    if (skew > constraint.maxSkew && isSteady) this.scene.fail(48, `pod ${keyOf(pod)} makes a skew of ${skew}`)
  }

  /** 49: who is driven out has the lower priority, and is told why. */
  private preempted(victim: Pod): void {
    const preemptor = [...this.scene.all<Pod>('Pod').values()].some((pod) => !pod.spec.nodeName && (pod.spec.priority ?? 0) > (victim.spec.priority ?? 0))
    if (!preemptor) this.scene.fail(49, `pod ${keyOf(victim)} was driven out, and nobody of a higher priority waits`)
    if (!victim.status.conditions?.some(({ type, reason }) => type === 'DisruptionTarget' && reason === 'PreemptionByScheduler')) this.scene.fail(49, `pod ${keyOf(victim)} was driven out without being told`)
  }
}

function portsOf({ spec }: Pod): string[] {
  return spec.containers.flatMap(({ ports = [] }) => ports.flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort ? [`${protocol} ${hostPort}`] : [])))
}

/** Changed so lately that the scheduler may not know. */
function isRecent(scene: Scene, pod: Pod): boolean {
  return [pod.metadata.creationTimestamp, pod.metadata.deletionTimestamp, ...(pod.status.conditions ?? []).map(({ lastTransitionTime }) => lastTransitionTime)].some((time) => time !== undefined && Math.abs(scene.wallNow - Date.parse(time ?? '')) <= 2 * seenFor)
}
