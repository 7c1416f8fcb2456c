import type { ResourceDefinition } from '../api/resources.ts'
import type { FieldValidation } from '../api/schema.ts'
import type { Strategy } from '../api/strategy/strategy.ts'
import type { Authorship, Core } from './core.ts'

/** What one request is about, once its URL has been understood. */
export interface Target {
  readonly core: Core
  readonly definition: ResourceDefinition
  readonly strategy: Strategy
  /** Undefined for what is not in a namespace, and for requests across all namespaces. */
  readonly namespace: string | undefined
  /** Empty for requests about a collection. */
  readonly name: string
  readonly by: Authorship
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
}
