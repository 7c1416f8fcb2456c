import { splitKey } from '../../sim/api/objects.ts'
import { definitionOf, resources } from '../../sim/api/resources.ts'
import type { Command } from '../../sim/cluster/run.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { TraceEntry } from '../../sim/kernel/trace.ts'
import { commandWords } from './commands.ts'
import { spanText } from './format.ts'
import { isEnd, isReport, isTaint, isVerdict } from './why-chain.ts'

/** One step of "why is it here?". */
export interface WhyStep {
  readonly at: Millis
  readonly what: string
  readonly detail?: string
  /** A person began it; the cluster went on; this is where it stands. */
  readonly who: 'you' | 'cluster' | 'now'
  /** It took something away: only that is shown as a fault. */
  readonly isFault?: boolean
  /** The scheduler weighed the machines: its table can be seen. */
  readonly hasTable?: boolean
}

/** A chain of entries, each the cause of the next, in plain words. What merely carries out the entry before it is not told again. */
export function chainWords(chain: readonly TraceEntry[]): readonly WhyStep[] {
  const steps: WhyStep[] = []
  chain.forEach((entry, index) => {
    const step = wordsOf(entry, chain[index - 1], chain.slice(0, index))
    if (step && steps.at(-1)?.what !== step.what) steps.push(step)
  })
  return steps
}

function wordsOf(entry: TraceEntry, cause: TraceEntry | undefined, before: readonly TraceEntry[]): WhyStep | null {
  // Who powers a machine on has said so; that its fault ended says no more.
  if (entry.kind === 'fault' && cause?.kind === 'command' && isEnd(entry) && isEnd(cause)) return null
  if (entry.kind === 'command' || entry.kind === 'fault') return inputWords(entry, cause)
  if (entry.kind === 'decision') return decisionWords(entry)
  if (entry.kind !== 'write') return null
  // A command says what its writes do, a plan what its author does next.
  if (entry.author === 'user' && (cause?.kind === 'command' || cause?.kind === 'fault')) return null
  if (cause?.kind === 'decision' && cause.author === entry.author && isScaling(cause)) return null
  if (isBookkeeping(entry)) return null
  return isTaint(entry) ? taintWords(entry, before) : writeWords(entry, cause)
}

/** Bindings and counts follow from what was told, and what follows from them is told. */
function isBookkeeping({ what }: TraceEntry): boolean {
  return /^(create pods\/binding|(update|patch) (replicasets|deployments|daemonsets|replicationcontrollers|resourcequotas)\/status|(update|patch) (endpoints|endpointslices)) /.test(what)
}

/** What a person did, or a fault that ended by itself. `ender`: what ended it. */
export function inputWords({ at, what, detail }: TraceEntry, ender?: TraceEntry): WhyStep {
  const { lead, rest, isGrave } = commandWords(detail as Command)
  const endsByItself = what.startsWith('end ') && !(ender && isEnd(ender))
  return { at, who: endsByItself ? 'cluster' : 'you', what: lead.replace(/\.$/, ''), detail: endsByItself ? undefined : rest || undefined, isFault: isGrave }
}

export function isScaling({ kind, what }: TraceEntry): boolean {
  return kind === 'decision' && what.startsWith('scale ')
}

/** Plans that only lead to a write say nothing that the write does not. */
function decisionWords(entry: TraceEntry): WhyStep | null {
  if (isScaling(entry)) return scalingWords(entry)
  const placed = /^place (\S+) on (\S+)$/.exec(entry.what)
  return placed ? { at: entry.at, who: 'cluster', what: `Scheduler chose ${placed[2] ?? ''} for ${nameIn(`pods/${placed[1] ?? ''}`)}` } : null
}

/** `{replicas, creates, deletes}` of a ReplicaSet's or ReplicationController's plan, `[{replicaSet, from, to}]` of a Deployment's. */
function scalingWords({ at, about = '', detail }: TraceEntry): WhyStep {
  const name = nameIn(about)
  if (Array.isArray(detail)) {
    const parts = (detail as { replicaSet?: string; from?: number; to?: number }[]).map(({ replicaSet, from, to }) => `${replicaSet ?? ''} from ${from ?? 0} to ${to ?? 0}`)
    return { at, who: 'cluster', what: `Deployment ${name} shifted its ReplicaSets`, detail: `${parts.join(', ')}.` }
  }
  const { replicas = 0, creates = 0, deletes } = (detail ?? {}) as { replicas?: number; creates?: number; deletes?: readonly unknown[] }
  const removed = deletes?.length ?? 0
  const who = `${about.startsWith('replicationcontrollers/') ? 'ReplicationController' : 'ReplicaSet'} ${name}`
  if (removed > 0) return { at, who: 'cluster', what: `${who} wanted ${replicas}, counted ${replicas + removed}`, detail: `It deleted ${removed}.` }
  return { at, who: 'cluster', what: `${who} wanted ${replicas}, counted ${Math.max(0, replicas - creates)}`, detail: creates === 1 ? 'It created one.' : `It created ${creates}.` }
}

