import type { Event, Node, Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf, objectKey, type ObjectKey } from '../../src/sim/api/objects.ts'
import { createWallClock } from '../../src/sim/api/time.ts'
import type { Change, ComponentContext, EventOptions, Informer } from '../../src/sim/client/component.ts'
import { Timeline } from '../../src/sim/kernel/agenda.ts'
import { RandomStreams } from '../../src/sim/kernel/random.ts'
import type { PlacementPlugin } from '../../src/sim/scheduler/placement-plugins.ts'
import { createProfile, type Profile } from '../../src/sim/scheduler/profile.ts'
import { startScheduler } from '../../src/sim/scheduler/scheduler.ts'
import { difference } from '../harness.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { completePod, isBuilt, nowMillis } from './world.ts'

/** Whether the case is one attempt of the scheduler, by plugins that are built. */
export function isBuiltAttempt({ in: { chosen: _chosen, ...input }, out, ...rest }: GoldenCase): boolean {
  return isBuilt({ in: input, out, ...rest }) && Boolean(input.pod?.spec) && (Array.isArray(out.events) || Array.isArray(out.order))
}

/** What one attempt writes: events, the condition, the binding, the nomination. */
export const schedulerEvents: GoldenSet = {
  name: 'scheduler/events',
  run(golden) {
    const written = attempt(golden)
    const { out } = golden
    if (out.order) return difference(out.order, written.order)
    const trimmed = written.events.map((event, at) => ({ ...pick(event, out.events[at] ?? {}) }))
    const expected = { ...out, events: out.events.map((event: object) => Object.fromEntries(Object.entries(event).filter(([key]) => key !== 'noteContains'))) }
    const actual = {
      binding: 'binding' in out ? (written.binding && out.binding ? pick(written.binding, out.binding) : written.binding) : undefined,
      condition: 'condition' in out ? written.condition : undefined,
      events: trimmed,
      ...(written.nominatedNodeName === undefined || !('nominatedNodeName' in out) ? {} : { nominatedNodeName: written.nominatedNodeName }),
    }
    const missing = (out.events as { noteContains?: string }[]).find(({ noteContains }, at) => noteContains && !String(written.events[at]?.note).includes(noteContains))
    return missing ? `note lacks ${missing.noteContains}` : difference(expected, { ...actual, ...('nominatedNodeName' in out && !('nominatedNodeName' in actual) ? { nominatedNodeName: '' } : {}) })
  },
}

type WrittenEvent = Record<string, unknown>

function pick(event: WrittenEvent, expected: Record<string, unknown>): WrittenEvent {
  return Object.fromEntries(Object.entries(event).filter(([key]) => Object.hasOwn(expected, key) || key === 'reason'))
}

interface Written {
  readonly events: WrittenEvent[]
  binding: WrittenEvent | null
  condition: unknown
  nominatedNodeName?: string
  /** What happened to the pod, step by step. */
  readonly order: string[]
}

/** The real scheduler with a client that only takes notes; one attempt, cut before anything is tried again. */
function attempt({ in: input }: GoldenCase): Written {
  const timeline = new Timeline()
  const agenda = timeline.fork('kube-scheduler')
  const written: Written = { events: [], binding: null, condition: null, order: [] }
  const pod = completePod(input.pod)
  const stored: Pod[] = [...((input.pods ?? []) as Pod[]).map(completePod), ...((input.pendingNominated ?? []) as Pod[]).map(completePod).map((other) => ({ ...other, spec: { ...other.spec, schedulerName: 'another' } })), pod]
  const roomy = { metadata: { name: input.chosen, labels: {} }, spec: {}, status: { allocatable: { cpu: '64', memory: '256Gi', pods: '110', 'ephemeral-storage': '1Ti' } } }
  const lists: Record<string, readonly unknown[]> = { nodes: (input.nodes ?? (input.chosen ? [roomy] : [])) as Node[], pods: stored, services: input.services ?? [], namespaces: input.namespaces ?? [] }
  const handlers: (() => void)[] = []
  const client = {
    user: 'kube-scheduler',
    busyUntil: 0,
    bind: (key: ObjectKey, uid: string, node: string) => {
      written.order.push(`Bind (POST pods/${key.split('/')[1] ?? ''}/binding)`)
      written.binding = { apiVersion: 'v1', kind: 'Binding', pod: key, metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid }, node, target: { kind: 'Node', name: node } }
      return { ok: true, value: {} }
    },
    patch: (_resource: string, key: ObjectKey, _type: string, body: { status: { conditions?: Record<string, unknown>[]; nominatedNodeName?: string | null } }) => {
      if (key === `${pod.metadata.namespace}/${pod.metadata.name}`) {
        const [condition] = body.status.conditions ?? []
        if (condition) written.condition = Object.fromEntries(Object.entries(condition).filter(([name]) => !name.startsWith('last')))
        if (body.status.nominatedNodeName !== undefined) written.nominatedNodeName = body.status.nominatedNodeName ?? ''
      }
      return { ok: true, value: {} }
    },
    delete: () => ({ ok: true, value: {} }),
  }
  const informers = {
    of: (resource: string) => informerOf((lists[resource] ?? []) as Pod[], handlers),
    whenSynced: (run: () => void) => handlers.push(run),
  }
  const events = {
    event(about: Pod, type: string, reason: string, note: string, options: EventOptions = {}) {
      const { name, namespace, uid } = about.metadata
      const regarding = { kind: about.kind, name, namespace, uid }
      written.order.push(`event ${reason}`)
      written.events.push({ type, reason, note, action: options.action, regarding, reportingController: about.spec.schedulerName } satisfies Partial<Record<keyof Event | 'note' | 'regarding' | 'reportingController', unknown>>)
    },
  }
  const random = new RandomStreams(1).of('kube-scheduler')
  const context = { name: 'kube-scheduler', agenda, wall: createWallClock(timeline, nowMillis), client, informers, events, random, decided: () => undefined } as unknown as ComponentContext
  startScheduler(context, watchedProfile(written.order))
  for (const handler of handlers) handler()
  timeline.advanceTo(20)
  return written
}

/** The default profile and a plugin that only says when it is its turn. That the room is taken is seen at the first turn. */
function watchedProfile(order: string[]): Profile {
  const profile = createProfile()
  const say = (text: string): null => {
    order.push(text)
    return null
  }
  const watcher: PlacementPlugin = {
    name: 'Watcher',
    reserve: (_pod, node) => {
      if (node.pods.length > 0) say("assume (node's room is taken in the cache)")
      return say('Reserve')
    },
    permit: () => say('Permit'),
    preBind: () => say('PreBind'),
    postBind: () => void say(`PostBind (${profile.placement.some(({ postBind }) => postBind) ? 'a' : 'no'} plugin in the default profile)`),
  }
  return { ...profile, placement: [...profile.placement, watcher] }
}

function informerOf(objects: readonly Pod[], handlers: (() => void)[]): Informer<Pod> {
  const byKey = new Map(objects.map((object) => [keyOf(object), object]))
  return {
    lister: { get: (key) => byKey.get(key), find: (namespace, name) => byKey.get(objectKey(namespace, name)), list: (namespace) => objects.filter(({ metadata }) => !namespace || metadata.namespace === namespace), byIndex: () => [], indexValues: () => [] },
    synced: true,
    onChange: (handler: (change: Change<Pod>) => void) => handlers.push(() => objects.forEach((object) => handler({ new: object }))),
    addIndex: () => undefined,
  }
}
