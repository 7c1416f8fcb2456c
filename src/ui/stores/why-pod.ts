import type { Pod } from '../../sim/api/generated/types.ts'
import { keyOf } from '../../sim/api/objects.ts'
import { parseTime } from '../../sim/api/time.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { TraceEntry } from '../../sim/kernel/trace.ts'
import type { ClusterView } from './cluster-view.ts'
import { count, spanText } from './format.ts'
import { isLost } from './node-status.ts'
import { podStatus, refusalReasons } from './pod-status.ts'
import { isEnd, type ToldStory } from './why-chain.ts'
import { silenceOf } from './why-node.ts'
import { chainWords, inputWords, type WhyStep } from './why-words.ts'

/** What the scheduler did about a pod: refused it, then chose. */
export function schedulingSteps(view: ClusterView, story: ToldStory, pod: Pod, made?: TraceEntry): readonly WhyStep[] {
  const key = keyOf(pod)
  if (pod.metadata.ownerReferences?.[0]?.kind === 'Node') return []
  const about = story.entries.filter((entry) => entry.about === `pods/${key}`)
  const refused = about.find((entry) => entry.author === 'default-scheduler' && entry.what.startsWith('patch pods/status'))
  const condition = pod.status.conditions?.find(({ type }) => type === 'PodScheduled')
  const created = made?.at ?? instant(view, pod.metadata.creationTimestamp) ?? 0
  if (!pod.spec.nodeName) {
    if (condition?.reason === 'SchedulingGated') return [{ at: created, who: 'now', what: 'Its scheduling gates hold it back', detail: `The scheduler does not look at it before they are gone: ${(pod.spec.schedulingGates ?? []).map(({ name }) => name).join(', ')}.` }]
    if (condition?.reason !== 'Unschedulable') return [...schedulerFaults(story, created, Infinity), { at: created, who: 'now', what: 'It waits for the scheduler', detail: schedulerStands(view) ? 'kube-scheduler does not run.' : undefined }]
    return [{ at: refused?.at ?? instant(view, condition.lastTransitionTime) ?? created, who: 'now', what: 'Scheduler found no node', detail: `${refusalReasons(condition.message ?? '')}.`, hasTable: true }]
  }
  const placed = about.findLast((entry) => entry.kind === 'decision' && entry.what === `place ${key} on ${pod.spec.nodeName ?? ''}`)
  const at = placed?.at ?? instant(view, condition?.lastTransitionTime) ?? created
  // The scheduler's choice would be kept as long as the pod's creation is.
  if (!placed && made) return [{ at: made.at, who: 'cluster', what: `Its manifest names ${pod.spec.nodeName} itself`, detail: 'No scheduler was asked.' }]
  if (!placed && !condition) return []
  if (!refused || refused.at >= at) {
    return [...(placed && at - created > longWait ? schedulerFaults(story, created, at) : []), { at, who: 'cluster', what: `Scheduler chose ${pod.spec.nodeName}`, detail: placed ? waited(at - created) : undefined, hasTable: true }]
  }
  return [
    { at: refused.at, who: 'cluster', what: 'Scheduler found no node' },
    ...whatHelped(story, placed, refused),
    { at, who: 'cluster', what: `Scheduler chose ${pod.spec.nodeName}`, detail: waited(at - refused.at), hasTable: true },
  ]
}

/** A scheduler that runs takes no longer for a pod that finds room. */
const longWait: Millis = 2000

function waited(wait: Millis): string | undefined {
  return wait > longWait ? `It had waited for ${spanText(wait)}.` : undefined
}

/** What stood in the scheduler's way between two moments: faults that began before the later one and were not over at the earlier one. */
function schedulerFaults(story: ToldStory, from: Millis, to: Millis): readonly WhyStep[] {
  const faults = story.entries.filter(({ kind, about, at }) => kind === 'fault' && about === 'components/kube-scheduler' && at <= to)
  const over = faults.findLastIndex((entry) => isEnd(entry) && entry.at < from)
  // Who starts it again says so better than the end of its fault does.
  return faults.slice(over + 1).map((entry) => {
    const ender = story.entry(entry.cause)
    return isEnd(entry) && ender?.kind === 'command' ? inputWords(ender) : inputWords(entry, ender)
  })
}

