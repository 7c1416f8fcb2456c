import type { KubernetesObject } from '../../sim/api/objects.ts'
import { parseTime } from '../../sim/api/time.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { TraceEntry } from '../../sim/kernel/trace.ts'
import type { ClusterView } from './cluster-view.ts'
import { objectOf, thingId, type Thing } from './things.ts'
import { isVerdict, ToldStory } from './why-chain.ts'
import { nodeSteps, silenceWords } from './why-node.ts'
import { podNow, schedulingSteps } from './why-pod.ts'
import { refusedNow } from './why-refused.ts'
import { authorName, chainWords, inputWords, isScaling, type WhyStep } from './why-words.ts'

/** From a person's command or a fault down to this thing, along the causes that the cluster wrote down. Pure; what is not known is said to be so. */
export function whyChain(view: ClusterView, thing: Thing, entries: readonly TraceEntry[]): readonly WhyStep[] {
  const story = new ToldStory(entries)
  const steps = thing.resource === 'nodes' ? nodeSteps(view, story, thing.key) : thing.resource === 'components' ? inputSteps(story, thing) : objectSteps(view, story, thing)
  // The last step is where it stands, whatever it is.
  return steps.map((step, index) => (index === steps.length - 1 && step.who === 'cluster' ? { ...step, who: 'now' } : step))
}

/** What was last done to a component. */
function inputSteps(story: ToldStory, thing: Thing): readonly WhyStep[] {
  const input = story.last((entry) => entry.about === thingId(thing) && (entry.kind === 'fault' || entry.kind === 'command'))
  return input ? chainWords([input]) : []
}

function objectSteps(view: ClusterView, story: ToldStory, thing: Thing): readonly WhyStep[] {
  const object = objectOf(view, thing)
  if (!object) return []
  const created = story.last((entry) => entry.kind === 'write' && entry.about === thingId(thing) && entry.what === `create ${thing.resource} ${thing.key}`)
  const isStatic = object.metadata.ownerReferences?.[0]?.kind === 'Node'
  const origin = created && !isStatic ? leadingTo(view, story, created) : unknownOrigin(view, object)
  if (thing.resource === 'pods') {
    const pod = view.objects.pods.get(thing.key)
    if (!pod) return []
    const scheduling = schedulingSteps(view, story, pod, created)
    // What kept the scheduler from it may have begun before it was made.
    const [before, after] = [true, false].map((isBefore) => scheduling.filter(({ at }) => (created !== undefined && at < created.at) === isBefore))
    return [...(before ?? []), ...origin, ...(after ?? []), ...doneTo(view, story, thing, created), ...podNow(view, story, pod)]
  }
  const scaled = story.last((entry) => entry.about === thingId(thing) && isScaling(entry) && entry.at > (created?.at ?? 0) + sameBreath)
  const scaling = scaled ? leadingTo(view, story, scaled).filter((step) => !origin.some(({ at, what }) => at === step.at && what === step.what)) : []
  const refused = refusedNow(object, view.start)
  // What it set out to do it has not done.
  const told = refused.length > 0 ? scaling.map((step) => (step.detail?.startsWith('It created') ? { ...step, detail: undefined } : step)) : scaling
  return [...origin, ...told, ...refused]
}

/** Entries this close together are one and the same reaction. */
const sameBreath: Millis = 50

/** The steps that end in this entry. */
function leadingTo(view: ClusterView, story: ToldStory, entry: TraceEntry): readonly WhyStep[] {
  const chain = story.chainTo(entry)
  const verdict = chain.find(isVerdict)
  const told = verdict ? [...silenceWords(view, story, verdict), ...chainWords(chain.slice(chain.indexOf(verdict))).slice(1)] : chainWords(chain)
  const steps = told.length > 0 ? told : [ownWords(entry)]
  return story.isCutShort(chain) ? [forgotten(steps[0]?.at ?? entry.at), ...steps] : steps
}

/** An entry that nothing led to, and that would not be told beside what did. */
function ownWords({ at, author, about = '' }: TraceEntry): WhyStep {
  return { at, who: author === 'user' ? 'you' : 'cluster', what: `${authorName(author)} created it`, detail: author === 'user' && about.startsWith('pods/') ? 'Nobody owns it: it will not be replaced.' : undefined }
}

function forgotten(at: Millis): WhyStep {
  return { at, who: 'cluster', what: 'What led to this is forgotten', detail: 'The story of a run is kept for so many steps only; the older ones are gone.' }
}

/** The story keeps its newest part; how a thing came to be may lie before it. */
function unknownOrigin(view: ClusterView, object: KubernetesObject): readonly WhyStep[] {
  const at = Math.max(0, instant(view, object.metadata.creationTimestamp) ?? 0)
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller)
  if (owner?.kind === 'Node') return [{ at, who: 'cluster', what: `The kubelet of ${owner.name} started it`, detail: 'From a manifest on its own disk: no scheduler was asked.' }]
  return [{ at, who: 'cluster', what: owner ? `${owner.kind} ${owner.name} created it` : 'It was created', detail: 'Why is not kept any more: the story of a run is kept for so many steps only.' }]
}

/** What was done to a pod after it was made: killed, deleted. */
function doneTo(view: ClusterView, story: ToldStory, thing: Thing, created: TraceEntry | undefined): readonly WhyStep[] {
  const about = thingId(thing)
  const kill = story.last((entry) => entry.about === about && entry.what.startsWith('kill ') && entry.id > (created?.id ?? 0))
  const deletion = story.first((entry) => entry.about === about && entry.what === `delete pods ${thing.key}` && entry.id > (created?.id ?? 0) && !entry.author.startsWith('kubelet/'))
  return [...(kill ? [inputWords(kill)] : []), ...(deletion ? leadingTo(view, story, deletion) : [])]
}

function instant(view: ClusterView, time: string | undefined): Millis | undefined {
  const parsed = time ? parseTime(time) : null
  return parsed === null ? undefined : parsed - view.start
}
