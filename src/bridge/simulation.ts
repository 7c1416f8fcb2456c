import type { Millis } from '../sim/kernel/agenda.ts'
import { internalError } from '../sim/api/errors.ts'
import { refused, type Result } from '../sim/api/status.ts'
import type { Command, Run, TimedCommand } from '../sim/cluster/run.ts'
import type { Batch, Pace, Question, ToPage, ToWorker } from './protocol.ts'

/** What went wrong underneath, and what was done about it. */
export type Problem =
  /** The Worker hung or died; it was replaced and the run replayed from its log. */
  | { readonly kind: 'replaced' }
  /** It hung or died once too often at this point of the run: it stands paused before it, and what was asked is dropped. */
  | { readonly kind: 'held' }
  /** Not even that could be reached: no Worker runs until another run, or less of this one, is booted. */
  | { readonly kind: 'stopped' }
  /** The simulator found a defect of its own: the run stands still. */
  | { readonly kind: 'defect'; readonly message: string; readonly seed: number; readonly at: Millis }

/** The cluster as the page knows it: commands go in, batches come out. Survives the death of its Worker. */
export interface Simulation {
  boot(run: Run, options?: { readonly until?: Millis; readonly pace?: Pace }): void
  command(command: Command): Promise<Result<unknown>>
  ask(question: Question): Promise<Result<unknown>>
  setPace(pace: Pace): void
  step(to: 'event' | 'change'): void
  /** Back to the moment before the last command, without it. False when there was none. */
  undo(): boolean
  /** The page has drawn the last batch. */
  drawn(): void
  /** What a link, a file or the storage holds to bring this very moment back. */
  snapshot(): { readonly run: Run; readonly now: Millis }
  onBatch(listener: (batch: Batch) => void): () => void
  onProblem(listener: (problem: Problem) => void): () => void
  close(): void
}

const heartbeat = 1000
/** Missed heartbeats until a Worker counts as dead; none are counted while the page is hidden. */
const patience = 3
/** So many replacements within a minute: the run itself kills its Workers, and another would die of it too. */
const mostReplacements = 3
const shortWhile = 60_000

interface Waiting {
  readonly message: ToWorker
  readonly resolve: (result: Result<unknown>) => void
}

/** Starts the Worker and keeps it alive. */
export function connect(spawn: () => Worker = spawnWorker): Simulation {
  return new WorkerSimulation(spawn)
}

function spawnWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'cluster' })
}

class WorkerSimulation implements Simulation {
  private worker: Worker
  private base: Run = { version: 1, seed: 1, options: {}, commands: [] }
  private commands: readonly TimedCommand[] = []
  private now: Millis = 0
  private pace: Pace = { speed: 1, paused: false }
  private booted = false
  private missed = 0
  private lastId = 0
  /** When, in real milliseconds, Workers had to be replaced lately. */
  private replacements: readonly number[] = []
  private stopped = false
  private readonly waiting = new Map<number, Waiting>()
  private readonly batchListeners = new Set<(batch: Batch) => void>()
  private readonly problemListeners = new Set<(problem: Problem) => void>()
  private readonly timer: ReturnType<typeof setInterval>

  constructor(private readonly spawn: () => Worker) {
    this.worker = this.hire()
    this.timer = setInterval(() => this.beat(), heartbeat)
    document.addEventListener('visibilitychange', this.tellVisibility)
  }

  boot(run: Run, { until, pace }: { readonly until?: Millis; readonly pace?: Pace } = {}): void {
    this.replacements = []
    if (this.stopped) this.worker = this.hire()
    this.stopped = false
    this.start(run, until, pace)
  }

  private start(run: Run, until?: Millis, pace?: Pace): void {
    this.base = run
    this.commands = run.commands
    this.now = Math.max(until ?? 0, run.commands.at(-1)?.at ?? 0)
    this.pace = pace ?? this.pace
    this.booted = true
    this.post({ type: 'boot', run, until: this.now, pace: this.pace })
  }

