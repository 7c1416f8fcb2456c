import type { Millis } from '../kernel/agenda.ts'
import type { Question } from './shell-commands.ts'
import type { Program, ProgramStep } from './program.ts'

export interface LogLine {
  readonly at: Millis
  readonly text: string
}

/** What comes next that the runtime must wake up for; null: nothing that it can know of. */
export type NextStop =
  | { readonly kind: 'ends'; readonly at: Millis; readonly exitCode: number }
  | { readonly kind: 'asks'; readonly at: Millis; readonly question: Question }
  | { readonly kind: 'outOfMemory'; readonly at: Millis }

/** How far a script is followed at a time: see `effortOf`. Beyond, nothing becomes of it. */
const effortLimit = 8_000_000
/** Of its log. */
const [lineLimit, letterLimit] = [2_000, 1024 * 1024]
/** A script that asks in a tight loop is answered once a second. */
const leastAskPeriod: Millis = 1000

/**
 * A script in a container: run ahead as far as it depends on nothing, so that its end is one agenda entry; an endless loop is run
 * when somebody reads its log, rounds that nobody can see any more being skipped.
 */
export class ScriptRun {
  readonly serves: { readonly since: Millis; readonly ports: readonly number[] }[] = []
  private readonly program: Program
  private readonly memoryLimit: number | null
  private clock: Millis
  private lines: LogLine[] = []
  /** In its lines. */
  private letters = 0
  private readonly files: { readonly at: Millis; readonly path: string; readonly text: string | null }[] = []
  private stop: NextStop | null = null
  private looping = false
  private lastAsk: Millis = Number.NEGATIVE_INFINITY

  constructor(program: Program, startedAt: Millis, memoryLimit: number | null) {
    this.program = program
    this.clock = startedAt
    this.memoryLimit = memoryLimit
    this.advance(undefined)
  }

  get next(): NextStop | null {
    return this.stop
  }

  answer(answer: boolean): void {
    this.stop = null
    this.advance(answer)
  }

  /** What it has printed by `now`, oldest first, as far as it is kept. */
  linesAt(now: Millis): readonly LogLine[] {
    if (this.looping && this.clock <= now) this.catchUp(now)
    return this.lines.at(-1) === undefined || this.lines.at(-1)!.at <= now ? this.lines : this.lines.filter((line) => line.at <= now)
  }

  /** The text of a file it has written by `now`; null: removed; undefined: never touched. */
  fileAt(path: string, now: Millis): string | null | undefined {
    let found: string | null | undefined
    for (const event of this.files) if (event.at <= now && event.path === path) found = event.text
    return found
  }

  /** When a file changes next after `now`; null when none is known to. */
  nextFileChange(now: Millis): Millis | null {
    return this.files.find((event) => event.at > now)?.at ?? null
  }

  private advance(input: number | boolean | undefined): void {
    let step = this.program.next(input)
    for (let effort = 0; effort < effortLimit; effort += effortOf(step)) {
      if (step.done) {
        this.stop = { kind: 'ends', at: this.clock, exitCode: step.value }
        return
      }
      if (this.takes(step.value)) return
      step = this.program.next()
    }
  }

  /** Carries out one step; true when the run pauses here. */
  private takes(step: ProgramStep): boolean {
    switch (step.kind) {
      case 'wait':
        this.clock += step.millis
        return false
      case 'log':
        this.print(step.line)
        return false
      case 'file':
        this.files.push({ at: this.clock, path: step.path, text: step.text })
        return false
      case 'work':
        return false
      case 'memory':
        if (this.memoryLimit === null || step.bytes <= this.memoryLimit) return false
        this.stop = { kind: 'outOfMemory', at: this.clock + 200 }
        return true
      case 'ask':
        this.clock = Math.max(this.clock, this.lastAsk + leastAskPeriod)
        this.lastAsk = this.clock
        this.stop = { kind: 'asks', at: this.clock, question: step.question }
        return true
      case 'iteration':
        this.looping = true
        return true
      case 'forever':
        if (step.serves) this.serves.push({ since: this.clock, ports: step.ports })
        return true
    }
  }

  private catchUp(now: Millis): void {
    let step = this.program.next(0)
    for (let effort = 0; effort < effortLimit && !step.done; effort += effortOf(step)) {
      if (step.value.kind === 'iteration') {
        if (this.clock > now) return
        // Enough rounds stay to fill what is kept.
        const skipped = Math.max(0, Math.floor((now - this.clock) / step.value.period) - lineLimit / 10)
        this.clock += skipped * step.value.period
        step = this.program.next(skipped)
        continue
      }
      if (this.takes(step.value)) return
      step = this.program.next()
    }
  }

  private print(text: string): void {
    this.lines.push({ at: this.clock, text })
    this.letters += text.length
    if (this.lines.length > 2 * lineLimit || this.letters > 2 * letterLimit) this.forgetOldest()
  }

  private forgetOldest(): void {
    let first = this.lines.length
    this.letters = 0
    while (first > Math.max(0, this.lines.length - lineLimit) && this.letters <= letterLimit) this.letters += this.lines[(first -= 1)]!.text.length
    this.lines = this.lines.slice(first)
  }
}

/** What others may see of it is as much as four commands. */
function effortOf({ done, value }: IteratorResult<ProgramStep, number>): number {
  return done || value.kind !== 'work' ? 200 : value.effort
}
