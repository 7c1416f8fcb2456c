import type { Pod } from '../../sim/api/generated/types.ts'
import { controllerOf, keyOf } from '../../sim/api/objects.ts'
import { parseTime } from '../../sim/api/time.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { TraceEntry } from '../../sim/kernel/trace.ts'
import type { ClusterView } from './cluster-view.ts'
import { commandWords } from './commands.ts'
import { refusalReasons } from './pod-status.ts'

/** One step of "why is it here?". */
export interface WhyStep {
  readonly at: Millis
  readonly what: string
  readonly detail?: string
  /** A person began it; the cluster went on; this is where it stands. */
  readonly who: 'you' | 'cluster' | 'now'
}

/** How long a command may lie back and still be what a new pod came from, when nothing else tells. */
const aftermath = 2000

/** From a person's command, or a lost machine, down to this pod. Pure; only what is known is told. */
export function whyChain(view: ClusterView, pod: Pod): readonly WhyStep[] {
  const id = `pods/${keyOf(pod)}`
  const about = view.trace.filter((entry) => entry.about === id)
  const created = about.find((entry) => entry.what.startsWith('create'))
  const createdAt = created?.at ?? instant(view, pod.metadata.creationTimestamp) ?? 0
  const steps: WhyStep[] = [...originOf(view, pod, createdAt)]
  const owner = controllerOf(pod)
  steps.push({ at: createdAt, who: 'cluster', what: owner ? `${owner.kind} ${owner.name} created this pod` : 'This pod was created', detail: owner ? 'It counted fewer than it wants.' : 'Nobody owns it: it will not be replaced.' })
  const scheduled = pod.status.conditions?.find((condition) => condition.type === 'PodScheduled')
  if (pod.spec.nodeName && scheduled) {
    steps.push({ at: boundAt(about) ?? instant(view, scheduled.lastTransitionTime) ?? createdAt, who: 'now', what: owner?.kind === 'Node' ? `The kubelet of ${pod.spec.nodeName} runs it` : `Scheduler chose ${pod.spec.nodeName}` })
  } else if (scheduled?.reason === 'Unschedulable') {
    steps.push({ at: instant(view, scheduled.lastTransitionTime) ?? createdAt, who: 'now', what: 'Scheduler found no node', detail: `${refusalReasons(scheduled.message ?? '')}.` })
  }
  return steps
}

function boundAt(about: readonly TraceEntry[]): Millis | undefined {
  return about.find((entry) => entry.author.includes('scheduler') && /bind/i.test(entry.what))?.at
}

/** What made its owner want a pod: a pod that went with its machine just before, or the last thing a person did to the workload. */
function originOf(view: ClusterView, pod: Pod, createdAt: Millis): WhyStep[] {
  const lost = lostSibling(view, pod, createdAt)
  if (lost) return lossSteps(view, lost, createdAt)
  const command = view.commands.findLast(({ at, command: { kind } }) => at <= createdAt && createdAt - at <= aftermath && ['apply', 'scale', 'restart', 'delete', 'request'].includes(kind))
  if (!command) return []
  const words = commandWords(command.command)
  return [{ at: command.at, who: 'you', what: words.lead.replace(/\.$/, ''), detail: words.rest || undefined }]
}

function lostSibling(view: ClusterView, pod: Pod, createdAt: Millis): Pod | undefined {
  const siblings = view.podsByOwner.get(controllerOf(pod)?.uid ?? '-')?.values() ?? []
  return [...siblings].find((sibling) => {
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = sibling.metadata
    const deletedAt = deletionTimestamp ? (instant(view, deletionTimestamp) ?? 0) - deletionGracePeriodSeconds * 1000 : null
    return sibling !== pod && deletedAt !== null && Math.abs(createdAt - deletedAt) <= aftermath
  })
}

function lossSteps(view: ClusterView, lost: Pod, deletedAt: Millis): WhyStep[] {
  const node = lost.spec.nodeName ?? ''
  const steps: WhyStep[] = []
  const command = view.commands.findLast(({ at, command: one }) => at <= deletedAt && (one.kind === 'power-off' || one.kind === 'cut-off') && one.node === node)
  if (command) {
    const words = commandWords(command.command)
    steps.push({ at: command.at, who: 'you', what: words.lead.replace(/\.$/, ''), detail: 'Its kubelet stopped renewing the lease.' })
  }
  const ready = view.objects.nodes.get(node)?.status.conditions?.find((condition) => condition.type === 'Ready')
  const unknownAt = ready?.status === 'Unknown' ? instant(view, ready.lastTransitionTime) : undefined
  if (unknownAt !== undefined && unknownAt <= deletedAt) {
    steps.push({ at: unknownAt, who: 'cluster', what: `Node controller: no lease from ${node}`, detail: 'Ready became Unknown; tainted unreachable:NoExecute.' })
    steps.push({ at: deletedAt, who: 'cluster', what: 'The toleration was over', detail: `Pod ${lost.metadata.name} was marked for deletion.` })
  } else steps.push({ at: deletedAt, who: 'cluster', what: `Pod ${lost.metadata.name} was marked for deletion` })
  return steps
}

function instant(view: ClusterView, time: string | undefined): Millis | undefined {
  const parsed = time ? parseTime(time) : null
  return parsed === null ? undefined : parsed - view.start
}
