import type { Countdown } from '../../bridge/protocol.ts'
import type { ContainerStatus, Pod } from '../../sim/api/generated/types.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'

/** How a pod looks: one glyph and colour for each. */
export type PodState = 'waiting' | 'starting' | 'notReady' | 'ready' | 'bad' | 'leaving' | 'unknown' | 'succeeded' | 'failed'

/** What stands beside a pod's name: words, a countdown, or both. */
export interface PodNote {
  readonly text: string
  readonly due?: Millis
  readonly since?: Millis
}

export interface PodStatusWord {
  readonly state: PodState
  /** For people who cannot see the glyph, and for the inspector's badge. */
  readonly word: string
  readonly note: PodNote | null
}

const none: readonly Countdown[] = []

/** Shape, colour and words of a pod. `lost`: its node has not been heard of. Pure; the page counts down from `due` by itself. */
export function podStatus(pod: Pod, lost: boolean, countdowns: readonly Countdown[] = none): PodStatusWord {
  const due = (kind: Countdown['kind']) => countdowns.find((countdown) => countdown.kind === kind)
  if (pod.metadata.deletionTimestamp) return leaving(lost, due('termination'))
  if (pod.status.phase === 'Succeeded') return { state: 'succeeded', word: 'Succeeded', note: { text: 'exit 0' } }
  if (pod.status.phase === 'Failed') return failed(pod)
  if (!pod.spec.nodeName) return waiting(pod)
  if (lost || pod.status.phase === 'Unknown') {
    const eviction = due('eviction')
    return { state: 'unknown', word: 'State unknown', note: eviction ? { text: 'evict', due: eviction.due, since: eviction.since } : { text: '?' } }
  }
  return initialising(pod, due) ?? failing(pod, due) ?? starting(pod, due) ?? running(pod, due)
}

type DueOf = (kind: Countdown['kind']) => Countdown | undefined

function leaving(lost: boolean, termination: Countdown | undefined): PodStatusWord {
  if (lost) return { state: 'leaving', word: 'Lost', note: { text: 'lost' } }
  return { state: 'leaving', word: 'Terminating', note: termination ? { text: '', due: termination.due, since: termination.since } : { text: 'leaves' } }
}

function failed(pod: Pod): PodStatusWord {
  const exit = pod.status.containerStatuses?.find((status) => status.state?.terminated && status.state.terminated.exitCode !== 0)?.state?.terminated
  return { state: 'failed', word: pod.status.reason ?? 'Failed', note: { text: pod.status.reason ?? exitText(exit) } }
}

function exitText(exit: { readonly exitCode: number; readonly reason?: string } | undefined): string {
  if (!exit) return 'failed'
  return exit.reason === 'OOMKilled' ? 'OOMKilled' : `exit ${exit.exitCode}`
}

function waiting(pod: Pod): PodStatusWord {
  const scheduled = pod.status.conditions?.find((condition) => condition.type === 'PodScheduled')
  if (scheduled?.reason === 'SchedulingGated') return { state: 'waiting', word: 'Gated', note: { text: 'gated' } }
  if (scheduled?.reason === 'Unschedulable') return { state: 'waiting', word: 'Finds no node', note: { text: shortRefusal(scheduled.message ?? '') } }
  return { state: 'waiting', word: 'Waits for a node', note: null }
}

/** `0/4 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. …` → the part between colon and full stop, as the scheduler counted it. */
export function refusalReasons(message: string): string {
  const counted = /nodes are available: (.*?)\.(?: |$)/.exec(message)?.[1] ?? message
  return counted.replaceAll('node(s) had untolerated taint(s)', 'untolerated taint').replaceAll('node(s) were unschedulable', 'cordoned').replaceAll('node(s) ', '')
}

function shortRefusal(message: string): string {
  const reasons = refusalReasons(message).split(', ')
  const shortage = reasons.find((reason) => reason.includes('Insufficient'))
  return (shortage ?? reasons[0] ?? '').replace(/^\d+ /, '').replace('Insufficient', 'no').slice(0, 24) || 'no node fits'
}

function initialising(pod: Pod, due: DueOf): PodStatusWord | null {
  const statuses = pod.status.initContainerStatuses ?? []
  const containers = pod.spec.initContainers ?? []
  const done = statuses.filter((status, index) => isSidecar(containers[index]) ? status.started : status.state?.terminated?.exitCode === 0).length
  if (containers.length === 0 || done === containers.length) return null
  const troubled = statuses.find((status) => status.state?.waiting && isFailure(status.state.waiting.reason))
  if (troubled) return trouble(troubled, due)
  return { state: 'starting', word: 'Initialises', note: { text: `init ${done}/${containers.length}` } }
}

function isSidecar(container: { readonly restartPolicy?: string } | undefined): boolean {
  return container?.restartPolicy === 'Always'
}

/** Waiting reasons that a person has to do something about; the others are steps of a normal start. */
function isFailure(reason: string | undefined): boolean {
  return reason !== undefined && reason !== 'ContainerCreating' && reason !== 'PodInitializing'
}

function failing(pod: Pod, due: DueOf): PodStatusWord | null {
  const troubled = pod.status.containerStatuses?.find((status) => (status.state?.waiting && isFailure(status.state.waiting.reason)) || status.state?.terminated)
  return troubled ? trouble(troubled, due) : null
}

const cannotPull = new Set(['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName', 'ImageInspectError'])

function trouble(status: ContainerStatus, due: DueOf): PodStatusWord {
  const waitingFor = status.state?.waiting?.reason
  const last = status.state?.terminated ?? status.lastState?.terminated
  if (waitingFor !== undefined && cannotPull.has(waitingFor)) {
    const retry = due('imageBackOff')
    return { state: 'bad', word: waitingFor, note: retry ? { text: 'pull again', due: retry.due, since: retry.since } : { text: 'cannot pull' } }
  }
  const backOff = due('backOff')
  const word = waitingFor ?? exitText(last)
  if (backOff) return { state: 'bad', word, note: { text: last?.reason === 'OOMKilled' ? 'OOMKilled' : 'restart', due: backOff.due, since: backOff.since } }
  return { state: 'bad', word, note: { text: waitingFor && waitingFor !== 'CrashLoopBackOff' ? waitingFor : exitText(last) } }
}

function starting(pod: Pod, due: DueOf): PodStatusWord | null {
  const statuses = pod.status.containerStatuses ?? []
  if (statuses.length > 0 && statuses.every((status) => status.state?.running)) return null
  const pull = due('pull')
  if (pull) return { state: 'starting', word: 'Pulls its image', note: { text: 'pulling', due: pull.due, since: pull.since } }
  return { state: 'starting', word: 'Is being created', note: { text: 'creating' } }
}

function running(pod: Pod, due: DueOf): PodStatusWord {
  const ready = pod.status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false
  const restarts = (pod.status.containerStatuses ?? []).reduce((sum, status) => sum + status.restartCount, 0)
  if (ready) return { state: 'ready', word: 'Ready', note: restarts > 0 ? { text: `${restarts}× restarted` } : null }
  const probe = due('probe')
  return { state: 'notReady', word: 'Runs, not ready', note: probe ? { text: 'probe', due: probe.due, since: probe.since } : { text: 'not ready' } }
}
