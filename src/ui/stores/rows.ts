import type { Uid } from '../../sim/api/objects.ts'
import type { Pod } from '../../sim/api/generated/types.ts'

/** The rows of one machine's card. */
export interface Rows {
  /** Who has each row; null: free. */
  readonly places: readonly (Uid | null)[]
  /** Rows that were left, longest free first. */
  readonly freed: readonly number[]
}

/** Rows a card offers before it reuses one. */
export const roomyRows = 7

/** Pods of the cluster itself: shown small at the foot of a card, so that a person's own pods come first. */
export function isSystem(pod: Pod): boolean {
  return pod.metadata.namespace === 'kube-system'
}

/** A pod keeps its row for its whole life; a new one takes a row nobody had yet while the card has room, else the one that is free longest. */
export function placeRows(before: Rows | undefined, uids: readonly Uid[]): Rows {
  const present = new Set(uids)
  const places: (Uid | null)[] = [...(before?.places ?? [])]
  const freed = [...(before?.freed ?? [])]
  const placed = new Set<Uid>()
  let changed = before === undefined
  places.forEach((uid, row) => {
    if (uid === null) return
    if (present.has(uid)) {
      placed.add(uid)
      return
    }
    places[row] = null
    freed.push(row)
    changed = true
  })
  for (const uid of uids) {
    if (placed.has(uid)) continue
    const reused = places.length >= roomyRows ? freed.shift() : undefined
    if (reused === undefined) places.push(uid)
    else places[reused] = uid
    changed = true
  }
  return changed || before === undefined ? { places, freed } : before
}