  command(command: Command): Promise<Result<unknown>> {
    return this.call((id) => ({ type: 'command', id, command }))
  }

  ask(question: Question): Promise<Result<unknown>> {
    return this.call((id) => ({ type: 'ask', id, question }))
  }

  setPace(pace: Pace): void {
    this.pace = pace
    this.post({ type: 'pace', pace })
  }

  step(to: 'event' | 'change'): void {
    this.post({ type: 'step', to })
  }

  undo(): boolean {
    const last = this.commands.at(-1)
    if (!last) return false
    this.boot({ ...this.base, commands: this.commands.slice(0, -1) }, { until: last.at, pace: { ...this.pace, paused: true } })
    return true
  }

  drawn(): void {
    this.post({ type: 'drawn' })
  }

  snapshot(): { readonly run: Run; readonly now: Millis } {
    return { run: { ...this.base, commands: this.commands }, now: this.now }
  }

  onBatch(listener: (batch: Batch) => void): () => void {
    this.batchListeners.add(listener)
    return () => this.batchListeners.delete(listener)
  }

  onProblem(listener: (problem: Problem) => void): () => void {
    this.problemListeners.add(listener)
    return () => this.problemListeners.delete(listener)
  }

  close(): void {
    clearInterval(this.timer)
    document.removeEventListener('visibilitychange', this.tellVisibility)
    this.worker.terminate()
  }

  private hire(): Worker {
    const worker = this.spawn()
    worker.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
      if (worker === this.worker) this.receive(data)
    })
    // Only a stack overflow or a failed load fires this; a hang or a lack of memory is noticed by its silence.
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      if (worker === this.worker) this.replace()
    })
    return worker
  }

  private receive(message: ToPage): void {
    this.missed = 0
    switch (message.type) {
      case 'batch':
        this.commands = message.commands
        this.now = message.now
        for (const listener of this.batchListeners) listener(message)
        return
      case 'answer':
        this.waiting.get(message.id)?.resolve(message.result)
        this.waiting.delete(message.id)
        return
      case 'defect':
        return this.tell({ ...message, kind: 'defect' })
      case 'pong':
        return
    }
  }

  private beat(): void {
    if (document.hidden || !this.booted || this.stopped) {
      this.missed = 0
      return
    }
    if (this.missed >= patience) return this.replace()
    this.missed += 1
    this.post({ type: 'ping', id: this.missed })
  }

  /** A new Worker, the run replayed to where it was, and what was asked meanwhile asked again; after too many of them, ever less of that. */
  private replace(): void {
    this.worker.terminate()
    this.missed = 0
    const time = performance.now()
    this.replacements = [...this.replacements.filter((before) => time - before < shortWhile), time]
    const excess = this.replacements.length - mostReplacements
    if (excess > 0) this.dropWaiting()
    if (excess > 1) {
      this.stopped = true
      return this.tell({ kind: 'stopped' })
    }
    this.worker = this.hire()
    if (this.booted) this.start({ ...this.base, commands: this.commands }, this.now, excess > 0 ? { ...this.pace, paused: true } : this.pace)
    for (const { message } of this.waiting.values()) this.post(message)
    this.tell({ kind: excess > 0 ? 'held' : 'replaced' })
  }

  private dropWaiting(): void {
    for (const { resolve } of this.waiting.values()) resolve(refused(internalError('the simulator stopped answering')))
    this.waiting.clear()
  }

  private tell(problem: Problem): void {
    for (const listener of this.problemListeners) listener(problem)
  }

  private call(messageOf: (id: number) => ToWorker): Promise<Result<unknown>> {
    const id = (this.lastId += 1)
    return new Promise((resolve) => {
      const message = messageOf(id)
      if (this.stopped) return resolve(refused(internalError('the simulator has stopped')))
      this.waiting.set(id, { message, resolve })
      this.post(message)
    })
  }

  private readonly tellVisibility = (): void => {
    this.missed = 0
    this.post({ type: 'visible', visible: !document.hidden })
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message)
  }
}
