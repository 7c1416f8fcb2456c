import type { Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import type { Check, Scene, Write } from './check.ts'

/** Timestamps are whole seconds; a kubelet looks at its pods in its own time. */
const slack = 2

interface Chain {
  readonly delay: number
  readonly restarts: number
}

/** Rows 62 and 67: how long a container waits until it is started again, and how long one that fails its probe may live. */
export class RestartBackOff implements Check {
  private readonly chains = new Map<string, Chain>()

  constructor(private readonly scene: Scene) {}

  committed({ before, after }: Write): void {
    if (after?.kind !== 'Pod' || !before) return
    const [pod, old] = [after as Pod, before as Pod]
    // One that fails its probe is judged by the end before last: upstream looks at the container that was there when its sync began.
    if (pod.status === old.status || pod.metadata.namespace !== 'default') return
    for (const now of pod.status.containerStatuses ?? []) {
      const was = old.status.containerStatuses?.find(({ name }) => name === now.name)
      const ended = now.lastState?.terminated
      if (was && now.state?.terminated && now.state.terminated.containerID !== was.state?.terminated?.containerID) this.unwell(pod, now.name, now.state.terminated)
      else if (was && ended && was.state?.running && ended.containerID !== was.lastState?.terminated?.containerID) this.unwell(pod, now.name, ended)
      const isProbed = pod.spec.containers.some((container) => container.name === now.name && (container.livenessProbe ?? container.startupProbe))
      if (!isProbed && now.state?.running && now.containerID !== was?.containerID && ended && now.restartCount > 0) this.restarted(pod, now.name, now.restartCount, seconds(now.state.running.startedAt) - seconds(ended.finishedAt), seconds(ended.finishedAt) - seconds(ended.startedAt))
    }
  }

  /**
   * Delays: none, then 10 s doubling to 300 s, and none again after ten minutes. A kubelet that was started anew has forgotten, so a delay may be
   * shorter than the chain says, but never longer than the next in it, and never longer than 300 s.
   */
  private restarted(pod: Pod, name: string, restarts: number, delay: number, ran: number): void {
    const key = `${pod.metadata.uid}/${name}`
    const last = this.chains.get(key)
    // A restart that was never told leaves the chain unknown.
    if ((last?.restarts ?? 0) !== restarts - 1) return void this.chains.set(key, { delay, restarts })
    const most = last === undefined || ran >= 600 ? 10 : last.delay < 10 - slack ? 10 : Math.min(300, last.delay * 2 + slack)
    const sooner = this.quiet(pod) ? slack + 1 : Number.POSITIVE_INFINITY
    if (delay > most + sooner) this.scene.fail(62, `pod ${keyOf(pod)}: ${name} waited ${delay} s for its restart after ${ran} s, ${most} s were due at most`)
    if (last && ran < 600 && this.quiet(pod) && last.delay >= 10 && delay < Math.min(300, last.delay * 2) - 2 * slack - 1 && !this.hasNewKubelet(pod)) this.scene.fail(62, `pod ${keyOf(pod)}: ${name} waited ${delay} s for its restart, the last time ${last.delay} s`)
    this.chains.set(key, { delay, restarts })
  }

  /** 67: one whose liveness probe always fails lives at least for the failures it is allowed. */
  private unwell(pod: Pod, name: string, ended: { readonly startedAt?: string | null; readonly finishedAt?: string | null }): void {
    const probe = pod.spec.containers.find((container) => container.name === name)?.livenessProbe
    if (probe?.exec?.command?.[0] !== 'false' || pod.metadata.deletionTimestamp || !this.quiet(pod)) return
    const ran = seconds(ended.finishedAt) - seconds(ended.startedAt)
    const [period, failures, first] = [probe.periodSeconds ?? 10, probe.failureThreshold ?? 3, probe.initialDelaySeconds ?? 0]
    const least = first + (failures - 1) * period
    if (ran < least - slack && !this.wasKilled(pod, seconds(ended.finishedAt))) this.scene.fail(67, `pod ${keyOf(pod)}: ${name} was killed after ${ran} s, its ${failures} failures take ${least} s`)
    const most = least + period + (pod.spec.terminationGracePeriodSeconds ?? 30) + slack
    if (ran > most + slack) this.scene.fail(67, `pod ${keyOf(pod)}: ${name} lived for ${ran} s, its ${failures} failures take at most ${most} s`)
  }

  /** A person ended a container of it in that second: then no probe did. */
  private wasKilled(pod: Pod, finished: number): boolean {
    const { commands, start } = this.scene.cluster
    return commands.some(({ at, command }) => command.kind === 'kill' && command.pod === keyOf(pod) && Math.floor((start + at) / 1000) === finished)
  }

  /** Its machine and its way to the API have been sound for a while. */
  private quiet(pod: Pod): boolean {
    return !this.scene.isBlurred && this.scene.cluster.commands.every(({ at, command }) => isPlain(command.kind) || at < this.scene.now - 700_000 || (at < this.scene.now - 340_000 && 'node' in command && command.node !== pod.spec.nodeName))
  }

  /** Started after the pod: it has forgotten what was before. */
  private hasNewKubelet({ spec, status }: Pod): boolean {
    const machine = this.scene.cluster.machines.get(spec.nodeName ?? '')
    return !machine?.isOn || machine.since > seconds(status.startTime) * 1000 - this.scene.cluster.start
  }
}

interface Pulls {
  last: number
  image: string
}

/** Row 63: an image that cannot be pulled is tried again after at most 300 s. */
export class ImageBackOff implements Check {
  private readonly pulls = new Map<string, Pulls>()

  constructor(private readonly scene: Scene) {}

  committed({ before, after }: Write): void {
    if (after?.kind !== 'Pod' || !before) return
    const pod = after as Pod
    for (const { name, state, image } of pod.status.containerStatuses ?? []) {
      const key = `${pod.metadata.uid}/${name}`
      if (state?.waiting?.reason !== 'ErrImagePull') continue
      const was = (before as Pod).status.containerStatuses?.find((each) => each.name === name)
      if (was?.state?.waiting?.reason === 'ErrImagePull') continue
      const last = this.pulls.get(key)
      if (last && last.image === image && this.scene.now - last.last > 345_000 && this.isUntroubled(last.last)) this.scene.fail(63, `pod ${keyOf(pod)}: ${image} was tried again after ${this.scene.now - last.last} ms`)
      this.pulls.set(key, { last: this.scene.now, image })
    }
  }

  private isUntroubled(since: number): boolean {
    return !this.scene.isBlurred && this.scene.cluster.commands.every(({ at, command }) => at < since - 700_000 || isPlain(command.kind))
  }
}

/** Commands that break nothing under a pod. */
function isPlain(kind: string): boolean {
  return ['apply', 'scale', 'restart', 'delete', 'request', 'kill', 'cordon', 'uncordon'].includes(kind)
}

function seconds(time: string | null | undefined): number {
  return Date.parse(time ?? '') / 1000
}
