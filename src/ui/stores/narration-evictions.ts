import type { Pod } from '../../sim/api/generated/types.ts'
import { controllerOf } from '../../sim/api/objects.ts'
import { parseTime } from '../../sim/api/time.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { ClusterView } from './cluster-view.ts'
import { count, spanText } from './format.ts'
import type { Happening } from './narration.ts'
import { isLost } from './node-status.ts'
import { podStatus } from './pod-status.ts'
import { isSystem } from './rows.ts'

/** How long what becomes of given-up pods is summed up anew. */
const aftermath: Millis = 60_000

/** For each lost machine whose pods were just given up: one sentence, told anew while their successors come up. Pure. */
export function evictionHappenings(before: ClusterView, after: ClusterView): Happening[] {
  const happenings: Happening[] = []
  for (const node of after.objects.nodes.values()) {
    if (!isLost(node)) continue
    const { name } = node.metadata
    const now = summary(name, after)
    if (now && now.rest !== summary(name, before)?.rest) happenings.push({ ...now, topic: `eviction/${name}`, tone: 'leaving', about: { resource: 'nodes', key: name }, mark: 'evicted' })
  }
  return happenings
}

function summary(node: string, view: ClusterView): Pick<Happening, 'at' | 'lead' | 'rest'> | null {
  const lost = [...(view.podsByNode.get(node)?.values() ?? [])].filter((pod) => !isSystem(pod) && pod.metadata.deletionTimestamp)
  if (lost.length === 0) return null
  const at = Math.min(...lost.map((pod) => givenUpAt(pod, view)))
  if (view.now - at > aftermath) return null
  const pods = lost.length === 1 ? 'The pod' : `The ${lost.length} pods`
  const become = outcomes(successors(lost, at, view))
  const owners = lost.length === 1 ? 'its owner' : 'their owners'
  const made = lost.length === 1 ? 'has made a new one' : 'have made new ones'
  return {
    at, lead: patience(lost) === '5 minutes' ? 'The five minutes are over.' : 'The time is up.',
    rest: `${pods} of ${node} ${lost.length === 1 ? 'is' : 'are'} given up; ${become ? `${owners} ${made}: ${become}` : `${owners} ${lost.length === 1 ? 'makes a new one' : 'make new ones'} elsewhere`}.`,
  }
}

/** The pods that the owners of the lost ones have made since. */
function successors(lost: readonly Pod[], since: Millis, view: ClusterView): Pod[] {
  const owners = new Set(lost.flatMap((pod) => controllerOf(pod)?.uid ?? []))
  return [...owners].flatMap((owner) => [...(view.podsByOwner.get(owner)?.values() ?? [])]).filter((pod) => {
    const created = parseTime(pod.metadata.creationTimestamp)
    // Times in objects are full seconds.
    return created !== null && created - view.start >= since - 1000 && !pod.metadata.deletionTimestamp
  })
}

const phrases: readonly { readonly one: string; readonly many: string; fits(status: ReturnType<typeof podStatus>): boolean }[] = [
  { one: 'runs', many: 'run', fits: ({ state }) => state === 'ready' || state === 'notReady' },
  { one: 'starts', many: 'start', fits: ({ state }) => state === 'starting' },
  { one: 'finds no room', many: 'find no room', fits: ({ word }) => word === 'Finds no node' },
  { one: 'waits for a node', many: 'wait for a node', fits: ({ state, word }) => state === 'waiting' && word !== 'Finds no node' },
  { one: 'is in trouble', many: 'are in trouble', fits: ({ state }) => state === 'bad' || state === 'failed' },
]

/** `1 runs, 2 start, 1 finds no room`. */
function outcomes(pods: readonly Pod[]): string {
  const statuses = pods.map((pod) => podStatus(pod, false))
  return phrases.flatMap(({ one, many, fits }) => {
    const amount = statuses.filter(fits).length
    return amount === 0 ? [] : [`${amount} ${amount === 1 ? one : many}`]
  }).join(', ')
}

function givenUpAt({ metadata }: Pod, view: ClusterView): Millis {
  return Math.max(0, instantOf(metadata.deletionTimestamp, { ...view, now: Infinity }) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000)
}

/** An object's timestamp as an instant of the run: at high speed a batch tells of more than its last moment. */
export function instantOf(time: string | undefined, view: ClusterView): Millis {
  const parsed = time ? parseTime(time) : null
  return parsed === null ? view.now : Math.max(0, Math.min(view.now, parsed - view.start))
}

/** How long pods stay on a node that nobody hears of: the toleration that admission gave them, five minutes unless they say otherwise. */
export function patience(pods: readonly Pod[]): string {
  let seconds = 0
  for (const pod of pods) {
    const toleration = pod.spec.tolerations?.find((one) => one.key === 'node.kubernetes.io/unreachable' && one.effect === 'NoExecute')
    seconds = Math.max(seconds, toleration?.tolerationSeconds ?? (toleration ? 0 : 300))
  }
  return seconds % 60 === 0 && seconds >= 60 ? count(seconds / 60, 'minute') : spanText(seconds * 1000)
}
