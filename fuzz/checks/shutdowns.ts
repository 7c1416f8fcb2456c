import type { Node, Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import type { Machine } from '../../src/sim/cluster/machine.ts'
import type { ActiveFault } from '../../src/sim/cluster/run.ts'
import type { KubeletHandle } from '../../src/sim/kubelet/kubelet.ts'
import type { ContainerRuntime } from '../../src/sim/runtime/container-runtime.ts'
import type { ContainerRecord, NodeDisk } from '../../src/sim/runtime/node-disk.ts'
import type { Check, Scene } from './check.ts'
import { seenFor } from './sight.ts'

/** What a container may take beyond its grace: two seconds after a preStop hook that took too long, and two for a sidecar that waits for the others. */
const overrun = 5000

/** Pods of a range of priorities, which are ended together, and how long they may take. */
interface Turn {
  readonly priority: number
  readonly period: number
  /** When they were told to end. */
  began: number | null
}

/** A container that runs on a machine that is being shut down. */
interface Member {
  readonly pod: Pod
  readonly record: ContainerRecord
  readonly turn: Turn
}

/** One shutdown that nothing else disturbs. */
interface Shutdown {
  readonly machine: Machine
  readonly kubelet: KubeletHandle
  readonly from: number
  readonly turns: readonly Turn[]
  /** What ran when it was last looked at. */
  running: readonly Member[]
  /** The API has been there all the while. */
  isHeard: boolean
}

/** Row 108: what an orderly shutdown of a machine promises to its pods, and what it tells of its node. */
export class Shutdowns implements Check {
  private readonly under = new Map<string, Shutdown>()
  private readonly lastBegan = new Map<string, number>()
  private commandsRead = 0
  /** What was commanded since then was commanded to an API that answered, or that did not. */
  private answeredLast = false

  constructor(private readonly scene: Scene) {}

  afterEvent(): void {
    const { commands } = this.scene.cluster
    for (; this.commandsRead < commands.length; this.commandsRead += 1) {
      const { command, at } = commands[this.commandsRead]!
      if (command.kind === 'fault' && command.fault.kind === 'shut-down') this.begin(command.fault.node, at)
      // Whoever is killed gets no grace, and whoever is deleted another one: that is no promise of the machine's.
      else if (command.kind === 'kill' || command.kind === 'delete' || command.kind === 'request') this.under.clear()
    }
    for (const [name, shutdown] of this.under) if (!this.goesOn(shutdown)) this.under.delete(name)
    this.answeredLast = this.answers()
  }

  private answers(): boolean {
    const { store, apiServer } = this.scene.cluster
    return store.serving && apiServer?.running === true
  }

  private begin(node: string, from: number): void {
    const machine = this.scene.cluster.machines.get(node)
    const kubelet = machine?.kubelet
    const turns = turnsOf(this.scene.cluster.options.flags?.['kubelet'] ?? {})
    // One that was cancelled and is wanted again before its course is over goes on with that course: it is not judged anew.
    const isAgain = from - (this.lastBegan.get(node) ?? Number.NEGATIVE_INFINITY) < patienceOf(turns)
    this.lastBegan.set(node, from)
    if (isAgain) this.under.delete(node)
    // Without its node a machine has no pods for long.
    if (isAgain || !machine || !kubelet || turns.length === 0 || !this.scene.all<Node>('Node').has(node)) return
    const shutdown: Shutdown = { machine, kubelet, from, turns, running: [], isHeard: this.answeredLast && this.scene.sight.clearSince(`kubelet/${node}`) < from }
    shutdown.running = membersOf(shutdown)
    turns[0]!.began = from
    takeTurns(shutdown, from)
    this.under.set(node, shutdown)
  }

  /** Judges what has happened since the last look; false: it is over, or is no longer what it would be alone. */
  private goesOn(shutdown: Shutdown): boolean {
    const { machine, kubelet, from, turns } = shutdown
    const { scene } = this
    const faults = (scene.cluster as unknown as { readonly faults: { readonly active: readonly ActiveFault[] } }).faults.active.map(({ fault }) => fault)
    const isWanted = faults.some((fault) => fault.kind === 'shut-down' && fault.node === machine.name)
    const disturbs = faults.some((fault) => fault.kind !== 'shut-down' && (machine.spec.controlPlane || ('node' in fault && fault.node === machine.name)))
    if (disturbs || (machine.isOn && machine.kubelet !== kubelet)) return false
    if (!machine.isOn) {
      this.wentOff(shutdown, isWanted)
      return false
    }
    shutdown.isHeard &&= this.answers() && scene.sight.clearSince(`kubelet/${machine.name}`) < from
    const running = membersOf(shutdown)
    for (const member of shutdown.running) if (member.record.state === 'exited') this.ended(member)
    shutdown.running = running
    takeTurns(shutdown, scene.now)
    for (const member of running) this.runs(member, shutdown)
    const isOver = turns.every((turn) => turn.began !== null) && !running.some(({ turn }) => turn === turns.at(-1))
    if (isWanted) this.tells(shutdown)
    if (isWanted && scene.now > from + patienceOf(turns)) scene.fail(108, `${machine.name} is still on ${scene.now - from} ms after its shutdown began, it had ${patienceOf(turns)} ms`)
    return isWanted || !isOver
  }

  /** One container that goes on. */
  private runs({ pod, record, turn }: Member, { machine }: Shutdown): void {
    const { now, fail } = this.scene
    if (isExcused(pod)) return
    if (turn.began === null) {
      const stopping = inside(machine).runtime?.stoppingUntil(record.id)
      if (stopping) fail(108, `${machine.name} shuts down: pod ${keyOf(pod)} of priority ${pod.spec.priority ?? 0} is told to end before those of a lower one have ended`)
    } else if ((record.startedAt ?? 0) > turn.began) fail(108, `${machine.name} shuts down: ${record.name} of pod ${keyOf(pod)} is started all the same`)
    else if (now > turn.began + graceOf(pod, turn) + overrun) fail(108, `${machine.name} shuts down: ${record.name} of pod ${keyOf(pod)} runs ${now - turn.began} ms after it was told to end`)
  }

  /** One container that has ended: killed only when its time was up. */
  private ended({ pod, record, turn }: Member): void {
    if (record.exitCode !== 137 || isExcused(pod) || record.finishedAt === null) return
    const due = turn.began === null ? Number.POSITIVE_INFINITY : turn.began + graceOf(pod, turn)
    if (record.finishedAt < due) this.scene.fail(108, `${record.name} of pod ${keyOf(pod)} was killed ${due - record.finishedAt} ms before its time on a machine that shuts down`)
  }

  /** The node says why it is not ready. */
  private tells({ machine, from, isHeard }: Shutdown): void {
    const { scene } = this
    if (!isHeard || scene.now - from <= seenFor) return
    const ready = scene.all<Node>('Node').get(machine.name)?.status.conditions?.find(({ type }) => type === 'Ready')
    if (ready && (ready.status === 'True' || !ready.message?.includes('node is shutting down'))) scene.fail(108, `${machine.name} shuts down and says Ready=${ready.status}: ${ready.message ?? ''}`)
  }

  /** It is off: because all pods have ended, or their time was up; and those that have ended have failed, as the API knows. */
  private wentOff({ machine, from, turns, running, isHeard }: Shutdown, isWanted: boolean): void {
    const { scene } = this
    if (!isWanted) scene.fail(108, `${machine.name} goes off, and its shutdown was cancelled`)
    const last = turns.at(-1)!
    const early = (last.began === null ? from + patienceOf(turns) : last.began + last.period) - scene.now
    // What outlives its turn, as a sidecar may that waited for the others, is not waited for (killPods in nodeshutdown_manager.go).
    const cut = running.find(({ pod, turn }) => !isExcused(pod) && (turn.began === null || scene.now < turn.began + turn.period))
    if (early > 0 && cut) scene.fail(108, `${machine.name} goes off ${early} ms before its time while pod ${keyOf(cut.pod)} runs`)
    if (!isHeard || machine.spec.controlPlane) return
    for (const pod of scene.all<Pod>('Pod').values()) {
      if (pod.spec.nodeName !== machine.name || pod.status.phase !== 'Running' || isExcused(pod) || running.some((member) => member.pod.metadata.uid === pod.metadata.uid)) continue
      scene.fail(108, `${machine.name} has ended pod ${keyOf(pod)} and goes off, and the API says that it runs`)
    }
  }
}

/** The turns as the kubelet's flags order them: lowest priority first. */
function turnsOf(flags: Readonly<Record<string, string>>): readonly Turn[] {
  const seconds = (text = '0s') => Number(text.replace('s', ''))
  const [all, critical] = [seconds(flags['shutdown-grace-period']), seconds(flags['shutdown-grace-period-critical-pods'])]
  const texts = flags['shutdown-grace-period-by-pod-priority']?.split(',') ?? (all === 0 ? [] : [`0=${all - critical}s`, `2000000000=${critical}s`])
  return texts.map((text) => {
    const [priority, period] = text.split('=')
    return { priority: Number(priority), period: seconds(period) * 1000, began: null }
  })
}

function patienceOf(turns: readonly Turn[]): number {
  return turns.reduce((sum, { period }) => sum + period, 0)
}

/** The next are told to end when all before them have ended, or have had their time. */
function takeTurns({ turns, running }: Shutdown, now: number): void {
  for (const [at, turn] of turns.entries()) {
    const next = turns[at + 1]
    if (turn.began === null || !next || next.began !== null) continue
    if (now >= turn.began + turn.period || !running.some((member) => member.turn === turn)) next.began = now
  }
}

/** A pod's own grace, if it fits into its turn. */
function graceOf({ spec }: Pod, { period }: Turn): number {
  return Math.min(period, Math.max(1, spec.terminationGracePeriodSeconds) * 1000)
}

/** Ends for a reason of its own too. */
function isExcused({ metadata, spec }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined || spec.activeDeadlineSeconds !== undefined || spec.containers.some(({ livenessProbe, startupProbe }) => livenessProbe ?? startupProbe)
}

/** What runs of the pods that the kubelet knows. */
function membersOf({ machine, kubelet, turns }: Shutdown): readonly Member[] {
  const members: Member[] = []
  for (const { podUid, namespace, podName, containers } of [...inside(machine).disk.sandboxes.values()].flat()) {
    const pod = containers.some(({ state }) => state === 'running') ? kubelet.localPod(`${namespace}/${podName}`) : undefined
    if (pod?.metadata.uid !== podUid) continue
    const turn = turns.findLast(({ priority }) => priority <= (pod.spec.priority ?? 0)) ?? turns[0]!
    for (const record of containers) if (record.state === 'running') members.push({ pod, record, turn })
  }
  return members
}

/** The disk and the runtime are the machine's own affair; only this check looks into them. */
function inside(machine: Machine): { readonly disk: NodeDisk; readonly runtime: ContainerRuntime | null } {
  return machine as unknown as { readonly disk: NodeDisk; readonly runtime: ContainerRuntime | null }
}
