import type { GoldenSet } from './harness.ts'

/** Every set that is replayed: one line a set, in the order they are printed. */
export const sets: readonly GoldenSet[] = [
]
