// Upstream: pkg/apis/core/validation validateTopologySpreadConstraints (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, invalid, notSupported, required } from '../field-errors.ts'
import type { TopologySpreadConstraint } from '../generated/types.ts'
import { validateLabelKeys } from './affinity.ts'
import { checkOptionalChoice } from './checks.ts'
import { validateLabelSelector } from './label-selector.ts'

const actions = ['DoNotSchedule', 'ScheduleAnyway']
const policies = ['Honor', 'Ignore']

export function validateSpreadConstraints(constraints: readonly TopologySpreadConstraint[], path: string): FieldError[] {
  const last = new Map(constraints.map(({ topologyKey, whenUnsatisfiable }, at) => [`${whenUnsatisfiable} ${topologyKey}`, at]))
  return constraints.flatMap((constraint, at) => {
    const here = `${path}[${at}]`
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint
    const faults: FieldError[] = []
    if (maxSkew <= 0) faults.push(invalid(`${here}.maxSkew`, maxSkew, 'must be greater than zero'))
    if (!topologyKey) faults.push(required(`${here}.topologyKey`, 'can not be empty'))
    if (!actions.includes(whenUnsatisfiable)) faults.push(notSupported(`${here}.whenUnsatisfiable`, whenUnsatisfiable, actions))
    if (last.get(`${whenUnsatisfiable} ${topologyKey}`) !== at) faults.push(duplicate(`${here}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`))
    if (minDomains !== undefined) addAll(faults, validateMinDomains(minDomains, whenUnsatisfiable, `${here}.minDomains`))
    return [
      ...faults,
      ...checkOptionalChoice(`${here}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy, policies),
      ...checkOptionalChoice(`${here}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy, policies),
      ...validateLabelKeys(constraint, here),
      ...validateLabelSelector(constraint.labelSelector, `${here}.labelSelector`),
    ]
  })
}

function validateMinDomains(minDomains: number, action: string, path: string): FieldError[] {
  const faults: FieldError[] = []
  if (minDomains <= 0) faults.push(invalid(path, minDomains, 'must be greater than zero'))
  if (action !== 'DoNotSchedule') faults.push(invalid(path, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`))
  return faults
}
