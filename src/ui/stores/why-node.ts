import { parseTime } from '../../sim/api/time.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { TraceEntry } from '../../sim/kernel/trace.ts'
import type { ClusterView } from './cluster-view.ts'
import { count, spanText } from './format.ts'
import { isEnd, isReport, isTaint, isVerdict, type ToldStory } from './why-chain.ts'
import { chainWords, inputWords, type WhyStep } from './why-words.ts'

/** What became of a machine: who interrupted it, the silence, the taint, the pods given up, its return. */
export function nodeSteps(view: ClusterView, story: ToldStory, node: string): readonly WhyStep[] {
  const about = `nodes/${node}`
  const verdict = story.last((entry) => entry.about === about && isVerdict(entry))
  const input = story.last((entry) => entry.about === about && (entry.kind === 'fault' || entry.kind === 'command'))
  // A later input makes a former silence old news, unless it is the end of it.
  const isOld = verdict !== undefined && input !== undefined && input.id > verdict.id && !isEnd(input)
  const steps = verdict && !isOld ? silenceSteps(view, story, verdict) : []
  if (input && !steps.some(({ at, who }) => who === 'you' && at === input.at)) {
    const ender = story.entry(input.cause)
    // What ended before anybody noticed is told from its beginning.
    const begun = isEnd(input) && steps.length === 0 ? story.last((entry) => entry.id < input.id && entry.about === about && entry.kind === 'fault' && !isEnd(entry)) : undefined
    if (begun) steps.push(inputWords(begun))
    // Who powers a machine on has said so; that its fault ended says no more.
    steps.push(input.what.startsWith('end ') && ender && isEnd(ender) ? inputWords(ender) : inputWords(input))
  }
  const since = readySince(view, node)
  if (steps.length > 0 && since !== null && story.last((entry) => entry.about === about && isReport(entry) && entry.id > (verdict?.id ?? 0))) {
    // The condition's time is in full seconds.
    const last = steps.at(-1)?.at ?? 0
    if (since > last - 1000) steps.push({ at: Math.max(since, last), who: 'now', what: 'Its kubelet reports: Ready', detail: 'The scheduler may use it.' })
  }
  return steps.length === 0 ? joined(view, node) : steps
}

function silenceSteps(view: ClusterView, story: ToldStory, verdict: TraceEntry): WhyStep[] {
  const steps: WhyStep[] = [...silenceWords(view, story, verdict)]
  const taint = story.last((entry) => entry.about === verdict.about && isTaint(entry) && entry.cause === verdict.id)
  if (taint) steps.push(...chainWords([verdict, taint]).slice(-1))
  const evictions = story.entries.filter((entry) => entry.author === 'taint-eviction-controller' && entry.what.startsWith('delete pods ') && entry.cause === taint?.id)
  const [first] = evictions
  if (first) steps.push({ at: first.at, who: 'cluster', what: `${count(evictions.length, 'pod')} given up`, detail: 'Their toleration was over; their owners make new ones elsewhere.' })
  return steps
}

/** Why nobody hears from a machine now; empty where that is not known. */
export function silenceOf(view: ClusterView, story: ToldStory, node: string): readonly WhyStep[] {
  const verdict = story.last((entry) => entry.about === `nodes/${node}` && isVerdict(entry))
  return verdict ? silenceWords(view, story, verdict) : []
}

/** The chain down to the moment when the node controller gave a machine up, its silence in words. */
export function silenceWords(view: ClusterView, story: ToldStory, verdict: TraceEntry): readonly WhyStep[] {
  const silent = silence(view, (verdict.about ?? '').slice('nodes/'.length), verdict.at)
  const chain = story.chainTo(verdict).slice(0, -1)
  return [...chainWords(chain).map(withoutNews), {
    at: verdict.at, who: 'cluster', what: `Node controller: no lease${silent === null ? ' in time' : ` for ${spanText(Math.floor(silent / 1000) * 1000)}`}`,
    detail: 'Ready became Unknown: NotReady. Its pods are taken out of the Services.',
  }]
}

/** "Nobody has noticed yet" is no news in a story of how it was noticed. */
function withoutNews(step: WhyStep): WhyStep {
  return { ...step, detail: step.detail?.replace('Its kubelet has stopped renewing its lease; nobody has noticed yet.', 'Its kubelet stopped renewing the lease.') }
}

function joined(view: ClusterView, node: string): readonly WhyStep[] {
  const created = view.objects.nodes.get(node)?.metadata.creationTimestamp
  const parsed = created ? parseTime(created) : null
  return parsed === null ? [] : [{ at: Math.max(0, parsed - view.start), who: 'now', what: `The kubelet of ${node} joined the cluster`, detail: 'It renews its lease every 10 s: that is how everybody knows that it lives.' }]
}

function readySince(view: ClusterView, node: string): Millis | null {
  const ready = view.objects.nodes.get(node)?.status.conditions?.find((condition) => condition.type === 'Ready' && condition.status === 'True')
  const parsed = ready?.lastTransitionTime ? parseTime(ready.lastTransitionTime) : null
  return parsed === null ? null : parsed - view.start
}

/** How long the lease was not renewed at that moment; null when it has been renewed since, and nobody can tell any more. */
export function silence(view: ClusterView, node: string, at: Millis): Millis | null {
  const renewTime = view.objects.leases.get(`kube-node-lease/${node}`)?.spec.renewTime
  const renewed = renewTime ? parseTime(renewTime) : null
  if (renewed === null || renewed - view.start > at) return null
  return at - (renewed - view.start)
}
