import type { KubernetesObject } from '../api/objects.ts'
import type { ResourceDefinition } from '../api/resources.ts'
import type { Strategy } from './strategy-stand-in.ts'
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
}

/** An object as a stranger sent it: nothing in it is certain but that it is an object of the right kind with metadata. */
export type Sent = KubernetesObject
