import type { Event, Pod, PodCondition } from '../../src/sim/api/generated/types.ts'
import { keyOf, objectKey } from '../../src/sim/api/objects.ts'
import type { Check, Scene, Write } from './check.ts'

type ContainerStatus = NonNullable<Pod['status']['containerStatuses']>[number]

/** What everybody's pods tolerate, and for how long (row 55). */
const dueTolerations = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** Rows 43, 55, 60, 61, 64 to 67, 70 and 71: what a pod's status may say, and in which order. */
export class PodLives implements Check {
  constructor(private readonly scene: Scene) {}

  committed({ before, after, request }: Write): void {
    if (after?.kind === 'Event' && !before) this.told(after as Event)
    if (after?.kind !== 'Pod') return
    const pod = after as Pod
    if (!before) this.born(pod)
    this.state(pod)
    // A person may write any status; what is made of it by others is looked at again.
    if (before && request?.user !== 'user') this.step(before as Pod, pod)
  }

  private born(pod: Pod): void {
    for (const key of dueTolerations) {
      const toleration = pod.spec.tolerations?.find((each) => (each.key === key || !each.key) && (each.effect === 'NoExecute' || !each.effect))
      if (!toleration) return this.scene.fail(55, `pod ${keyOf(pod)} does not tolerate ${key}`)
      if (pod.metadata.ownerReferences?.[0]?.kind === 'DaemonSet' && toleration.tolerationSeconds !== undefined) this.scene.fail(55, `pod ${keyOf(pod)} of a DaemonSet tolerates ${key} for ${toleration.tolerationSeconds} s only`)
    }
  }

  /** What must be so in every single version. */
  private state(pod: Pod): void {
    const { status, spec } = pod
    const ready = conditionOf(pod, 'Ready')?.status === 'True'
    const isOver = status.phase === 'Succeeded' || status.phase === 'Failed'
    // Who collects pods of lost machines leaves the conditions as they were.
    if (isOver && ready && conditionOf(pod, 'DisruptionTarget')?.reason !== 'DeletionByPodGC') this.scene.fail(66, `pod ${keyOf(pod)} is ${status.phase} and Ready`)
    if (ready && conditionOf(pod, 'ContainersReady')?.status === 'False') this.scene.fail(66, `pod ${keyOf(pod)} is Ready and its containers are not`)
    const unready = status.containerStatuses?.find((each) => !each.ready)
    if (ready && unready) this.scene.fail(66, `pod ${keyOf(pod)} is Ready and ${unready.name} is not`)
    if (status.qosClass !== undefined && status.qosClass !== qosClassOf(spec)) this.scene.fail(70, `pod ${keyOf(pod)} is ${status.qosClass}, by its resources ${qosClassOf(spec)}`)
    this.initOrder(pod)
    if (spec.restartPolicy === 'Never') for (const each of status.containerStatuses ?? []) if (each.restartCount > 0) this.scene.fail(64, `pod ${keyOf(pod)}: ${each.name} was restarted and its policy is Never`)
    for (const each of status.containerStatuses ?? []) if (each.ready && !each.state?.running) this.scene.fail(67, `pod ${keyOf(pod)}: ${each.name} is ready and does not run`)
  }

  /** 65: an application starts when every init container has ended well or, as a sidecar, has started. */
  private initOrder({ spec, status, metadata }: Pod): void {
    if (!spec.initContainers?.length || metadata.deletionTimestamp) return
    const started = status.containerStatuses?.find(({ state }) => state?.running)
    const statuses = spec.initContainers.map((container) => ({ container, is: status.initContainerStatuses?.find(({ name }) => name === container.name) }))
    let open: string | null = null
    for (const { container, is } of statuses) {
      const isSidecar = container.restartPolicy === 'Always'
      if (open !== null && is?.state?.running && (is.restartCount ?? 0) === 0 && !started) this.scene.fail(65, `pod ${metadata.name}: ${container.name} runs before ${open} has ended`)
      const isDone = isSidecar ? is?.state?.running !== undefined || is?.state?.terminated !== undefined || (is?.restartCount ?? 0) > 0 : is?.state?.terminated?.exitCode === 0
      if (!isDone && open === null) open = container.name
    }
    // A sandbox made anew begins again: its applications still tell of their last life.
    if (open !== null && started && started.restartCount === 0 && statuses.every(({ is }) => (is?.restartCount ?? 0) === 0)) this.scene.fail(65, `pod ${metadata.name}: ${started.name} runs before ${open} has ended`)
  }

