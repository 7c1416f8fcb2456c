// Upstream: apimachinery/pkg/apis/meta/v1/validation (v1.36). Left out: what an update may keep of selectors that were stored before values were checked.
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, required } from '../field-errors.ts'
import type { LabelSelector, LabelSelectorRequirement } from '../generated/types.ts'
import { validateLabels } from '../metadata.ts'
import { checkLabelValue } from '../names.ts'
import { checkQualified, faultsOf } from './checks.ts'

/** The faults of a selector. */
export function validateLabelSelector(selector: LabelSelector | undefined | null, path: string): FieldError[] {
  if (!selector) return []
  return [
    ...validateLabels(selector.matchLabels, `${path}.matchLabels`),
    ...(selector.matchExpressions ?? []).flatMap((requirement, at) => validateRequirement(requirement, `${path}.matchExpressions[${at}]`)),
  ]
}

function validateRequirement(requirement: LabelSelectorRequirement, path: string): FieldError[] {
  const values = requirement.values ?? []
  const faults: FieldError[] = []
  const operator: string = requirement.operator
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) faults.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) faults.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
  } else faults.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
  addAll(faults, checkQualified(`${path}.key`, requirement.key))
  return [...faults, ...values.flatMap((value, at) => faultsOf(`${path}.values[${at}]`, value, checkLabelValue(value)))]
}
