import type { KubernetesObject } from '../../sim/api/objects.ts'
import { splitKey } from '../../sim/api/objects.ts'
import { parseTime } from '../../sim/api/time.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { TraceEntry } from '../../sim/kernel/trace.ts'
import type { ClusterView } from './cluster-view.ts'
import { commandWords } from './commands.ts'
import { spanText } from './format.ts'
import { nodeSteps } from './why-node.ts'
import { podNow, schedulingSteps } from './why-pod.ts'
import { objectOf, thingId, thingOf, type Thing } from './things.ts'

/** One step of "why is it here?". */
export interface WhyStep {
  readonly at: Millis
  readonly what: string
  readonly detail?: string
  /** A person began it; the cluster went on; this is where it stands. */
  readonly who: 'you' | 'cluster' | 'now'
  /** It took something away: only that is shown as a fault. */
  readonly isFault?: boolean
}

/** From a person's command or a lost machine down to this thing, along what the cluster wrote down. Pure; only what is known is told. */
export function whyChain(view: ClusterView, thing: Thing): readonly WhyStep[] {
  const steps = thing.resource === 'nodes' ? nodeSteps(view, thing.key) : thing.resource === 'components' ? componentSteps(view, thing.key) : objectSteps(view, thing)
  // The last step is where it stands, whatever it is.
  return steps.map((step, index) => (index === steps.length - 1 && step.who === 'cluster' ? { ...step, who: 'now' } : step))
}

function objectSteps(view: ClusterView, thing: Thing): readonly WhyStep[] {
  const object = objectOf(view, thing)
  if (!object) return []
  if (thing.resource === 'pods') {
    const pod = view.objects.pods.get(thing.key)
    return pod ? [...creation(view, object, thing), ...schedulingSteps(view, pod), ...podNow(view, pod)] : []
  }
  if (thing.resource !== 'replicasets' && thing.resource !== 'deployments' && thing.resource !== 'daemonsets') return creation(view, object, thing)
  const made = creation(view, object, thing)
  const scaled = lastOf(view, (entry) => entry.about === thingId(thing) && isScaling(entry))
  const createdAt = made.at(-1)?.at ?? 0
  if (!scaled || scaled.at <= createdAt + sameBreath) return made
  return [...made, ...leadingTo(view, thing.resource === 'replicasets' ? beforeScaling(view, scaled) : undefined), scalingStep(scaled)]
}

function componentSteps(view: ClusterView, name: string): readonly WhyStep[] {
  const command = view.commands.findLast(({ command: { kind, ...rest } }) => (kind === 'stop' || kind === 'start') && 'component' in rest && rest.component === name)
  return command ? commandSteps(view, command.at) : []
}

/** Entries this close together are one and the same reaction. */
const sameBreath = 50

/** Who made it, and what moved them to. */
function creation(view: ClusterView, object: KubernetesObject, thing: Thing): readonly WhyStep[] {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller)
  const created = lastOf(view, (entry) => entry.kind === 'write' && entry.about === thingId(thing) && entry.what === `create ${thing.resource} ${thing.key}`)
  const at = created?.at ?? instant(view, object.metadata.creationTimestamp) ?? 0
  if (!owner) {
    const commands = commandSteps(view, at)
    return commands.length > 0 ? commands : [{ at, who: 'cluster', what: `${created ? authorName(created.author) : 'Somebody'} created it`, detail: thing.resource === 'pods' ? 'Nobody owns it: it will not be replaced.' : undefined }]
  }
  if (owner.kind === 'Node') return [{ at, who: 'cluster', what: `The kubelet of ${owner.name} started it`, detail: 'From a manifest on its own disk: no scheduler was asked.' }]
  if (owner.kind === 'DaemonSet') return [...ownerOrigin(view, owner.kind, object, owner.name, at), { at, who: 'cluster', what: `DaemonSet ${owner.name} created it`, detail: 'It wants one on every machine that it may use.' }]
  if (owner.kind === 'ReplicaSet') return replica(view, thing, owner.name, at)
  return [...ownerOrigin(view, owner.kind, object, owner.name, at), { at, who: 'cluster', what: `${owner.kind} ${owner.name} created it`, detail: owner.kind === 'Deployment' ? 'Each version of its template has a ReplicaSet of its own.' : undefined }]
}

/** What a person did last to an owner before it acted. */
function ownerOrigin(view: ClusterView, kind: string, object: KubernetesObject, name: string, before: Millis): readonly WhyStep[] {
  const owner = thingOf(kind, object.metadata.namespace, name)
  const write = owner ? lastOf(view, (entry) => entry.kind === 'write' && entry.about === thingId(owner) && entry.author === 'user' && entry.at <= before) : undefined
  return write ? commandSteps(view, write.at) : []
}

/** A ReplicaSet counted fewer than it wants: when, how many, and why they were fewer. */
function replica(view: ClusterView, thing: Thing, owner: string, at: Millis): readonly WhyStep[] {
  const { namespace = '' } = splitKey(thing.key)
  const decision = lastOf(view, (entry) => entry.about === `replicasets/${namespace}/${owner}` && isScaling(entry) && entry.at <= at)
  if (!decision) return [{ at, who: 'cluster', what: `ReplicaSet ${owner} created it`, detail: 'It counted fewer than it wants.' }]
  return [...leadingTo(view, beforeScaling(view, decision)), scalingStep(decision)]
}

function isScaling(entry: TraceEntry): boolean {
  return entry.kind === 'decision' && entry.what.startsWith('scale ')
}