/** What made the scheduler try again, from the moment of the refusal on. */
function whatHelped(story: ToldStory, placed: TraceEntry | undefined, refused: TraceEntry): readonly WhyStep[] {
  return chainWords(story.chainTo(placed).slice(0, -1).filter(({ id }) => id > refused.id))
}

function schedulerStands(view: ClusterView): boolean {
  const schedulers = view.components.filter(({ name }) => name === 'kube-scheduler')
  return schedulers.length > 0 && schedulers.every(({ state }) => state !== 'running')
}

/** Where it stands, when that is not as it should be. */
export function podNow(view: ClusterView, story: ToldStory, pod: Pod): readonly WhyStep[] {
  const lost = isLost(view.objects.nodes.get(pod.spec.nodeName ?? ''))
  const { state, word } = podStatus(pod, lost)
  if (state === 'failed' && pod.status.message) return [{ at: lastTold(story, pod) ?? lastEnd(view, pod), who: 'now', what: word, detail: pod.status.message }]
  if (state === 'bad' || state === 'failed') return [{ at: lastEnd(view, pod), who: 'now', what: word, detail: troubleText(pod) }]
  if (state === 'leaving') return [{ at: deletedAt(view, pod), who: 'now', what: lost ? `Given up; nobody hears from ${pod.spec.nodeName ?? 'its machine'}` : 'Deleted: it is being terminated' }]
  if (state === 'unknown') return [...silenceOf(view, story, pod.spec.nodeName ?? ''), { at: lostAt(view, pod), who: 'now', what: `Nobody hears from ${pod.spec.nodeName ?? 'its machine'}`, detail: 'What it does now is not known.' }]
  return []
}

function troubleText(pod: Pod): string | undefined {
  const status = pod.status.containerStatuses?.find(({ state }) => !state?.running) ?? pod.status.containerStatuses?.[0]
  const ended = status?.state?.terminated ?? status?.lastState?.terminated
  const end = ended ? `${status?.name ?? 'Its container'} ended with exit code ${ended.exitCode}${ended.reason ? ` (${ended.reason})` : ''}` : ''
  const restarts = status && status.restartCount > 0 ? `restarted ${count(status.restartCount, 'time')}` : ''
  const text = [end, restarts].filter(Boolean).join(', ')
  if (text) return `${text}.`
  const waiting = status?.state?.waiting
  // The registry's whole answer stands with the container.
  return /ImagePull|ErrImage/.test(waiting?.reason ?? '') ? `${status?.name ?? 'Its container'} cannot pull ${status?.image ?? 'its image'}.` : waiting?.message
}

/** When its kubelet wrote about it last. */
function lastTold(story: ToldStory, pod: Pod): Millis | undefined {
  return story.last(({ kind, about, author }) => kind === 'write' && about === `pods/${keyOf(pod)}` && author.startsWith('kubelet/'))?.at
}

function lastEnd(view: ClusterView, pod: Pod): Millis {
  const ends = (pod.status.containerStatuses ?? []).flatMap(({ state, lastState }) => [instant(view, state?.terminated?.finishedAt), instant(view, lastState?.terminated?.finishedAt)])
  const ready = instant(view, pod.status.conditions?.find(({ type }) => type === 'ContainersReady')?.lastTransitionTime)
  return Math.max(0, ...ends.filter((end) => end !== undefined), ...(ends.some((end) => end !== undefined) ? [] : [ready ?? 0]))
}

function deletedAt(view: ClusterView, { metadata }: Pod): Millis {
  return Math.max(0, (instant(view, metadata.deletionTimestamp) ?? 0) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000)
}

function lostAt(view: ClusterView, pod: Pod): Millis {
  return instant(view, view.objects.nodes.get(pod.spec.nodeName ?? '')?.status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime) ?? 0
}

function instant(view: ClusterView, time: string | undefined): Millis | undefined {
  const parsed = time ? parseTime(time) : null
  return parsed === null ? undefined : parsed - view.start
}
