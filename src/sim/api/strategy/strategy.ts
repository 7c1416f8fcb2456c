import type { FieldError } from '../field-errors.ts'
import type { KubernetesObject } from '../objects.ts'
import type { Allocators } from './allocators.ts'

/** What a strategy may know of the world besides the object. */
export interface StrategyEnvironment {
  /** Now, as metav1.Time writes it. */
  readonly now: string
}

/** Numbers set aside for an object that is not stored yet. */
export interface Reservation<T> {
  readonly object: T
  /** Why nothing could be set aside; then the object is refused with them, and nothing stays reserved. */
  readonly errors: readonly FieldError[]
  /** The object was not stored after all: gives the numbers back. */
  revert(): void
  /** The object was stored: gives back what its former self no longer needs. */
  commit(): void
}

export interface DeleteRequest {
  readonly gracePeriodSeconds?: number
}

/**
 * What makes one kind different from another, for the API server's one registry. All of it is pure but `reserve` and `release`.
 * Create: decode → defaults → admission → defaults → beforeCreate metadata (server) → reserve → prepareForCreate → validate → canonicalize → store.
 * Update: decode → defaults → (server: uid, resourceVersion, deletionTimestamp …) → reserve → prepareForUpdate → validateUpdate → canonicalize → store.
 * The status subresource uses prepareForStatusUpdate and validateStatusUpdate instead.
 */
export interface Strategy<T extends KubernetesObject = KubernetesObject> {
  /** Fills in what the sender left out. Idempotent, and identity-preserving when nothing is missing. */
  defaults(object: T): T
  /** The only parts of an object that defaults look at and fill in; absent: they may look at all of it. */
  readonly defaulted?: readonly (keyof T & string)[]
  /** Drops what a creator may not set and adds what the registry sets (status, generation, first conditions). */
  prepareForCreate(object: T, environment: StrategyEnvironment): T
  validate(object: T): readonly FieldError[]
  /** Keeps what an updater may not change, and counts the generation. */
  prepareForUpdate(next: T, old: T, environment: StrategyEnvironment): T
  validateUpdate(next: T, old: T): readonly FieldError[]
  /** Absent: the kind has no status subresource. */
  readonly status?: SubresourceStrategy<T>
  /** The other doors through which an update of a part comes. */
  readonly subresources?: Readonly<Partial<Record<'finalize' | 'ephemeralcontainers', SubresourceStrategy<T>>>>
  /** Brings what passed validation into its one form. */
  canonicalize?(object: T): T
  /** Things worth saying to who sent it, though nothing is wrong. `sent`: as it was before `prepareForCreate`. */
  warningsOnCreate?(object: T, sent: T): readonly string[]
  /** What of these is said before the object is judged: all that is said of one that is refused. */
  warningsOnPrepare?(sent: T): readonly string[]
  warningsOnUpdate?(next: T, old: T): readonly string[]
  /** True: an update of what is not there creates it (PUT of leases, events …). */
  readonly allowCreateOnUpdate: boolean
  /** True: an update without a resourceVersion overwrites whatever is there. */
  readonly allowUnconditionalUpdate: boolean
  /** True: what it owns stays when it is deleted and nobody says otherwise. */
  readonly orphansDependents?: true
  /** How long the object may take to die, or null when it goes at once. */
  gracePeriodOf?(object: T, request: DeleteRequest): number | null
  /** Sets aside IPs and ports before validation. */
  reserve?(next: T, old: T | null, allocators: Allocators): Reservation<T>
  /** Gives back what a deleted object held. */
  release?(object: T, allocators: Allocators): void
}

/** The rules of `PUT …/status` and its like. */
export interface SubresourceStrategy<T extends KubernetesObject = KubernetesObject> {
  prepareForUpdate(next: T, old: T, environment: StrategyEnvironment): T
  validateUpdate(next: T, old: T): readonly FieldError[]
  warnings?(next: T): readonly string[]
}
