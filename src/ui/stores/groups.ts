import type { ObjectKey } from '../../sim/api/objects.ts'

/** Objects by some property of theirs: pods by node. Groups that nothing moved in keep their identity; empty ones are dropped. */
export type Groups<T> = ReadonlyMap<string, ReadonlyMap<ObjectKey, T>>

/** One object that came, changed, went, or changed its group. */
export interface Move<T> {
  readonly key: ObjectKey
  readonly from: string | null
  readonly to: string | null
  readonly value: T | null
}

/** The groups after some moves; only what is touched is copied. */
export function regroup<T>(groups: Groups<T>, moves: readonly Move<T>[]): Groups<T> {
  if (moves.length === 0) return groups
  const next = new Map(groups)
  const drafts = new Map<string, Map<ObjectKey, T>>()
  const draft = (group: string) => {
    let copy = drafts.get(group)
    if (!copy) drafts.set(group, (copy = new Map(groups.get(group))))
    return copy
  }
  for (const { key, from, to, value } of moves) {
    if (from !== null && from !== to) draft(from).delete(key)
    if (to !== null && value !== null) draft(to).set(key, value)
  }
  for (const [group, copy] of drafts) {
    if (copy.size === 0) next.delete(group)
    else next.set(group, copy)
  }
  return next
}
