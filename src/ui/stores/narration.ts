import type { Batch, ComponentState } from '../../bridge/protocol.ts'
import type { Deployment, Node, Pod } from '../../sim/api/generated/types.ts'
import { parseTime } from '../../sim/api/time.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { ClusterView } from './cluster-view.ts'
import { commandWords } from './commands.ts'
import { count, spanText } from './format.ts'
import { isLost } from './node-status.ts'
import { podStatus, refusalReasons } from './pod-status.ts'
import { isSystem } from './rows.ts'
import type { Thing } from './things.ts'

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
  const evicted = new Set<string>()
  const first = happenings.length
  for (const { resource, key, object } of batch.changes) {
    if (!object) continue
    if (resource === 'nodes') push(happenings, nodeHappening(before.objects.nodes.get(key), object as Node, after))
    else if (resource === 'deployments') push(happenings, deploymentHappening(before.objects.deployments.get(key), object as Deployment, after))
    else if (resource === 'pods') push(happenings, podHappening(before.objects.pods.get(key), object as Pod, after, evicted))
  }
  // Told before what came of it.
  happenings.splice(first, 0, ...[...evicted].map((node) => evictionHappening(node, after)))
  if (before.components !== after.components) happenings.push(...componentHappenings(before.components, after))
  return happenings
}

function push(list: Happening[], happening: Happening | null): void {
  if (happening) list.push(happening)
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
  const lead = ready?.status === 'Unknown' ? `${name} has not renewed its lease for ${silence(name, at, after)}: NotReady.` : `${name} says it is not ready: ${ready?.reason ?? 'NotReady'}.`
  return { topic: `node/${name}`, at, tone: 'warn', lead, rest, about, mark: 'NotReady' }
}

/** An object's timestamp as an instant of the run: at high speed a batch tells of more than its last moment. */
function instantOf(time: string | undefined, view: ClusterView): Millis {
  const parsed = time ? parseTime(time) : null
  return parsed === null ? view.now : Math.max(0, Math.min(view.now, parsed - view.start))
}

function silence(node: string, at: Millis, view: ClusterView): string {
  const renewed = view.objects.leases.get(`kube-node-lease/${node}`)?.spec.renewTime
  return renewed ? spanText(at - instantOf(renewed, view)) : 'too long'
}

/** How long pods stay on a node that nobody hears of: the toleration that admission gave them, five minutes unless they say otherwise. */
function patience(pods: readonly Pod[]): string {
  let seconds = 0
  for (const pod of pods) {
    const toleration = pod.spec.tolerations?.find((one) => one.key === 'node.kubernetes.io/unreachable' && one.effect === 'NoExecute')
    seconds = Math.max(seconds, toleration?.tolerationSeconds ?? (toleration ? 0 : 300))
  }
  return seconds % 60 === 0 && seconds >= 60 ? count(seconds / 60, 'minute') : spanText(seconds * 1000)
}

function podHappening(old: Pod | undefined, pod: Pod, after: ClusterView, evicted: Set<string>): Happening | null {
  if (isSystem(pod)) return null
  const node = pod.spec.nodeName ?? ''
  if (old && !old.metadata.deletionTimestamp && pod.metadata.deletionTimestamp && isLost(after.objects.nodes.get(node))) {
    evicted.add(node)
    return null
  }
  if (pod.metadata.deletionTimestamp) return null
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
  if (now.word === 'CrashLoopBackOff') {
    const restarts = pod.status.containerStatuses?.reduce((sum, status) => sum + status.restartCount, 0) ?? 0
    return { ...base, tone: 'bad', lead: `${name} keeps crashing.`, rest: `Restarted ${count(restarts, 'time')}; each wait is twice as long as the one before.`, mark: restarts <= 1 ? 'crashes' : undefined }
  }
  if (now.word === 'ImagePullBackOff' || now.word === 'ErrImagePull') {
    const image = pod.spec.containers[0]?.image ?? 'its image'
    return { ...base, topic: topic.replace(now.word, 'pull'), tone: 'bad', lead: `${name} cannot pull ${image}.`, rest: 'The kubelet tries again, each time a little later.', mark: 'cannot pull' }
  }
  if (now.word === 'OOMKilled') return { ...base, tone: 'bad', lead: `${name} used more memory than its limit and was killed.`, rest: 'The kubelet starts it again.', mark: 'OOMKilled' }
  return null
}

function evictionHappening(node: string, after: ClusterView): Happening {
  const lost = [...(after.podsByNode.get(node)?.values() ?? [])].filter((pod) => !isSystem(pod) && pod.metadata.deletionTimestamp)
  const pods = lost.length === 1 ? 'The pod' : `The ${lost.length} pods`
  return {
    topic: `eviction/${node}`, at: givenUpAt(lost, after), tone: 'leaving', lead: `${patience(lost) === '5 minutes' ? 'The five minutes are over.' : 'The time is up.'}`,
    rest: `${pods} of ${node} ${lost.length === 1 ? 'is' : 'are'} given up; their owners make new ones elsewhere.`, about: { resource: 'nodes', key: node }, mark: 'evicted',
  }
}

function givenUpAt(lost: readonly Pod[], view: ClusterView): Millis {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = lost.at(-1)?.metadata ?? {}
  return deletionTimestamp ? Math.max(0, instantOf(deletionTimestamp, { ...view, now: Infinity }) - deletionGracePeriodSeconds * 1000) : view.now
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
    return { ...base, topic: 'whole', tone: 'good', lead: `${name} is whole: ${wanted} of ${wanted} ready.`, rest: othersText(after, name), mark: `${name} ready` }
  }
  if (old.spec.template !== deployment.spec.template && JSON.stringify(old.spec.template) !== JSON.stringify(deployment.spec.template)) {
    return { ...base, topic: `rollout/${name}`, tone: 'calm', lead: `${name} rolls out a new version.`, rest: 'New pods come first; an old one leaves for each that is ready.' }
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
    return [{ topic: `component/${component.name}`, at: now, tone: isUp ? 'good' : 'bad', lead: `${component.name} ${isUp ? 'runs again' : 'has stopped'}.`, rest: '', about }]
  })
}
