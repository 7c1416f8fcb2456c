import type { Batch, ComponentState } from '../../bridge/protocol.ts'
import type { Deployment, Node, Pod } from '../../sim/api/generated/types.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { ClusterView } from './cluster-view.ts'
import { commandWords } from './commands.ts'
import { faultPlace, faultWords, whileStopped } from './fault-words.ts'
import { faultId } from './faults.ts'
import { count, spanText } from './format.ts'
import { isLost } from './node-status.ts'
import { podStatus, refusalReasons } from './pod-status.ts'
import { evictionHappenings, instantOf, patience } from './narration-evictions.ts'
import { isSystem } from './rows.ts'
import type { Thing } from './things.ts'
import { silence } from './why-node.ts'

/** Something worth a sentence: what happened (`lead`), then what it means or what comes next (`rest`). */
export interface Happening {
  /** What one happening and its continuation share: they are told as one. */
  readonly topic: string
  readonly at: Millis
  readonly tone: 'you' | 'bad' | 'warn' | 'leaving' | 'good' | 'calm'
  readonly lead: string
  readonly rest: string
  readonly about: Thing | null
  /** Its words on the timeline; absent: not marked there. */
  readonly mark?: string
}

/** What is worth telling about one batch. Pure; the first batch of a boot tells only the commands it replays. */
export function narrate(before: ClusterView, after: ClusterView, batch: Batch): Happening[] {
  const known = batch.fresh ? 0 : before.commands.length
  const happenings = after.commands.slice(known).filter(({ at }) => at > 0 || !batch.fresh).map(({ at, command }): Happening => {
    const { lead, rest, mark, about, isGrave } = commandWords(command)
    return { topic: `command/${at}/${mark}`, at, tone: isGrave ? 'bad' : 'you', lead, rest, about, mark }
  })
  if (batch.fresh) return happenings
  for (const { resource, key, object } of batch.changes) {
    if (!object) continue
    if (resource === 'nodes') push(happenings, nodeHappening(before.objects.nodes.get(key), object as Node, after))
    else if (resource === 'deployments') push(happenings, deploymentHappening(before.objects.deployments.get(key), object as Deployment, after))
    else if (resource === 'pods') push(happenings, podHappening(before.objects.pods.get(key), object as Pod, after))
  }
  // It sums up what became of the pods, so it is told after each of them.
  if (before.objects.pods !== after.objects.pods) happenings.push(...evictionHappenings(before, after))
  if (before.faults !== after.faults) happenings.push(...endings(before, after))
  if (before.components !== after.components) happenings.push(...componentHappenings(before.components, after))
  return happenings
}

function push(list: Happening[], happening: Happening | null): void {
  if (happening) list.push(happening)
}

/** Faults that ended by themselves; who ends one by hand is told by the command. */
function endings(before: ClusterView, after: ClusterView): Happening[] {
  const active = new Set(after.faults.map(({ fault }) => faultId(fault)))
  return before.faults.flatMap(({ fault, until }): Happening[] => {
    if (until === null || until > after.now || active.has(faultId(fault))) return []
    const { over, mark } = faultWords(fault)
    return [{ topic: `fault/${faultId(fault)}/${until}`, at: until, tone: 'good', lead: over, rest: '', about: faultPlace(fault), mark: `${mark} over` }]
  })
}

function readyOf(node: Node | undefined) {
  return node?.status.conditions?.find((condition) => condition.type === 'Ready')
}

