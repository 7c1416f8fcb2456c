// Upstream: pkg/apis/core/validation: affinity and anti-affinity (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, required } from '../field-errors.ts'
import type { Affinity, LabelSelector, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinity, PodAffinityTerm } from '../generated/types.ts'
import { checkLabelValue, nameIsDnsLabel, nameIsDnsSubdomain } from '../names.ts'
import { checkQualified, faultsOf } from './checks.ts'
import { validateLabelSelector } from './label-selector.ts'

const requiredRule = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferredRule = 'preferredDuringSchedulingIgnoredDuringExecution'

export function validateAffinity(affinity: Affinity | undefined, path: string): FieldError[] {
  if (!affinity) return []
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity
  const faults: FieldError[] = []
  if (nodeAffinity) {
    const here = `${path}.nodeAffinity`
    if (nodeAffinity[requiredRule]) addAll(faults, validateNodeSelector(nodeAffinity[requiredRule], `${here}.${requiredRule}`))
    ;(nodeAffinity[preferredRule] ?? []).forEach(({ weight, preference }, at) => {
      const there = `${here}.${preferredRule}[${at}]`
      addAll(faults, checkWeight(weight, there), validateTerm(preference, true, `${there}.preference`))
    })
  }
  return [...faults, ...validatePodAffinity(podAffinity, `${path}.podAffinity`), ...validatePodAffinity(podAntiAffinity, `${path}.podAntiAffinity`)]
}

function checkWeight(weight: number, path: string): FieldError[] {
  return weight < 1 || weight > 100 ? [invalid(`${path}.weight`, weight, 'must be in the range 1-100')] : []
}

function validateNodeSelector(selector: NodeSelector, path: string): FieldError[] {
  const terms = selector.nodeSelectorTerms ?? []
  if (terms.length === 0) return [required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')]
  return terms.flatMap((term, at) => validateTerm(term, false, `${path}.nodeSelectorTerms[${at}]`))
}

/** Of what is only preferred, values that no label can have are let pass. */
function validateTerm(term: NodeSelectorTerm, laxValues: boolean, path: string): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((requirement, at) => validateExpression(requirement, laxValues, `${path}.matchExpressions[${at}]`)),
    ...(term.matchFields ?? []).flatMap((requirement, at) => validateField(requirement, `${path}.matchFields[${at}]`)),
  ]
}

function validateExpression({ key, operator, values = [] }: NodeSelectorRequirement, laxValues: boolean, path: string): FieldError[] {
  const faults: FieldError[] = []
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) faults.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) faults.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
      break
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) faults.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
      break
    default:
      faults.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
  }
  addAll(faults, checkQualified(`${path}.key`, key))
  if (!laxValues) values.forEach((value, at) => addAll(faults, faultsOf(`${path}.values[${at}]`, value, checkLabelValue(value))))
  return faults
}

function validateField({ key, operator, values = [] }: NodeSelectorRequirement, path: string): FieldError[] {
  const faults: FieldError[] = []
  if (operator !== 'In' && operator !== 'NotIn') faults.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
  else if (values.length !== 1) faults.push(required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
  if (key !== 'metadata.name') return [...faults, invalid(`${path}.key`, key, 'not a valid field selector key')]
  return [...faults, ...values.flatMap((value, at) => faultsOf(`${path}.values[${at}]`, value, nameIsDnsSubdomain(value, false)))]
}

function validatePodAffinity(affinity: PodAffinity | undefined, path: string): FieldError[] {
  return [
    ...(affinity?.[requiredRule] ?? []).flatMap((term, at) => validatePodTerm(term, `${path}.${requiredRule}[${at}]`)),
    ...(affinity?.[preferredRule] ?? []).flatMap(({ weight, podAffinityTerm }, at) => {
      const here = `${path}.${preferredRule}[${at}]`
      return [...checkWeight(weight, here), ...validatePodTerm(podAffinityTerm, `${here}.podAffinityTerm`)]
    }),
  ]
}

function validatePodTerm(term: PodAffinityTerm, path: string): FieldError[] {
  return [
    ...validateLabelSelector(term.labelSelector, `${path}.labelSelector`),
    ...validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`),
    ...(term.namespaces ?? []).flatMap((name) => faultsOf(`${path}.namespace`, name, nameIsDnsLabel(name, false))),
    ...validateLabelKeys(term, path),
    ...(term.topologyKey ? [] : [required(`${path}.topologyKey`, 'can not be empty')]),
    ...checkQualified(`${path}.topologyKey`, term.topologyKey),
  ]
}

/** The keys whose values a pod brings itself: each once, in the list or in the selector. */
export function validateLabelKeys({ matchLabelKeys = [], mismatchLabelKeys = [], labelSelector }: Pick<PodAffinityTerm, 'matchLabelKeys' | 'mismatchLabelKeys' | 'labelSelector'>, path: string): FieldError[] {
  const mismatched = new Set(mismatchLabelKeys)
  return [
    ...checkLabelKeys(`${path}.matchLabelKeys`, matchLabelKeys, labelSelector),
    ...checkLabelKeys(`${path}.mismatchLabelKeys`, mismatchLabelKeys, labelSelector),
    ...repeatedKeys(matchLabelKeys, labelSelector, path),
    ...matchLabelKeys.flatMap((key, at) => (mismatched.has(key) ? [invalid(`${path}.matchLabelKeys[${at}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys')] : [])),
  ]
}

function checkLabelKeys(path: string, keys: readonly string[], selector: LabelSelector | undefined): FieldError[] {
  if (keys.length === 0) return []
  if (!selector) return [forbidden(path, 'must not be specified when labelSelector is not set')]
  return keys.flatMap((key, at) => checkQualified(`${path}[${at}]`, key))
}

/** The strategy has already added one expression for each key; a second one comes from the sender. */
function repeatedKeys(keys: readonly string[], selector: LabelSelector | undefined, path: string): FieldError[] {
  const seen = new Set(Object.keys(selector?.matchLabels ?? {}))
  const places = new Map(keys.map((key, at): [string, number] => [key, at]).reverse())
  return (selector?.matchExpressions ?? []).flatMap(({ key }) => {
    const at = places.get(key)
    const repeated = at !== undefined && seen.has(key)
    seen.add(key)
    return repeated ? [invalid(`${path}[${at}]`, key, 'exists in both matchLabelKeys and labelSelector')] : []
  })
}
