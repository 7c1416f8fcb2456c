import type { Millis } from '../sim/kernel/agenda.ts'
import type { TraceEntry } from '../sim/kernel/trace.ts'
import { Cluster } from '../sim/cluster/cluster.ts'
import type { Run, TimedCommand } from '../sim/cluster/run.ts'
import { Outbox } from './outbox.ts'
import { Pacer } from './pacer.ts'
import { traceKept, type Pace, type ToPage, type ToWorker } from './protocol.ts'

/** Longest uninterrupted slice of the engine, in real milliseconds: messages are heard in between. */
const slice = 8
/** How far "next change" looks ahead before it gives up. */
const furthestChange: Millis = 15 * 60_000

/** A command or a question, step by step. */
type Performance = ReturnType<Cluster['begin']>

/** What the cluster is on its way to: through the log of a run, or to the next change that the page would show. */
type Errand = { readonly kind: 'replay'; readonly commands: TimedCommand[]; readonly until: Millis; performance: Performance | null } | { readonly kind: 'change'; readonly from: number; readonly limit: Millis }

/** One cluster and the conversation about it: what the Worker does, without the Worker. */
export class Session {
  private cluster: Cluster | null = null
  private readonly pacer = new Pacer()
  private outbox = new Outbox()
  private errand: Errand | null = null
  /** What is being carried out or answered: time stands until it is done. */
  private performing: { readonly id: number; readonly performance: Performance } | null = null
  /** What must not come between its steps, nor before the log of the run has been replayed. */
  private postponed: ToWorker[] = []
  private fresh = true
  private awaitingDrawn = false
  private visible = true
  private restless = false
  /** "Next change" found none: to be told with the next batch. */
  private foundNothing = false
  /** A defect was found: the run stands still until the next boot. */
  private halted = false

  constructor(
    private readonly send: (message: ToPage) => void,
    private readonly realNow: () => number,
  ) {}

  handle(message: ToWorker): void {
    switch (message.type) {
      case 'boot':
        return this.boot(message.run, message.until, message.pace)
      case 'command':
        this.restless = true
        return this.afterOthers(message, () => this.perform(message.id, (cluster) => cluster.begin(message.command)))
      case 'ask':
        return this.afterOthers(message, () => this.perform(message.id, (cluster) => cluster.beginAnswer(message.question)))
      case 'pace':
        if (this.errand?.kind === 'change') this.errand = null
        this.restless = true
        return this.pacer.set(message.pace, this.realNow())
      case 'step':
        return this.afterOthers(message, () => this.guard(() => this.stepTo(message.to)))
      case 'drawn':
        this.awaitingDrawn = false
        return
      case 'visible':
        this.visible = message.visible
        return
      case 'ping':
        return this.send({ type: 'pong', id: message.id })
    }
  }

  /** One slice of work; true when there is more to do soon. */
  tick(): boolean {
    const { cluster } = this
    if (!cluster || this.halted) return false
    this.guard(() => this.advance(cluster))
    this.sendBatch(cluster)
    return this.errand !== null || this.performing !== null || !this.pacer.current.paused || this.restless
  }

  private boot(run: Run, until: Millis | undefined, pace: Pace): void {
    this.answerAll()
    this.pacer.set(pace, this.realNow())
    this.fresh = true
    this.outbox = new Outbox()
    this.awaitingDrawn = false
    this.halted = false
    this.guard(() => {
      this.cluster = new Cluster(run.seed, run.options)
      this.cluster.observe()
      const commands = [...run.commands]
      this.errand = { kind: 'replay', commands, until: Math.max(until ?? 0, commands.at(-1)?.at ?? 0), performance: null }
    })
  }

  private advance(cluster: Cluster): void {
    const deadline = this.realNow() + slice
    const target = this.pacer.targetAt(this.realNow(), cluster.now)
    if (this.performing) return this.goOn(this.performing, deadline)
    if (this.errand?.kind === 'replay') return this.replay(cluster, this.errand, deadline)
    if (this.errand?.kind === 'change') return this.seek(cluster, this.errand, deadline)
    this.runTo(cluster, target, deadline)
  }

  private replay(cluster: Cluster, errand: Extract<Errand, { kind: 'replay' }>, deadline: number): void {
    while (this.realNow() < deadline) {
      if (errand.performance) {
        if (errand.performance.next().done) errand.performance = null
        continue
      }
      const next = errand.commands[0]
      if (!this.runTo(cluster, next?.at ?? errand.until, deadline)) return
      if (!next) {
        this.errand = null
        this.pacer.set(this.pacer.current, this.realNow())
        return this.catchUp()
      }
      errand.performance = cluster.begin(next.command)
      errand.commands.shift()
    }
  }

