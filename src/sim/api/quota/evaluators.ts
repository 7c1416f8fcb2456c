// Upstream: pkg/quota/v1/evaluator/core/registry.go, apiserver/pkg/quota/v1/generic (v1.36). Left out: the storage that PersistentVolumeClaims ask for (they are not there: none is used), ResourceClaims.
import { resources, type Resource, type ResourceDefinition } from '../resources.ts'
import { one, type Evaluator } from './evaluator.ts'
import { podEvaluator } from './pods.ts'
import { serviceEvaluator } from './services.ts'

/** These were counted by their bare names before `count/…` came. */
const bareNames: ReadonlySet<string> = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'])

/** By the kind of the object: what it uses of a quota. What is not in a namespace uses nothing, nor do events. */
const evaluators: ReadonlyMap<string, Evaluator> = new Map(
  resources.filter(({ namespaced, resource }) => namespaced && resource !== 'events').map((definition) => [definition.resource, evaluatorFor(definition)]),
)

export function evaluatorOf(resource: Resource): Evaluator | undefined {
  return evaluators.get(resource)
}

/** All evaluators with their resources. */
export function quotaResources(): Iterable<readonly [Resource, Evaluator]> {
  // The keys are those of the table of resources.
  return evaluators as ReadonlyMap<Resource, Evaluator>
}

/** Whether somebody counts what goes by this name. */
export function isCounted(name: string): boolean {
  if (countsClaims(name)) return true
  for (const evaluator of evaluators.values()) if (evaluator.counts(name)) return true
  return false
}

function evaluatorFor({ resource, group }: ResourceDefinition): Evaluator {
  if (resource === 'pods') return podEvaluator as unknown as Evaluator
  if (resource === 'services') return serviceEvaluator as unknown as Evaluator
  const names = [`count/${resource}${group && `.${group}`}`, ...(bareNames.has(resource) ? [resource] : [])]
  const usage = new Map(names.map((name) => [name, one]))
  return { counts: (name) => usage.has(name), usageOf: () => usage, isInScope: () => false }
}

/** `persistentvolumeclaims`, `requests.storage`, and both by storage class. */
function countsClaims(name: string): boolean {
  return /^(?:(?:count\/|.*\.storageclass\.storage\.k8s\.io\/)?persistentvolumeclaims|(?:.*\.storageclass\.storage\.k8s\.io\/)?requests\.storage)$/.test(name)
}