function nodeHappening(old: Node | undefined, node: Node, after: ClusterView): Happening | null {
  const was = readyOf(old)?.status
  const ready = readyOf(node)
  const name = node.metadata.name
  const about: Thing = { resource: 'nodes', key: name }
  if (!old) return { topic: `node/${name}`, at: after.now, tone: 'calm', lead: `${name} has joined.`, rest: '', about }
  if (ready?.status === was) return null
  if (ready?.status === 'True') {
    const rest = was === 'Unknown' ? 'Its lease is renewed again; the scheduler may use it.' : 'The scheduler may use it.'
    return { topic: `node/${name}`, at: after.now, tone: 'good', lead: `${name} is Ready.`, rest, about, mark: 'Ready' }
  }
  const pods = [...(after.podsByNode.get(name)?.values() ?? [])].filter((pod) => !isSystem(pod) && !pod.metadata.deletionTimestamp)
  const at = instantOf(ready?.lastTransitionTime, after)
  const rest = pods.length > 0 ? `Its ${pods.length === 1 ? 'pod gets' : 'pods get'} ${patience(pods).replace(' ', ' more ')}.` : 'No pod of yours runs there.'
  const lead = ready?.status === 'Unknown' ? `${name} has not renewed its lease for ${silentFor(name, at, after)}: NotReady.` : `${name} says it is not ready: ${ready?.reason ?? 'NotReady'}.`
  return { topic: `node/${name}`, at, tone: 'warn', lead, rest, about, mark: 'NotReady' }
}

/** Full seconds since the last renewal, when the node controller gave its verdict. */
function silentFor(node: string, changed: Millis, view: ClusterView): string {
  const verdict = view.trace.findLast(({ about, author, what }) => about === `nodes/${node}` && author === 'node-controller' && what.startsWith('update nodes/status'))
  const silent = silence(view, node, verdict && Math.abs(verdict.at - changed) < 1500 ? verdict.at : changed)
  return silent === null ? 'too long' : spanText(Math.floor(silent / 1000) * 1000)
}

function podHappening(old: Pod | undefined, pod: Pod, after: ClusterView): Happening | null {
  if (isSystem(pod) || pod.metadata.deletionTimestamp || isLost(after.objects.nodes.get(pod.spec.nodeName ?? ''))) return null
  const about: Thing = { resource: 'pods', key: `${pod.metadata.namespace}/${pod.metadata.name}` }
  const now = podStatus(pod, false)
  const was = old ? podStatus(old, false) : null
  if (was?.word === now.word) return null
  const name = pod.metadata.name
  const topic = `pod/${now.word}/${pod.metadata.ownerReferences?.[0]?.name ?? name}`
  const base = { topic, at: after.now, about }
  if (now.word === 'Finds no node') {
    const message = pod.status.conditions?.find((condition) => condition.type === 'PodScheduled')?.message ?? ''
    return { ...base, tone: 'warn', lead: `${name} finds no room.`, rest: `The scheduler says: ${refusalReasons(message)}.`, mark: 'no room' }
  }
  if (now.state !== 'bad') return null
  return troubleHappening(pod, now.word, base)
}

function troubleHappening(pod: Pod, word: string, base: Pick<Happening, 'topic' | 'at' | 'about'>): Happening {
  const { name } = pod.metadata
  const statuses = pod.status.containerStatuses ?? []
  const restarts = statuses.reduce((sum, status) => sum + status.restartCount, 0)
  const ended = statuses.map(({ state, lastState }) => state?.terminated ?? lastState?.terminated).find((end) => end !== undefined)
  const exit = ended ? `exit code ${ended.exitCode}` : 'it ended'
  if (word === 'ImagePullBackOff' || word === 'ErrImagePull') {
    const image = pod.spec.containers[0]?.image ?? 'its image'
    return { ...base, topic: base.topic.replace(word, 'pull'), tone: 'bad', lead: `${name} cannot pull ${image}.`, rest: 'Its kubelet tries again, each time later, at most every 5 minutes.', mark: 'cannot pull' }
  }
  if (ended?.reason === 'OOMKilled' && restarts <= 1) return { ...base, tone: 'bad', lead: `${name} used more memory than its limit and was killed.`, rest: 'Its kubelet starts it again.', mark: 'OOMKilled' }
  if (word === 'CrashLoopBackOff') {
    const why = ended?.reason === 'OOMKilled' ? 'it uses more memory than its limit' : exit
    return { ...base, tone: 'bad', lead: `${name} keeps crashing: ${why}.`, rest: `Restarted ${count(restarts, 'time')}; each wait is twice as long as the one before, up to 5 minutes.`, mark: restarts <= 1 ? 'crashes' : undefined }
  }
  return { ...base, tone: 'bad', lead: ended ? `${name} crashed: ${exit}.` : `${name} is in trouble: ${word}.`, rest: ended ? 'Its kubelet starts it again.' : '' }
}

