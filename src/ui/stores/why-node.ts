import { parseTime } from '../../sim/api/time.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { ClusterView } from './cluster-view.ts'
import { commandWords } from './commands.ts'
import { count, spanText } from './format.ts'
import type { WhyStep } from './why.ts'

const interruptions: ReadonlySet<string> = new Set(['power-off', 'cut-off'])

/** What became of a machine: the person's last word about it, the silence, the taint, the pods given up. `until`: no further than this moment. */
export function nodeSteps(view: ClusterView, node: string, until: Millis = Infinity): readonly WhyStep[] {
  const commands = view.commands.filter(({ at, command }) => 'node' in command && command.node === node && at <= until)
  const last = commands.findLast(({ command }) => until === Infinity || interruptions.has(command.kind))
  const steps: WhyStep[] = []
  if (last) {
    const words = commandWords(last.command)
    steps.push({ at: last.at, who: 'you', what: words.lead.replace(/\.$/, ''), detail: last.command.kind === 'power-off' ? 'Its kubelet stopped renewing the lease.' : words.rest, isFault: words.isGrave })
  }
  const since = last?.at ?? -Infinity
  steps.push(...whatFollowed(view, node, since, until))
  if (until === Infinity && steps.length === 0) return joined(view, node)
  return steps
}

function whatFollowed(view: ClusterView, node: string, since: Millis, until: Millis): WhyStep[] {
  const about = view.trace.filter((entry) => entry.about === `nodes/${node}` && entry.at >= since && entry.at < until && entry.kind === 'write')
  const judged = about.findLast((entry) => entry.author === 'node-controller' && entry.what.startsWith('update nodes/status'))
  const steps: WhyStep[] = []
  if (judged) {
    const silent = silence(view, node, judged.at)
    steps.push({ at: judged.at, who: 'cluster', what: `Node controller: no lease${silent === null ? '' : ` for ${spanText(Math.floor(silent / 1000) * 1000)}`}`, detail: 'Ready became Unknown: NotReady. Its pods are taken out of the Services.' })
    const tainted = about.findLast((entry) => entry.author === 'node-controller' && entry.what.startsWith('patch nodes ') && entry.at > judged.at)
    if (tainted) steps.push({ at: tainted.at, who: 'cluster', what: 'Tainted unreachable:NoExecute', detail: 'From now on its pods are only tolerated for a while.' })
  }
  if (until !== Infinity) return steps
  const heard = about.findLast((entry) => entry.author === `kubelet/${node}`)
  if (heard && since > -Infinity && heard.at > (judged?.at ?? 0) && isReady(view, node)) steps.push({ at: heard.at, who: 'now', what: 'Its kubelet reports: Ready', detail: 'The scheduler may use it.' })
  return [...steps, ...givenUp(view, node, judged?.at ?? Infinity)]
}

function givenUp(view: ClusterView, node: string, since: Millis): WhyStep[] {
  const evictions = view.trace.filter((entry) => entry.author === 'taint-eviction-controller' && entry.what.startsWith('delete pods ') && entry.at >= since && wasOn(view, entry.about ?? '', node))
  const first = evictions[0]
  return first ? [{ at: first.at, who: 'now', what: `${count(evictions.length, 'pod')} given up`, detail: 'Their toleration was over; their owners make new ones elsewhere.' }] : []
}

function wasOn(view: ClusterView, about: string, node: string): boolean {
  const key = about.slice('pods/'.length)
  const pod = view.objects.pods.get(key)
  return pod ? pod.spec.nodeName === node : view.trace.some((entry) => entry.about === about && entry.what === `place ${key} on ${node}`)
}

function joined(view: ClusterView, node: string): readonly WhyStep[] {
  const created = view.objects.nodes.get(node)?.metadata.creationTimestamp
  const parsed = created ? parseTime(created) : null
  return parsed === null ? [] : [{ at: Math.max(0, parsed - view.start), who: 'now', what: `The kubelet of ${node} joined the cluster`, detail: 'It renews its lease every 10 s: that is how everybody knows that it lives.' }]
}

function isReady(view: ClusterView, node: string): boolean {
  return view.objects.nodes.get(node)?.status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false
}

/** How long the lease was not renewed at that moment; null when it has been renewed since, and nobody can tell any more. */
export function silence(view: ClusterView, node: string, at: Millis): Millis | null {
  const renewTime = view.objects.leases.get(`kube-node-lease/${node}`)?.spec.renewTime
  const renewed = renewTime ? parseTime(renewTime) : null
  if (renewed === null || renewed - view.start > at) return null
  return at - (renewed - view.start)
}
