import { currentView, pacedAt, theSimulation } from './simulation-store.ts'

/** How many virtual seconds a real one can take. */
export const speeds: readonly number[] = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 100, 300, 1000]

export function togglePause(): void {
  const { pace } = currentView()
  pacedAt({ ...pace, paused: !pace.paused })
}

export function setSpeed(speed: number): void {
  pacedAt({ ...currentView().pace, speed })
}

/** One notch faster or slower. */
export function shiftSpeed(by: 1 | -1): void {
  const { speed } = currentView().pace
  const next = by > 0 ? speeds.find((one) => one > speed) : speeds.findLast((one) => one < speed)
  if (next !== undefined) setSpeed(next)
}

/** Time stands still and moves by one entry of the agenda, or to the next change that can be seen. */
export function step(to: 'event' | 'change'): void {
  const { pace } = currentView()
  if (!pace.paused) pacedAt({ ...pace, paused: true })
  theSimulation().step(to)
}