function writeWords(entry: TraceEntry, cause: TraceEntry | undefined): WhyStep {
  const { at, author, what, about = '' } = entry
  const name = nameIn(about)
  const [verb = '', target = ''] = what.split(' ')
  const step = (words: string, detail?: string): WhyStep => ({ at, who: 'cluster', what: words, detail })
  if (author === 'taint-eviction-controller') return step(cause ? `${spanText(at - cause.at)} of toleration were over` : 'Its toleration was over', `Pod ${name} was marked for deletion.`)
  if (author === 'deployment-controller' && what.startsWith('create replicasets ')) return step(`Deployment ${name.slice(0, name.lastIndexOf('-'))} made ReplicaSet ${name}`, 'Each version of its template has one of its own.')
  if (author === 'deployment-controller' && target === 'replicasets') return step(`The deployment controller told ReplicaSet ${name} how many it should be`)
  if (author === 'daemonset-controller' && what.startsWith('create pods ')) return step(`The DaemonSet of ${name.slice(0, name.lastIndexOf('-'))} created it`, 'It wants one on every machine that it may use.')
  if (author === 'endpoint-controller' && verb === 'create') return step(`The endpoint controller made Endpoints ${name}`, 'Every Service with a selector has Endpoints of its name: who can be reached for it.')
  if (author === 'endpoint-slice-mirroring-controller' && verb === 'create') return step(`Endpoints were mirrored in EndpointSlice ${name}`, 'Nodes route by slices alone.')
  if (author === 'default-scheduler' && what.startsWith('delete pods ')) return step(`Scheduler preempted ${name}`, 'A pod of higher priority needs its room.')
  if (author.startsWith('kubelet/')) return step(kubeletWords(author.slice('kubelet/'.length), verb, target, name))
  return step(`${author === 'user' && at < 0 ? 'The installation' : authorName(author)} ${done.get(verb) ?? verb} ${subject(target)} ${name}`)
}

/** Taints follow what the machine's condition became. */
function taintWords({ at }: TraceEntry, before: readonly TraceEntry[]): WhyStep {
  const condition = before.findLast((entry) => isVerdict(entry) || isReport(entry))
  if (condition && isReport(condition)) return { at, who: 'cluster', what: 'The node controller took its taint off', detail: 'The scheduler may use the machine.' }
  const isForScheduler = before.at(-1)?.what === 'planNoScheduleTaints'
  return { at, who: 'cluster', what: `Tainted unreachable:${isForScheduler ? 'NoSchedule' : 'NoExecute'}`, detail: isForScheduler ? 'It gets no new pods.' : 'From now on its pods are only tolerated for a while.' }
}

function kubeletWords(node: string, verb: string, target: string, name: string): string {
  if (target === 'nodes' && verb === 'create') return `The kubelet of ${node} joined the cluster`
  if (target.startsWith('nodes')) return `The kubelet of ${node} reported on its machine`
  if (verb === 'delete') return `The kubelet of ${node} has ended pod ${name}`
  return verb === 'create' ? `The kubelet of ${node} told of ${name}` : `The kubelet of ${node} reported on pod ${name}`
}

/** What an API verb did. */
export const done = new Map([['create', 'created'], ['update', 'changed'], ['patch', 'changed'], ['delete', 'deleted']])

/** `pods/status` → `the status of pod`. */
export function subject(target: string): string {
  const [resource, part] = target.split('/')
  const known = resources.find((one) => one.resource === resource)
  const kind = known ? definitionOf(known.resource).singular : (resource ?? '')
  return part === undefined ? kind : `the ${part} of ${kind}`
}

export function authorName(author: string): string {
  if (author === 'user') return 'You'
  if (author === 'default-scheduler') return 'The scheduler'
  return author.startsWith('kubelet/') ? `The kubelet of ${author.slice('kubelet/'.length)}` : `The ${author.replaceAll('-', ' ')}`
}

/** `pods/shop/web-1` → `web-1`. */
export function nameIn(about: string): string {
  return splitKey(about.slice(about.indexOf('/') + 1)).name
}
