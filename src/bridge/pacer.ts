import type { Millis } from '../sim/kernel/agenda.ts'
import type { Pace } from './protocol.ts'

/** The most real time one look at the clock may account for: after a sleep or a suspended tab the cluster does not catch up. */
const longestGap = 250

/** Turns real time into virtual time at the chosen speed. */
export class Pacer {
  private pace: Pace = { speed: 1, paused: true }
  private lastReal = 0
  /** Virtual milliseconds that are due, fractions kept: at 0.1× a real millisecond is a tenth. */
  private owed = 0

  get current(): Pace {
    return this.pace
  }

  set(pace: Pace, real: number): void {
    this.pace = { paused: pace.paused, speed: Math.min(1000, Math.max(0.1, Number.isFinite(pace.speed) ? pace.speed : 1)) }
    this.lastReal = real
    this.owed = 0
  }

  /** How far the cluster may go by this real time. What it could not reach within its slice is forgone, not owed. */
  targetAt(real: number, now: Millis): Millis {
    const elapsed = Math.min(longestGap, Math.max(0, real - this.lastReal))
    this.lastReal = real
    if (this.pace.paused) return now
    this.owed += elapsed * this.pace.speed
    const whole = Math.floor(this.owed)
    this.owed -= whole
    return now + whole
  }
}
