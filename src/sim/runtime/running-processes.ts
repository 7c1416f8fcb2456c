// Upstream: containerd's tasks and shims (v1.36 kubelet). Left out: signals that are not to stop a container, standard input.
import type { EntryId, Millis, ProcessAgenda } from '../kernel/agenda.ts'
import type { Pod } from '../api/generated/types.ts'
import { ContainerProcess, type ProcessRequest } from './container-process.ts'
import { parseImageReference } from './image-reference.ts'
import type { ContainerRecord } from './node-disk.ts'
import type { ProcessFactory, ProcessHost } from './process-host.ts'
import type { RuntimeOptions } from './container-runtime.ts'
import type { LogLine, NextStop } from './script-run.ts'

/** When a container that is being stopped is killed at the latest. */
export interface Stopping {
  readonly since: Millis
  readonly due: Millis
  /** The one that it got first. */
  readonly signal: string
}

interface Running {
  readonly record: ContainerRecord
  readonly process: ContainerProcess
  /** Who asks when its script asks the network; of other containers it would only be weight. */
  readonly asker: Pod | null
  /** Of a program of our own. */
  own: { readonly agenda: ProcessAgenda; readonly farewells: (() => void)[] } | null
  /** The entry for its own end, or for the next question of its script. */
  next: EntryId
  stop: { readonly since: Millis; due: Millis; readonly signal: string; kill: EntryId } | null
}

const logLimit = 2_000

/** The processes of one machine. Each runs until it ends by itself, is stopped or killed, or the power goes. */
export class RunningProcesses {
  private readonly running = new Map<string, Running>()

  constructor(
    private readonly agenda: ProcessAgenda,
    private readonly options: RuntimeOptions,
    /** A process has ended. */
    private readonly ended: (record: ContainerRecord, exitCode: number, reason: string, message: string) => void,
  ) {}

  start(record: ContainerRecord, pod: Pod, request: ProcessRequest): void {
    const factory = this.factoryOf(record)
    const process = new ContainerProcess(request, this.agenda.now, this.options.epochStart, factory !== undefined)
    const running: Running = { record, process, asker: process.script ? pod : null, own: null, next: 0, stop: null }
    this.running.set(record.id, running)
    this.planNext(running)
    if (!factory) return
    const agenda = this.agenda.fork(`${this.options.nodeName}/${pod.metadata.name}/${record.name}`)
    running.own = { agenda, farewells: [] }
    factory(this.hostOf(running, running.own, pod, request))
  }

  /** Its stop signal, and SIGKILL when it has not ended after `grace`; again with a shorter grace, and the shorter counts. */
  stop(id: string, grace: Millis): void {
    const running = this.running.get(id)
    if (!running) return
    const due = this.agenda.now + Math.max(0, grace)
    if (running.stop) {
      if (due >= running.stop.due) return
      this.agenda.cancel(running.stop.kill)
      running.stop.due = due
      running.stop.kill = this.planKill(id, due)
      return
    }
    const { stopSignal: signal, onStopSignal: ending } = running.process
    running.stop = { since: this.agenda.now, due, signal, kill: this.planKill(id, due) }
    if (!ending || this.agenda.now + ending.after > due) return
    this.agenda.cancel(running.next)
    running.next = this.agenda.after(ending.after, `${this.options.nodeName}: ${running.record.name} ends on ${signal}`, () => this.exit(id, ending.exitCode))
  }

  kill(id: string): void {
    this.exit(id, 137)
  }

  /** The process is no more; what it printed stays with the container. */
  end(id: string): void {
    const running = this.running.get(id)
    if (!running) return
    const lines = this.logOf(running.record)
    running.record.log = lines.length === 0 ? null : lines.slice(-logLimit / 4)
    this.running.delete(id)
    this.agenda.cancel(running.next)
    if (running.stop) this.agenda.cancel(running.stop.kill)
    for (const farewell of running.own?.farewells ?? []) farewell()
    running.own?.agenda.dispose()
  }

  processOf(id: string): ContainerProcess | undefined {
    return this.running.get(id)?.process
  }

  stoppingUntil(id: string): Stopping | undefined {
    return this.running.get(id)?.stop ?? undefined
  }

  logOf(container: ContainerRecord): readonly LogLine[] {
    const process = this.running.get(container.id)?.process
    const kept = container.log ?? []
    if (!process) return kept
    const now = this.agenda.now
    const own = process.script ? process.script.linesAt(now) : process.startLines.filter((line) => line.at <= now)
    return own.length === 0 ? kept : [...own, ...kept]
  }

  /** The power is gone: every process ends without farewell. */
  powerOff(): void {
    for (const running of this.running.values()) running.own?.agenda.dispose()
    this.running.clear()
  }

  private factoryOf(record: ContainerRecord): ProcessFactory | undefined {
    const reference = parseImageReference(record.image.reference)
    return 'error' in reference ? undefined : this.options.processes.get(reference.repository)
  }

  private hostOf({ record, process }: Running, { agenda, farewells }: NonNullable<Running['own']>, pod: Pod, { template }: ProcessRequest): ProcessHost {
    return {
      agenda,
      nodeName: this.options.nodeName,
      pod,
      containerName: record.name,
      args: [...(template.command ?? []), ...(template.args ?? [])],
      exit: (code, message) => this.exit(record.id, code, message),
      log: (line) => this.log(record, line),
      serve: (isServing, ports) => process.serve(isServing, ports ?? null),
      onExit: (run) => farewells.push(run),
    }
  }

  private planNext(running: Running): void {
    const stop = running.process.script?.next
    if (stop) running.next = this.agenda.at(stop.at, `${this.options.nodeName}: ${running.record.name} of ${running.asker?.metadata.name ?? ''} ${stop.kind}`, () => this.reach(running, stop))
  }

  private reach(running: Running, stop: NextStop): void {
    if (stop.kind === 'ends') this.exit(running.record.id, stop.exitCode)
    else if (stop.kind === 'outOfMemory') {
      this.end(running.record.id)
      this.ended(running.record, 137, 'OOMKilled', running.process.messageAt(this.agenda.now))
    } else {
      running.process.script?.answer(!running.asker || (this.options.answer?.(stop.question, running.asker) ?? true))
      this.planNext(running)
    }
  }

  private planKill(id: string, due: Millis): EntryId {
    return this.agenda.at(due, `${this.options.nodeName}: SIGKILL`, () => this.exit(id, 137))
  }

  private exit(id: string, exitCode: number, message = ''): void {
    const running = this.running.get(id)
    if (!running) return
    this.end(id)
    this.ended(running.record, exitCode, exitCode === 0 ? 'Completed' : 'Error', message || running.process.messageAt(this.agenda.now))
  }

  private log(record: ContainerRecord, text: string): void {
    record.log ??= []
    record.log.push({ at: this.agenda.now, text })
    if (record.log.length > logLimit) record.log.splice(0, logLimit / 2)
  }
}
