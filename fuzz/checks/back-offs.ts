import type { Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import type { Command } from '../../src/sim/cluster/run.ts'
import type { Check, Scene, Write } from './check.ts'

/** Timestamps are whole seconds; a kubelet looks at its pods in its own time. */
const slack = 2
/** No container waits longer for its restart (MaxContainerBackOff), and after twice as long without an end it begins anew. */
const longest = 300
const forgets = 600

/** Rows 62 and 67: how long a container waits until it is started again, and how long one that fails its probe may live. */
export class RestartBackOff implements Check {
  /** With which restart a container's delays began: the first, or one after a long life. NaN: not known. */
  private readonly firsts = new Map<string, number>()
  private nextLook = 0

  constructor(private readonly scene: Scene) {}

  committed({ before, after }: Write): void {
    if (after?.kind !== 'Pod' || !before) return
    const [pod, old] = [after as Pod, before as Pod]
    // One that fails its probe is judged by the end before last: upstream looks at the container that was there when its sync began.
    if (pod.status === old.status || pod.metadata.namespace !== 'default') return
    // One that somebody has called failed is ended for that, whatever its probes say (UpdatePod in pod_workers.go).
    if (old.status.phase === 'Failed' || old.status.phase === 'Succeeded') return
    for (const now of pod.status.containerStatuses ?? []) {
      const was = old.status.containerStatuses?.find(({ name }) => name === now.name)
      const ended = now.lastState?.terminated
      // What ended last is not what was told to run: of a life in between, which nobody could be told of, it is not known how long it was.
      const endedLast = now.state?.terminated?.containerID ?? ended?.containerID
      if (was?.state?.running && endedLast !== was.lastState?.terminated?.containerID && endedLast !== was.containerID) this.firsts.set(`${pod.metadata.uid}/${now.name}`, Number.NaN)
      if (was && now.state?.terminated && now.state.terminated.containerID !== was.state?.terminated?.containerID) this.unwell(pod, now.name, now.state.terminated)
      else if (was && ended && was.state?.running && ended.containerID !== was.lastState?.terminated?.containerID) this.unwell(pod, now.name, ended)
      const isProbed = pod.spec.containers.some((container) => container.name === now.name && (container.livenessProbe ?? container.startupProbe))
      if (!isProbed && now.state?.running && now.containerID !== was?.containerID && ended && now.restartCount > 0) this.restarted(pod, now.name, now.restartCount, seconds(now.state.running.startedAt) - seconds(ended.finishedAt), seconds(ended.finishedAt) - seconds(ended.startedAt))
    }
  }

  /** 62: nobody waits for longer than the longest delay. */
  afterEvent(): void {
    const { now, wallNow, sight } = this.scene
    if (now < this.nextLook) return
    this.nextLook = now + 5000
    for (const pod of this.scene.all<Pod>('Pod').values()) {
      if (pod.metadata.namespace !== 'default' || pod.metadata.deletionTimestamp) continue
      for (const { name, state, lastState } of pod.status.containerStatuses ?? []) {
        const ended = lastState?.terminated?.finishedAt
        if (state?.waiting?.reason !== 'CrashLoopBackOff' || !ended) continue
        const waits = wallNow / 1000 - seconds(ended)
        const since = now - waits * 1000
        if (waits > latest(longest) + 5 && sight.clearSince(`kubelet/${pod.spec.nodeName ?? ''}`) < since && this.soundSince(pod, since - forgets * 1000) && isHeard(this.scene, since)) this.scene.fail(62, `pod ${keyOf(pod)}: ${name} has waited ${waits} s for its restart`)
      }
    }
  }

  /**
   * Delays: none, then 10 s doubling to 300 s, and none again after a life of ten minutes. A worker's next turn comes up to half of its pause late
   * (completeWork: the rest of the back-off, at most a minute, with workerBackOffPeriodJitterFactor). A kubelet that was started anew has forgotten.
   */
  private restarted(pod: Pod, name: string, restarts: number, delay: number, ran: number): void {
    const key = `${pod.metadata.uid}/${name}`
    if (ran > forgets + slack) this.firsts.set(key, restarts)
    else if (ran >= forgets - slack) this.firsts.set(key, Number.NaN)
    const first = this.firsts.get(key) ?? 1
    const { now, cluster } = this.scene
    const born = seconds(pod.metadata.creationTimestamp) * 1000 - cluster.start
    if (!this.soundSince(pod, Math.max(born, now - (delay + longest) * 1000))) return
    const due = restarts === first ? 0 : Math.min(longest, 10 * 2 ** Math.min(10, restarts - first - 1))
    const isKnown = restarts >= first && this.soundSince(pod, born)
    if (delay > latest(isKnown ? due : longest)) this.scene.fail(62, `pod ${keyOf(pod)}: ${name} waited ${delay} s for its restart after ${ran} s, ${isKnown ? due : longest} s were due`)
    if (isKnown && delay < due - slack) this.scene.fail(62, `pod ${keyOf(pod)}: ${name} waited ${delay} s for its restart after ${ran} s, ${due} s were due`)
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

  /** Its machine has been sound since it came, or for longer than any delay. */
  private quiet(pod: Pod): boolean {
    return this.soundSince(pod, Math.max(this.scene.now - 700_000, seconds(pod.metadata.creationTimestamp) * 1000 - this.scene.cluster.start))
  }

  /** Nothing has happened to its machine since. What the API or others suffer is nothing to its containers. */
  private soundSince({ spec }: Pod, since: number): boolean {
    return this.scene.cluster.commands.every(({ at, command }) => !touches(command, spec.nodeName ?? '') || ('for' in command ? at + (command.for ?? 0) : at) < since)
  }
}

/** By when a delay is over at the latest, in seconds. */
function latest(due: number): number {
  return due + Math.min(due, 60) / 2 + 1 + 2 * slack
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
      if (last && last.image === image && this.scene.now - last.last > 380_000 && this.scene.sight.clearSince(`kubelet/${pod.spec.nodeName ?? ''}`) < last.last && this.isUntroubled(last.last, pod.spec.nodeName ?? '')) this.scene.fail(63, `pod ${keyOf(pod)}: ${image} was tried again after ${this.scene.now - last.last} ms`)
      this.pulls.set(key, { last: this.scene.now, image })
    }
  }

  /** Neither its machine nor the registry was in trouble, nor what its kubelet tells: a try that nobody could be told of is not seen. */
  private isUntroubled(lastTry: number, node: string): boolean {
    return this.scene.cluster.commands.every(({ at, command }) => {
      const over = 'for' in command ? at + (command.for ?? 0) : at
      return (over < lastTry - 700_000 || !touches(command, node)) && (over < lastTry - 60_000 || !silences(command))
    })
  }
}

/** Whether nothing has kept kubelets from telling what they do since then. */
function isHeard({ cluster }: Scene, since: number): boolean {
  return cluster.commands.every(({ at, command }) => ('for' in command ? at + (command.for ?? 0) : at) < since || !silences(command))
}

/** Whether a command may keep registries from answering, or statuses from being written. */
function silences(command: Command): boolean {
  return command.kind === 'stop' || command.kind === 'start' || command.kind === 'fault'
}

/** Whether a command may do something to a machine, its kubelet or its runtime. */
function touches(command: Command, node: string): boolean {
  switch (command.kind) {
    case 'power-off':
    case 'power-on':
    case 'cut-off':
    case 'reconnect':
      return command.node === node
    case 'delete':
      return command.resource === 'nodes' && command.key === node
    case 'fault':
      return 'node' in command.fault && command.fault.node === node
    default:
      return false
  }
}

function seconds(time: string | null | undefined): number {
  return Date.parse(time ?? '') / 1000
}
