import type { Agenda } from '../kernel/agenda.ts'

/**
 * Long work that may pause after each of its steps, such as a write; one that is worth several yields how many. Only so many go into one
 * entry of the agenda: five hundred would keep all others waiting, and a page that looks at its messages between two entries.
 */
export type Steps<T> = Generator<number | void, T, void>

const stepsAtOnce = 10

/** Does the next steps of it; `done` when there are no more. */
export function nextSteps<T>(steps: Steps<T>): IteratorResult<unknown, T> {
  for (let taken = 0; ; ) {
    const result = steps.next()
    if (result.done) return result
    taken += result.value ?? 1
    if (taken >= stepsAtOnce) return result
  }
}

/** Does all of it in one instant, entry by entry. */
export function runInSteps(agenda: Agenda, label: string, steps: Steps<void>): void {
  if (!nextSteps(steps).done) agenda.after(0, label, () => runInSteps(agenda, label, steps))
}
