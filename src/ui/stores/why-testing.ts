import type { Batch } from '../../bridge/protocol.ts'
import { Session } from '../../bridge/session.ts'
import { startScenario } from '../../scenario/gallery.ts'
import type { TimedCommand } from '../../sim/cluster/run.ts'
import type { TraceEntry } from '../../sim/kernel/trace.ts'
import { emptyView, received, type ClusterView } from './cluster-view.ts'
import { momentText } from './format.ts'
import { thingId, thingOf } from './things.ts'
import { whyChain } from './why.ts'

/** The shop as the page would know it, and its story. */
export interface Shop {
  readonly view: ClusterView
  ask(about: string): readonly TraceEntry[]
}

/** The shop after these commands, at this moment. */
export function shopAfter(commands: readonly TimedCommand[], until: number): Shop {
  const batches: Batch[] = []
  let told: readonly TraceEntry[] = []
  const session = new Session((message) => {
    if (message.type === 'defect') throw new Error(message.message)
    if (message.type === 'batch') batches.push(message)
    if (message.type === 'answer' && message.result.ok) told = message.result.value as readonly TraceEntry[]
  }, () => 0)
  const { run } = startScenario.scenario
  session.handle({ type: 'boot', run: { ...run, commands: [...run.commands, ...commands] }, until, pace: { speed: 1, paused: true } })
  while (batches.length === 0) session.tick()
  const ask = (about: string) => {
    session.handle({ type: 'ask', id: 1, question: { kind: 'why', about } })
    return told
  }
  return { view: batches.reduce(received, emptyView), ask }
}

/** The chain of the newest thing whose name begins so, one line a step: hashes of names as `…`. */
export function why({ view, ask }: Shop, kind: string, prefix: string, after = -Infinity): string[] {
  const maps = { Pod: view.objects.pods, ReplicaSet: view.objects.replicasets, Node: view.objects.nodes, Deployment: view.objects.deployments, Endpoints: view.objects.endpoints, EndpointSlice: view.objects.endpointslices }
  const found = [...maps[kind as 'Pod'].values()].filter(({ metadata }) => metadata.name.startsWith(prefix) && Date.parse(metadata.creationTimestamp ?? '') - view.start >= after).at(-1)
  const thing = thingOf(kind, found?.metadata.namespace, found?.metadata.name)
  const hash = /(?<=-)[0-9a-f]{6,10}(-[a-z0-9]{5})?\b/g
  return whyChain(view, thing!, ask(thingId(thing!))).map(({ at, who, what, detail }) => `${momentText(at)} ${who}: ${what}${detail ? `. ${detail}` : ''}`.replace(hash, '…'))
}
