import type { Agenda } from '../kernel/agenda.ts'

/** Runs long work in pieces, each an entry of the agenda and all in the same instant: others get their turn in between. */
export function runInPieces(agenda: Agenda, label: string, pieces: Generator<void, void, void>): void {
  if (!pieces.next().done) agenda.after(0, label, () => runInPieces(agenda, label, pieces))
}
