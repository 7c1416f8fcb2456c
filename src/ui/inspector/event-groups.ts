import type { Event } from '../../sim/api/generated/types.ts'
import { lastSeen, newestFirst } from './event-times.ts'

/** Events that say the same about things of one kind, told once. */
export interface EventGroup {
  readonly id: string
  /** The newest of them. */
  readonly newest: Event
  /** How often it happened, over all of them. */
  readonly times: number
  /** How many things it is about. */
  readonly things: number
}

/** What to show of all events. */
export interface EventFilter {
  readonly type: string
  readonly namespace: string
  readonly text: string
}

/** Newest first; what differs only in names and numbers of one workload's pods is one group. Pure. */
export function groupEvents(events: Iterable<Event>, { type, namespace, text }: EventFilter): readonly EventGroup[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<string, Event[]>()
  for (const event of events) {
    if (type !== '' && event.type !== type) continue
    if (namespace !== '' && event.metadata.namespace !== namespace) continue
    if (words.length > 0 && !matches(event, words)) continue
    const id = likeness(event)
    const group = groups.get(id)
    if (group) group.push(event)
    else groups.set(id, [event])
  }
  const told = [...groups].map(([id, members]) => groupOf(id, members))
  return told.sort((a, b) => newestFirst(a.newest, b.newest))
}

/** How often an event says that it happened. */
export function timesOf(event: Event): number {
  return event.series?.count ?? event.count ?? 1
}

function groupOf(id: string, members: readonly Event[]): EventGroup {
  const newest = members.reduce((best, event) => (newestFirst(event, best) < 0 ? event : best))
  return { id, newest, times: members.reduce((sum, event) => sum + timesOf(event), 0), things: new Set(members.map(({ involvedObject }) => involvedObject.name)).size }
}

function matches(event: Event, words: readonly string[]): boolean {
  const all = `${event.reason ?? ''} ${event.message ?? ''} ${event.involvedObject.kind ?? ''} ${event.involvedObject.name ?? ''}`.toLowerCase()
  return words.every((word) => all.includes(word))
}

/** Asked for every event whenever one comes; one that changes is another object. */
const likenesses = new WeakMap<Event, string>()

/** Alike: same type, reason and kind, in one namespace, about one workload's things, within the same minute. */
function likeness(event: Event): string {
  let known = likenesses.get(event)
  if (known === undefined) likenesses.set(event, (known = findLikeness(event)))
  return known
}

function findLikeness(event: Event): string {
  const { kind, namespace, name = '' } = event.involvedObject
  return [event.type, event.reason, kind, namespace, stem(kind, name), Math.floor(lastSeen(event) / 60_000)].join('\n')
}

/** `web-5f984b46d5-mfph6` → `web`: what the pods and ReplicaSets of one workload share. */
function stem(kind: string | undefined, name: string): string {
  if (kind === 'ReplicaSet') return name.replace(/-[a-z0-9]{6,10}$/, '')
  return kind === 'Pod' ? name.replace(/(-[a-z0-9]{6,10})?-[a-z0-9]{5}$/, '') : name
}
