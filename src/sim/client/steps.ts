import type { Agenda, Millis } from '../kernel/agenda.ts'

/**
 * Long work that may pause after each of its steps, such as a write; one that is worth several yields how many. Only so many go into one
 * entry of the agenda: five hundred would keep all others waiting, and a page that looks at its messages between two entries.
 */
export type Steps<T> = Generator<number | void, T, void>

/** Steps that may also wait: nothing of it goes on before that time has passed. */
export type PausingSteps<T> = Generator<number | void | Pause, T, void>

interface Pause {
  readonly pause: Millis
}

const stepsAtOnce = 10

/** Does the next steps of it; `done` when there are no more. */
export function nextSteps<T>(steps: PausingSteps<T>): IteratorResult<number | void | Pause, T> {
  for (let taken = 0; ; ) {
    const result = steps.next()
    if (result.done || typeof result.value === 'object') return result
    taken += result.value ?? 1
    if (taken >= stepsAtOnce) return result
  }
}

/** Does all of it in one instant but for its own pauses, entry by entry. */
export function runInSteps(agenda: Agenda, label: string, steps: PausingSteps<void>): void {
  const { done, value } = nextSteps(steps)
  if (!done) agenda.after(typeof value === 'object' ? value.pause : 0, label, () => runInSteps(agenda, label, steps))
}

/** Does all of it at once. */
export function allSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const result = steps.next()
    if (result.done) return result.value
  }
}
