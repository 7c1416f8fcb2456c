import { assert, fail } from './assert.ts'
import { Fork } from './fork.ts'

/** Virtual milliseconds; always a whole number. Zero is when the cluster is up: what brings it up happens before. */
export type Millis = number

/** Before any run began, for what has never happened. Not minus infinity: a field that may hold a fraction is an object of its own. */
export const longAgo: Millis = -1_000_000_000

/** What is planned for later than this (strangers plan for the end of the universe) is planned for then; no run comes there. */
const endOfTime: Millis = 8_000_000_000_000_000

/** One entry of the agenda, for cancelling it. */
export type EntryId = number

/** The entry of the trace that led to something: a write, a decision, a fault, a command. 0: nothing did but the start of the run. */
export type CauseId = number

/** What every component gets to plan with: its own slice of the one agenda, which dies with its process. */
export interface Agenda {
  readonly now: Millis
  /** Because of what that runs which runs now. What is written or planned meanwhile has it as its cause. */
  readonly cause: CauseId
  /** Runs `run` with another cause: that of what was seen, not of who looked. */
  because<T>(cause: CauseId, run: () => T): T
  /** Runs `run` at `due` (not before now). `label` says what it is, in the words of the trace: "kubelet worker-1: syncPod". */
  at(due: Millis, label: string, run: () => void): EntryId
  after(delay: Millis, label: string, run: () => void): EntryId
  /** Cancelling what has run or was cancelled already does nothing. */
  cancel(entry: EntryId): void
  /** A slice for one process: disposing of it cancels all that the process planned. */
  fork(name: string): ProcessAgenda
}

export interface ProcessAgenda extends Agenda {
  /** From now on nothing that was planned here runs and nothing new can be planned: the process is dead. */
  dispose(): void
  readonly disposed: boolean
  /** A frozen process keeps its plans; what falls due meanwhile runs, in order, when it is thawed. */
  freeze(): void
  thaw(): void
}

/** An entry that waits. */
export interface Planned {
  /** What of its id is its own; the rest names its slot. */
  readonly sequence: number
  readonly label: string
  readonly run: () => void
  readonly cause: CauseId
  readonly owner: Fork | null
}

/**
 * The virtual clock and what is planned on it, ordered by (due, sequence): the only place where time passes.
 * A binary heap over typed arrays; what is planned waits in a slot that its id names, so cancelling is forgetting. A slot is used again when its id has left the heap.
 */
export class Timeline implements Agenda {
  private clock: Millis
  private sequence = 0
  private due = new Float64Array(1024)
  private order = new Float64Array(1024)
  private size = 0
  private readonly slots: (Planned | undefined)[] = []
  private readonly free: number[] = []
  private waiting = 0
  private runningLabel = ''
  /** What the running entry, or the innermost `because`, was begun for. A decision made since stands before it. */
  private occasioned: CauseId = 0
  private decidedBy: CauseId = 0

  constructor(start: Millis = 0) {
    this.clock = start
  }

  get now(): Millis {
    return this.clock
  }

  get cause(): CauseId {
    return this.decidedBy === 0 ? this.occasioned : this.decidedBy
  }

  /** The cause of the next decision: one decision of an entry is not the cause of another. */
  get occasion(): CauseId {
    return this.occasioned
  }

  because<T>(cause: CauseId, run: () => T): T {
    const { occasioned, decidedBy } = this
    this.occasioned = cause
    this.decidedBy = 0
    try {
      return run()
    } finally {
      this.occasioned = occasioned
      this.decidedBy = decidedBy
    }
  }

  /** What follows, until the entry or the innermost `because` ends, follows from this decision. */
  decided(decision: CauseId): void {
    this.decidedBy = decision
  }

  get currentLabel(): string {
    return this.runningLabel
  }

  /** What the next entry is for; empty when nothing is planned. */
  get nextLabel(): string {
    return this.nextDue() === null ? '' : this.slots[slotOf(this.order[0]!)]!.label
  }

  /** How many entries are planned. */
  get pending(): number {
    return this.waiting
  }