function deploymentHappening(old: Deployment | undefined, deployment: Deployment, after: ClusterView): Happening | null {
  const { name, namespace } = deployment.metadata
  if (namespace === 'kube-system' || !old) return null
  const about: Thing = { resource: 'deployments', key: `${namespace}/${name}` }
  const base = { at: after.now, about }
  const wanted = deployment.spec.replicas
  if (failedToProgress(deployment) && !failedToProgress(old)) {
    return { ...base, topic: `rollout/${name}`, tone: 'bad', lead: `The rollout of ${name} is stuck.`, rest: 'Its progress deadline has passed; the old pods keep working.', mark: `${name} stuck` }
  }
  if (isWhole(deployment) && !isWhole(old) && wanted > 0) {
    const isRolled = (old.status.replicas ?? 0) > (old.status.updatedReplicas ?? 0)
    return { ...base, topic: 'whole', tone: 'good', lead: isRolled ? `The new version of ${name} is out: ${wanted} of ${wanted} ready.` : `${name} is whole: ${wanted} of ${wanted} ready.`, rest: othersText(after, name), mark: `${name} ready` }
  }
  if (old.spec.template !== deployment.spec.template && JSON.stringify(old.spec.template) !== JSON.stringify(deployment.spec.template)) {
    return { ...base, topic: `rollout/${name}`, tone: 'calm', lead: `${name} rolls out a new version.`, rest: deployment.spec.strategy?.type === 'Recreate' ? 'Its old pods leave first; then the new ones come.' : 'New pods come; old ones leave as the new ones become ready.' }
  }
  return null
}

/** What still stands out when one workload is well again. */
function othersText({ objects }: ClusterView, name: string): string {
  const broken = [...objects.deployments.values()].filter((one) => one.metadata.name !== name && one.metadata.namespace !== 'kube-system' && !isWhole(one))
  if (broken.length === 0) return 'So is everything else.'
  return `${broken.map((one) => `${one.metadata.name} has ${one.status.readyReplicas ?? 0} of ${one.spec.replicas}`).join(', ')}.`
}

function isWhole({ spec, status }: Deployment): boolean {
  return (status.readyReplicas ?? 0) >= spec.replicas && (status.updatedReplicas ?? 0) >= spec.replicas && (status.replicas ?? 0) === spec.replicas
}

function failedToProgress(deployment: Deployment): boolean {
  return deployment.status.conditions?.some((condition) => condition.type === 'Progressing' && condition.reason === 'ProgressDeadlineExceeded') ?? false
}

function componentHappenings(before: readonly ComponentState[], { components, commands, now }: ClusterView): Happening[] {
  const was = new Map(before.map((component) => [`${component.node}/${component.name}`, component.state]))
  // Who has just stopped it need not be told that it stopped.
  const last = commands.at(-1)?.command
  return components.flatMap((component): Happening[] => {
    const old = was.get(`${component.node}/${component.name}`)
    if (old === undefined || old === component.state || component.state === 'waiting') return []
    const isUp = component.state === 'running'
    if (!isUp && last?.kind === 'stop' && last.component === component.name) return []
    const about: Thing = { resource: 'components', key: component.name }
    return [{ topic: `component/${component.name}`, at: now, tone: isUp ? 'good' : 'bad', lead: `${component.name} ${isUp ? 'runs again' : 'has stopped'}.`, rest: isUp ? 'It lists what there is and catches up.' : whileStopped(component.name), about }]
  })
}
