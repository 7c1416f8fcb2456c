import type { OwnerReference } from '../../api/generated/types.ts'

/** What became of an owner: it is there, it waits in foreground deletion for its dependents, or there is none of that uid in that place. */
export type OwnerState = 'solid' | 'waiting' | 'absent'

export interface JudgedOwner {
  readonly owner: OwnerReference
  readonly state: OwnerState
}

/** What there is to know about an object that may be garbage. */
export interface ItemState {
  readonly isBeingDeleted: boolean
  readonly finalizers: readonly string[]
  readonly owners: readonly JudgedOwner[]
  readonly hasDependents: boolean
  /** A dependent that waits for its own dependents: perhaps for this very object, in a circle. */
  readonly hasWaitingDependent: boolean
}

export type ItemPlan =
  | { readonly kind: 'keep' }
  /** Some owners are gone, one is there: the references to the others go. */
  | { readonly kind: 'disown'; readonly owners: readonly OwnerReference[] }
  /** `unblock`: its references stop blocking first, so that a circle of waiting objects can open. */
  | { readonly kind: 'delete'; readonly propagationPolicy: 'Background' | 'Foreground' | 'Orphan'; readonly unblock: boolean }

/** Decides whether an object outlives its owners. */
export function planItem({ isBeingDeleted, finalizers, owners, hasDependents, hasWaitingDependent }: ItemState): ItemPlan {
  if (isBeingDeleted || owners.length === 0) return { kind: 'keep' }
  const useless = owners.filter(({ state }) => state !== 'solid').map(({ owner }) => owner)
  if (useless.length < owners.length) return useless.length === 0 ? { kind: 'keep' } : { kind: 'disown', owners: useless }
  if (hasDependents && owners.some(({ state }) => state === 'waiting')) return { kind: 'delete', propagationPolicy: 'Foreground', unblock: hasWaitingDependent }
  // A policy that somebody asked for and that is not carried out yet stands.
  const propagationPolicy = finalizers.includes('orphan') ? 'Orphan' : finalizers.includes('foregroundDeletion') ? 'Foreground' : 'Background'
  return { kind: 'delete', propagationPolicy, unblock: false }
}