  private step(before: Pod, after: Pod): void {
    const key = keyOf(after)
    const { fail } = this.scene
    if (before.spec.nodeName && before.spec.nodeName !== after.spec.nodeName) fail(43, `pod ${key} moved from ${before.spec.nodeName} to ${after.spec.nodeName}`)
    // A static pod that is taken away and put back while the API is away finds its mirror again: to the API one pod, to its kubelet another.
    if (after.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined && before.status.startTime !== after.status.startTime) return
    if (before.status === after.status) return
    const [old, now] = [before.status.phase, after.status.phase]
    if ((old === 'Succeeded' || old === 'Failed') && now !== old) fail(60, `pod ${key} went from ${old} to ${now}`)
    // In a new sandbox init containers run first again: upstream's phase goes back with them.
    if (old === 'Running' && now === 'Pending' && !after.spec.initContainers?.length) fail(60, `pod ${key} went from Running to Pending`)
    if (before.status.qosClass !== undefined && before.status.qosClass !== after.status.qosClass) fail(70, `pod ${key} was ${before.status.qosClass} and is ${after.status.qosClass}`)
    if (before.status.podIP && after.status.podIP && before.status.podIP !== after.status.podIP && after.status.containerStatuses?.some((each, at) => each.containerID === before.status.containerStatuses?.[at]?.containerID && each.state?.running)) fail(69, `pod ${key} had the address ${before.status.podIP} and has ${after.status.podIP}, with the same containers`)
    for (const status of after.status.containerStatuses ?? []) this.container(after, before.status.containerStatuses?.find(({ name }) => name === status.name), status)
    if (now === 'Failed' && old !== 'Failed' && after.status.reason === 'DeadlineExceeded') this.deadline(after)
  }

  private container(pod: Pod, old: ContainerStatus | undefined, now: ContainerStatus): void {
    const key = keyOf(pod)
    const restarts = old?.restartCount ?? 0
    if (old?.state?.running && now.state?.running && old.containerID !== now.containerID && now.restartCount === restarts) this.scene.fail(61, `pod ${key}: ${now.name} is another container and its restarts are still ${restarts}`)
    if (now.restartCount < restarts) this.scene.fail(61, `pod ${key}: restarts of ${now.name} fell from ${restarts} to ${now.restartCount}`)
    if (old && now.restartCount > restarts && pod.spec.restartPolicy === 'OnFailure' && now.lastState?.terminated?.exitCode === 0 && old.state?.terminated?.exitCode === 0) this.scene.fail(64, `pod ${key}: ${now.name} ended well and was restarted, its policy is OnFailure`)
    const probe = pod.spec.containers.find(({ name }) => name === now.name)?.readinessProbe
    if (now.ready && !old?.ready && probe && now.state?.running) {
      const since = (this.scene.wallNow - Date.parse(now.state.running.startedAt!)) / 1000
      if (!this.scene.hadWrongClock && since < (probe.initialDelaySeconds ?? 0)) this.scene.fail(67, `pod ${key}: ${now.name} is ready ${since} s after its start, its first probe is due after ${probe.initialDelaySeconds} s`)
    }
  }

  /** What a kubelet tells in the instant in which it does it: its status may follow much later. */
  private told({ reason, involvedObject: { namespace, name = '', uid } }: Event): void {
    const pod = this.scene.all<Pod>('Pod').get(objectKey(namespace, name))
    if (pod && pod.metadata.uid === uid && reason === 'DeadlineExceeded') this.deadline(pod)
  }

  /** 71: not before its time. */
  private deadline(pod: Pod): void {
    const ran = this.scene.wallNow - Date.parse(pod.status.startTime ?? '')
    const due = (pod.spec.activeDeadlineSeconds ?? 0) * 1000
    if (ran < due && !this.scene.hadWrongClock) this.scene.fail(71, `pod ${keyOf(pod)} was ended after ${ran} ms, its deadline is ${due} ms`)
  }
}

/** By the definition of the classes, over all containers; none of a run has limits of which only some are set. */
function qosClassOf({ containers, initContainers = [] }: Pod['spec']): string {
  const resources = [...containers, ...initContainers].map((container) => container.resources ?? {})
  if (resources.every(({ requests = {}, limits = {} }) => requests['cpu'] === undefined && requests['memory'] === undefined && limits['cpu'] === undefined && limits['memory'] === undefined)) return 'BestEffort'
  const isGuaranteed = resources.every(({ requests = {}, limits = {} }) => ['cpu', 'memory'].every((name) => limits[name] !== undefined && (requests[name] ?? limits[name]) === limits[name]))
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}

/** One condition of a pod. */
export function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  return pod.status.conditions?.find((condition) => condition.type === type)
}
