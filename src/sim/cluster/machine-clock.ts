import type { Millis } from '../kernel/agenda.ts'
import { formatMicroTime, formatTime, parseTime, type EpochMillis, type WallClock } from '../api/time.ts'

/** The clock on the wall of one machine: right, or wrong by some time. What is measured as a duration is right all the same. */
export class MachineClock implements WallClock {
  /** By how much it is ahead; negative: behind. */
  skew: Millis = 0

  constructor(
    private readonly agenda: { readonly now: Millis },
    private readonly start: EpochMillis,
  ) {}

  get epochMillis(): EpochMillis {
    return this.start + this.skew + this.agenda.now
  }

  time(): string {
    return formatTime(this.epochMillis)
  }

  microTime(): string {
    return formatMicroTime(this.epochMillis)
  }

  instantOf(text: string): Millis {
    const start = this.start + this.skew
    return (parseTime(text) ?? start) - start
  }
}