/** `{replicas, creates, deletes}` of a ReplicaSet's plan, `[{replicaSet, from, to}]` of a Deployment's. */
function scalingStep({ at, about = '', detail }: TraceEntry): WhyStep {
  const name = splitKey(about.slice(about.indexOf('/') + 1)).name
  if (Array.isArray(detail)) {
    const parts = (detail as { replicaSet?: string; from?: number; to?: number }[]).map(({ replicaSet, from, to }) => `${replicaSet ?? ''} from ${from ?? 0} to ${to ?? 0}`)
    return { at, who: 'cluster', what: `Deployment ${name} shifted its ReplicaSets`, detail: `${parts.join(', ')}.` }
  }
  const { replicas = 0, creates = 0, deletes } = (detail ?? {}) as { replicas?: number; creates?: number; deletes?: readonly unknown[] }
  const removed = deletes?.length ?? 0
  if (removed > 0) return { at, who: 'cluster', what: `ReplicaSet ${name} wanted ${replicas}, counted ${replicas + removed}`, detail: `It deleted ${removed}.` }
  return { at, who: 'cluster', what: `ReplicaSet ${name} wanted ${replicas}, counted ${Math.max(0, replicas - creates)}`, detail: creates === 1 ? 'It created one.' : `It created ${creates}.` }
}

/** What changed between a ReplicaSet's last decision and this one: a pod of its was deleted, or it was told another number. */
function beforeScaling(view: ClusterView, decision: TraceEntry): TraceEntry | undefined {
  const { about = '', at } = decision
  const key = about.slice('replicasets/'.length)
  const index = view.trace.indexOf(decision)
  for (let earlier = index - 1; earlier >= 0; earlier -= 1) {
    const entry = view.trace[earlier]
    if (!entry || entry.at < at - 60_000) return undefined
    if (entry.about === about && isScaling(entry)) return undefined
    if (entry.kind !== 'write') continue
    if (entry.what === `update replicasets ${key}` || entry.what === `create replicasets ${key}` || entry.what === `patch replicasets ${key}`) return entry
    if (entry.what.startsWith(`delete pods ${key}-`)) return firstDeletion(view, entry)
  }
  return undefined
}

/** Deletion is asked for once and finished by a kubelet later: the asking is the cause. */
function firstDeletion(view: ClusterView, deletion: TraceEntry): TraceEntry {
  return view.trace.find((entry) => entry.what === deletion.what && entry.kind === 'write') ?? deletion
}

/** The steps that end in this write. */
function leadingTo(view: ClusterView, write: TraceEntry | undefined): readonly WhyStep[] {
  if (!write) return []
  if (write.author === 'user') return commandSteps(view, write.at)
  if (write.what.startsWith('delete pods ')) return deletion(view, write)
  if (write.author !== 'deployment-controller') return []
  const key = (write.about ?? '').slice('replicasets/'.length)
  const set = view.objects.replicasets.get(key)
  const deployment = set?.metadata.ownerReferences?.[0]?.name
  const origin = set && deployment ? ownerOrigin(view, 'Deployment', set, deployment, write.at) : []
  if (write.what.startsWith('create')) return [...origin, { at: write.at, who: 'cluster', what: `Deployment ${deployment ?? ''} made ReplicaSet ${splitKey(key).name}`, detail: 'Each version of its template has one of its own.' }]
  const plan = lastOf(view, (entry) => entry.author === 'deployment-controller' && isScaling(entry) && entry.at <= write.at && write.at - entry.at <= sameBreath)
  return plan ? [...origin, scalingStep(plan)] : origin
}

function deletion(view: ClusterView, write: TraceEntry): readonly WhyStep[] {
  const key = (write.about ?? '').slice('pods/'.length)
  const { name } = splitKey(key)
  if (write.author !== 'taint-eviction-controller') return [{ at: write.at, who: 'cluster', what: `${authorName(write.author)} deleted pod ${name}` }]
  const placed = lastOf(view, (entry) => entry.about === write.about && entry.kind === 'decision' && entry.what.startsWith(`place ${key} on `))
  const node = view.objects.pods.get(key)?.spec.nodeName ?? placed?.what.split(' on ')[1]
  const before = node ? nodeSteps(view, node, write.at) : []
  const tainted = before.at(-1)
  return [...before, { at: write.at, who: 'cluster', what: tainted ? `${spanText(write.at - tainted.at)} of toleration were over` : 'Its toleration was over', detail: `Pod ${name} was marked for deletion.` }]
}

/** What a person did at this very moment. */
function commandSteps(view: ClusterView, at: Millis): readonly WhyStep[] {
  const command = view.commands.findLast((one) => one.at <= at && at - one.at <= sameBreath)
  if (!command) return []
  const words = commandWords(command.command)
  return [{ at: command.at, who: 'you', what: words.lead.replace(/\.$/, ''), detail: words.rest || undefined, isFault: words.isGrave }]
}

function authorName(author: string): string {
  if (author === 'user') return 'You'
  return author.startsWith('kubelet/') ? `The kubelet of ${author.slice('kubelet/'.length)}` : `The ${author.replaceAll('-', ' ')}`
}

function lastOf(view: ClusterView, test: (entry: TraceEntry) => boolean): TraceEntry | undefined {
  return view.trace.findLast(test)
}

function instant(view: ClusterView, time: string | undefined): Millis | undefined {
  const parsed = time ? parseTime(time) : null
  return parsed === null ? undefined : parsed - view.start
}
