// Upstream: pkg/apis/core/validation: resource quotas (v1.36).
import type { FieldError } from '../field-errors.ts'
import { invalid, required } from '../field-errors.ts'
import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../generated/types.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'
import { isQuotaResource, sorted, validateQuotaAmount } from './resources.ts'

type Amounts = Readonly<Record<string, string>>

export function validateResourceQuota({ metadata, spec, status }: ResourceQuota): FieldError[] {
  return [...validateObjectMeta(metadata, true, nameIsDnsSubdomain), ...validateSpec(spec), ...validateAmounts(status.hard, 'status.hard'), ...validateAmounts(status.used, 'status.used')]
}

/** What a quota is about stays; how much it allows may change. */
export function validateResourceQuotaUpdate(next: ResourceQuota, old: ResourceQuota): FieldError[] {
  const faults = [...validateObjectMetaUpdate(next.metadata, old.metadata), ...validateSpec(next.spec)]
  const scopes = new Set(next.spec.scopes)
  const before = new Set(old.spec.scopes)
  if (scopes.size === before.size && [...scopes].every((scope) => before.has(scope))) return faults
  return [...faults, invalid('spec.scopes', next.spec.scopes, 'field is immutable')]
}

export function validateResourceQuotaStatusUpdate(next: ResourceQuota, old: ResourceQuota): FieldError[] {
  return [...validateObjectMetaUpdate(next.metadata, old.metadata), ...validateAmounts(next.status.hard, 'status.hard'), ...validateAmounts(next.status.used, 'status.used')]
}

function validateAmounts(amounts: Amounts | undefined, path: string): FieldError[] {
  return sorted(amounts ?? {}).flatMap(([name, amount]) => validateQuotaAmount(name, amount, `${path}[${name}]`))
}

function validateSpec(spec: ResourceQuotaSpec): FieldError[] {
  return [...validateAmounts(spec.hard, 'spec.hard'), ...validateScopes(spec), ...validateScopeSelector(spec)]
}

const compute = new Set(['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'])
const forPods = (name: string): boolean => name === 'pods' || compute.has(name)

/** Which standard resources each scope can be about. */
const scopeResources: ReadonlyMap<string, (name: string) => boolean> = new Map([
  ['Terminating', forPods],
  ['NotTerminating', forPods],
  ['BestEffort', (name: string) => name === 'pods'],
  ['NotBestEffort', forPods],
  ['PriorityClass', forPods],
  ['CrossNamespacePodAffinity', forPods],
  ['VolumeAttributesClass', (name: string) => name === 'persistentvolumeclaims' || name === 'requests.storage'],
])

/** There are seven scopes. Of a stranger's endless list each is judged once, and not all of it is said of each. */
const mostTold = 100

function validateScopes({ hard, scopes: sent = [] }: ResourceQuotaSpec): FieldError[] {
  const path = 'spec.scopes'
  const scopes = sent.length > mostTold ? [...new Set(sent)].slice(0, mostTold) : sent
  const faults = scopes.flatMap((scope) => [
    ...(scopeResources.has(scope) ? [] : [invalid(path, scopes, 'unsupported scope')]),
    ...beyondScope(hard, scope).map(() => invalid(path, scopes, 'unsupported scope applied to resource')),
  ])
  return [...faults, ...conflictingScopes(scopes).map(() => invalid(path, scopes, 'conflicting scopes'))]
}

/** The resources of a quota that a scope cannot be about. */
function beyondScope(hard: Amounts | undefined, scope: string): string[] {
  const suits = scopeResources.get(scope)
  return suits ? Object.keys(hard ?? {}).filter((name) => isQuotaResource(name) && !suits(name)) : []
}

function conflictingScopes(scopes: readonly string[]): string[][] {
  return [['BestEffort', 'NotBestEffort'], ['Terminating', 'NotTerminating']].filter((pair) => pair.every((scope) => scopes.includes(scope)))
}

function validateScopeSelector({ hard, scopes, scopeSelector }: ResourceQuotaSpec): FieldError[] {
  if (!scopeSelector) return []
  const { matchExpressions = [] } = scopeSelector
  const path = 'spec.scopeSelector.matchExpressions'
  const printed = asGoPrintsIt(matchExpressions.slice(0, mostTold))
  const firsts = new Map(matchExpressions.map(({ scopeName }, at) => [scopeName, at] as const).reverse())
  const faults = matchExpressions.flatMap((requirement, at) => [
    ...(scopeResources.has(requirement.scopeName) ? [] : [invalid(`${path}.scopeName`, requirement.scopeName, 'unsupported scope')]),
    ...(at === firsts.get(requirement.scopeName) || at < mostTold ? beyondScope(hard, requirement.scopeName) : []).map(() => invalid(path, printed, 'unsupported scope applied to resource')),
    ...validateOperator(requirement, path),
  ])
  return [...faults, ...conflictingScopes(matchExpressions.map(({ scopeName }) => scopeName)).map(() => invalid(path, scopes, 'conflicting scopes'))]
}

/** A selector of upstream's internal type, whose fields have no names in JSON. */
function asGoPrintsIt(matchExpressions: readonly ScopedResourceSelectorRequirement[]): unknown {
  return { MatchExpressions: matchExpressions.map(({ scopeName, operator, values }) => ({ ScopeName: scopeName, Operator: operator, Values: values ?? null })) }
}

const onlyExists = new Set(['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'])
const onlyExistsMessage =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"

function validateOperator({ scopeName, operator, values = [] }: ScopedResourceSelectorRequirement, path: string): FieldError[] {
  const faults = onlyExists.has(scopeName) && operator !== 'Exists' ? [invalid(`${path}.operator`, operator, onlyExistsMessage)] : []
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) faults.push(required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"))
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) faults.push(invalid(`${path}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"))
      break
    // Whatever the type says: it is what somebody sent.
    default:
      faults.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
  }
  return faults
}