  private goOn({ id, performance }: NonNullable<Session['performing']>, deadline: number): void {
    do {
      const result = performance.next()
      if (!result.done) continue
      this.performing = null
      this.send({ type: 'answer', id, result: result.value })
      return this.catchUp()
    } while (this.realNow() < deadline)
  }

  private catchUp(): void {
    for (const message of this.postponed.splice(0)) this.handle(message)
  }

  private seek(cluster: Cluster, errand: Extract<Errand, { kind: 'change' }>, deadline: number): void {
    do {
      const isFound = cluster.visibleChanges !== errand.from
      if (isFound || !cluster.step(errand.limit)) {
        this.foundNothing = !isFound
        this.restless = true
        // What happens at the same instant belongs to the same change.
        cluster.advanceTo(cluster.now)
        this.errand = null
        this.pacer.set(this.pacer.current, this.realNow())
        return
      }
    } while (this.realNow() < deadline)
  }

  /** True when `target` was reached within the slice. */
  private runTo(cluster: Cluster, target: Millis, deadline: number): boolean {
    for (let steps = 0; cluster.step(target); steps += 1) if (steps % 16 === 15 && this.realNow() >= deadline) return false
    cluster.advanceTo(target)
    return true
  }

  private stepTo(to: 'event' | 'change'): void {
    const { cluster } = this
    if (!cluster || this.errand) return
    this.restless = true
    if (to === 'event') cluster.step(cluster.nextEventAt() ?? cluster.now)
    else this.errand = { kind: 'change', from: cluster.visibleChanges, limit: cluster.now + furthestChange }
  }

  /** Begun at once, so that most are done before anything else happens; what is long goes on with the next slices. */
  private perform(id: number, begin: (cluster: Cluster) => Performance): void {
    this.guard(() => {
      if (!this.cluster) throw new Error('no cluster has been started')
      this.performing = { id, performance: begin(this.cluster) }
      this.goOn(this.performing, this.realNow() + slice)
    })
  }

  /** Another run is about to take this one's place: who waits for an answer gets it now. */
  private answerAll(): void {
    for (;;) {
      const { cluster, performing, errand } = this
      if (performing) this.guard(() => this.goOn(performing, Infinity))
      else if (cluster && errand?.kind === 'replay' && this.postponed.length > 0) this.guard(() => this.replay(cluster, errand, Infinity))
      else return
    }
  }

  private afterOthers(message: ToWorker, handle: () => void): void {
    if (this.performing || this.errand?.kind === 'replay') this.postponed.push(message)
    else handle()
  }

  private sendBatch(cluster: Cluster): void {
    if (this.awaitingDrawn || !this.visible || this.errand?.kind === 'replay' || this.performing) return
    // While time is held and nothing was asked for there is nothing to tell.
    if (this.pacer.current.paused && !this.errand && !this.restless && !this.fresh && this.outbox.isEmpty) return
    const drained = cluster.drain()
    this.outbox.put(drained.changes)
    // Who sees a run for the first time is shown all of it: half a cluster would be told as news.
    const changes = this.outbox.take(this.fresh)
    this.restless = false
    this.awaitingDrawn = true
    const quiet = this.foundNothing ? { nothingFor: furthestChange } : {}
    this.foundNothing = false
    this.send({ type: 'batch', fresh: this.fresh, ...drained, changes, trace: drained.trace.slice(-traceKept).map(withoutPlan), start: cluster.start, pace: this.pacer.current, commands: cluster.commands, ...quiet })
    this.fresh = false
  }

  /** A defect of the simulator halts the run; the page tells seed and time instead of going blank. */
  private guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.errand = null
      this.halted = true
      this.pacer.set({ ...this.pacer.current, paused: true }, this.realNow())
      this.send({ type: 'defect', message: error instanceof Error ? error.message : String(error), seed: this.cluster?.seed ?? 0, at: this.cluster?.now ?? 0 })
      this.performing = null
      this.catchUp()
    }
  }
}

/** Plans that hold whole objects would cost more to send than all else; the page tells only of the short ones. */
function withoutPlan(entry: TraceEntry): TraceEntry {
  return entry.kind === 'decision' && entry.what.startsWith('plan') ? { ...entry, detail: undefined } : entry
}
