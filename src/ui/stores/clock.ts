import { create } from 'zustand'
import type { Pace } from '../../bridge/protocol.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'

/** The page's own idea of the virtual time: what the last batch said, carried on at the run's pace until the next one. */
export const useClock = create<{ readonly now: Millis }>(() => ({ now: 0 }))

let base: Millis = 0
let heardAt = 0
let pace: Pace = { speed: 1, paused: true }
let ticking = false

/** What the page runs ahead of the Worker at most, in real milliseconds: it may be busy, and time must not jump back. */
const leeway = 500

export function setClock(now: Millis, newPace: Pace): void {
  base = now
  heardAt = performance.now()
  pace = newPace
  useClock.setState({ now })
  if (!pace.paused && !ticking) {
    ticking = true
    requestAnimationFrame(tick)
  }
}

function tick(): void {
  ticking = !pace.paused
  if (!ticking) return
  useClock.setState({ now: base + Math.min(performance.now() - heardAt, leeway) * pace.speed })
  requestAnimationFrame(tick)
}
