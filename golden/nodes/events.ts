import { eventName } from '../../src/sim/client/event-recorder.ts'
import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import { difference, type GoldenCase, type GoldenSet } from '../harness.ts'
import type { SeenEvent } from './played-node.ts'
import { playAll } from './events-played.ts'

/** Every entry of the catalogue whose part is built is sent in some scenario, with its type, its object and its field path. */
export const events: GoldenSet = {
  name: 'nodes/events',
  run: ({ in: input, out }) => {
    if (isNaming(input)) return difference(out, { name: eventName(input.object, ...sinceEpoch(input.timestampNs)) })
    if (isRepetition(input)) return difference(out, repeated(input))
    seen ??= playAll()
    const fits = templateOf(out.message ?? '')
    const sent = seen.filter(({ component, reason, message }) => component === input.component && reason === out.reason && fits.test(message))
    if (sent.length === 0) return `never sent; of this reason: ${JSON.stringify([...new Set(seen.filter(({ reason }) => reason === out.reason).map(({ message, component }) => `${component}: ${message}`))].slice(0, 4))}`
    const path = templateOf(input.fieldPath ?? '')
    // Where the catalogue names the main containers, init containers have their own field.
    const wrong = sent.find(({ type, kind, fieldPath = '' }) => type !== out.type || kind !== input.involvedObject || !(path.test(fieldPath) || path.test(fieldPath.replace('spec.initContainers', 'spec.containers'))))
    return wrong ? `sent as ${JSON.stringify(wrong)}` : null
  },
}

let seen: readonly SeenEvent[] | undefined

/** Parts that are not built: their reasons, and what the words say of those that share a reason with a built part. */
const unbuiltReasons = new Set([
  'Evicted', 'EvictionThresholdMet', 'FailedPrepareDynamicResources', 'FailedCreatePodContainer',
  'NodeHasInsufficientMemory', 'NodeHasDiskPressure', 'NodeHasInsufficientPID', 'FailedMapVolume', 'FailedAttachVolume', 'FileSystemResizeSuccessful',
])
const unbuiltParts = /internal hook|directories cannot|attachment/

/** Whether no part that is built would send this event. */
export function isAboutUnbuilt({ in: input, out }: GoldenCase): boolean {
  if (isNaming(input) || isRepetition(input)) return false
  return input.component === undefined || out.reason === undefined || unbuiltReasons.has(out.reason) || unbuiltParts.test(input.when)
}

function isNaming(input: GoldenCase['in']): boolean {
  return input.object !== undefined && input.timestampNs !== undefined
}

function isRepetition(input: GoldenCase['in']): boolean {
  return input.repeats !== undefined
}

/** Milliseconds, and nanoseconds within the last of them; more digits than a number holds are zeros here. */
function sinceEpoch(nanoseconds: number): [number, number] {
  const text = String(BigInt(nanoseconds))
  return [Number(text.slice(0, -6)), Number(text.slice(-6))]
}

/** One component tells the same so many times, a second apart: what of it is stored. */
function repeated({ repeats, sameTextSameFieldPath }: GoldenCase['in']): unknown {
  const cluster = createTestCluster()
  const { recorder, wall } = cluster.component('kubelet', ({ events: own, wall: clock }) => ({ recorder: own, wall: clock }), { host: 'n1' })
  const times: string[] = []
  for (let at = 0; at < repeats; at += 1) {
    times.push(wall.time())
    const fieldPath = sameTextSameFieldPath ? 'spec.containers{app}' : `spec.containers{app-${at}}`
    recorder.event({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', uid: 'uid', resourceVersion: '1', creationTimestamp: wall.time() } }, 'Warning', 'BackOff', 'Back-off', { fieldPath })
    cluster.advanceTo(cluster.timeline.now + 1000)
  }
  const stored = cluster.list('events')
  const [event] = stored
  if (!event) return 'nothing is stored'
  const { firstTimestamp, lastTimestamp, eventTime, series, reportingComponent, reportingInstance, source } = event
  const named = (host: string | undefined) => (host === 'n1' ? '<node>' : host)
  const fields = {
    firstTimestamp: firstTimestamp === times[0] ? 'of the first' : firstTimestamp,
    lastTimestamp: lastTimestamp === times.at(-1) ? 'of the newest' : lastTimestamp,
    eventTime: eventTime ?? null,
    series: series ?? 'unset',
    reportingComponent, reportingInstance: named(reportingInstance),
    source: { ...source, host: named(source?.host) },
  }
  return { events: stored.length, count: event.count, fields }
}

function templateOf(template: string): RegExp {
  return new RegExp(`^${template.split(/<[^>]*>/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*')}$`)
}