  at(due: Millis, label: string, run: () => void): EntryId {
    return this.plan(due, label, run, null)
  }

  after(delay: Millis, label: string, run: () => void): EntryId {
    return this.plan(this.clock + delay, label, run, null)
  }

  cancel(entry: EntryId): void {
    const slot = slotOf(entry)
    if (this.slots[slot]?.sequence !== sequenceOf(entry)) return
    this.slots[slot] = undefined
    this.waiting -= 1
  }

  fork(name: string): ProcessAgenda {
    return new Fork(this, name)
  }

  /** When the next entry is due; null when nothing is planned. */
  nextDue(): Millis | null {
    this.dropCancelled()
    return this.size === 0 ? null : this.due[0]!
  }

  /** Runs the next entry, if it is due by `limit`. False: there is none, and the clock stands where it stood. */
  step(limit: Millis): boolean {
    const due = this.nextDue()
    if (due === null || due > limit) return false
    const id = this.order[0]!
    const entry = this.slots[slotOf(id)]!
    this.slots[slotOf(id)] = undefined
    this.waiting -= 1
    this.popRoot()
    if (due < this.clock) fail(`time would run backwards: ${due} < ${this.clock}`)
    this.clock = due
    if (entry.owner?.holdsBack(id, entry)) return true
    this.runningLabel = entry.label
    this.occasioned = entry.cause
    this.decidedBy = 0
    entry.run()
    this.occasioned = 0
    this.decidedBy = 0
    this.runningLabel = ''
    return true
  }

  /** Runs all that is due by `time` and then stands at `time`. */
  advanceTo(time: Millis): void {
    while (this.step(time));
    if (time > this.clock) this.clock = time
  }

  plan(due: Millis, label: string, run: () => void, owner: Fork | null): EntryId {
    const at = Math.min(due, endOfTime)
    if (!Number.isSafeInteger(at)) fail(`due time of "${label}" is not a whole number: ${due}`)
    const slot = this.free.pop() ?? this.slots.length
    assert(slot < mostSlots, 'too much is planned')
    this.sequence += 1
    const id = this.sequence * mostSlots + slot
    this.slots[slot] = { sequence: this.sequence, label, run, cause: this.cause, owner }
    this.waiting += 1
    this.push(Math.max(at, this.clock), id)
    return id
  }

  private dropCancelled(): void {
    while (this.size > 0 && this.slots[slotOf(this.order[0]!)] === undefined) this.popRoot()
  }

  private push(due: Millis, id: EntryId): void {
    if (this.size === this.due.length) this.grow()
    let at = this.size
    this.size += 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(due, id, this.due[parent]!, this.order[parent]!)) break
      this.due[at] = this.due[parent]!
      this.order[at] = this.order[parent]!
      at = parent
    }
    this.due[at] = due
    this.order[at] = id
  }

  private popRoot(): void {
    this.free.push(slotOf(this.order[0]!))
    this.size -= 1
    const due = this.due[this.size]!
    const id = this.order[this.size]!
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.size) break
      if (child + 1 < this.size && before(this.due[child + 1]!, this.order[child + 1]!, this.due[child]!, this.order[child]!)) child += 1
      if (!before(this.due[child]!, this.order[child]!, due, id)) break
      this.due[at] = this.due[child]!
      this.order[at] = this.order[child]!
      at = child
    }
    this.due[at] = due
    this.order[at] = id
  }

  private grow(): void {
    const due = new Float64Array(this.due.length * 2)
    const order = new Float64Array(this.order.length * 2)
    due.set(this.due)
    order.set(this.order)
    this.due = due
    this.order = order
  }
}

/** As many entries can wait at once. Later ids are greater: the sequence stands before the slot. */
const mostSlots = 0x400000

function slotOf(id: EntryId): number {
  return id - sequenceOf(id) * mostSlots
}

function sequenceOf(id: EntryId): number {
  return Math.floor(id / mostSlots)
}

function before(dueA: number, orderA: number, dueB: number, orderB: number): boolean {
  return dueA < dueB || (dueA === dueB && orderA < orderB)
}
