// Upstream: pkg/apis/core/validation: taints and tolerations (v1.36). Left out: the operators Lt and Gt (alpha).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, forbidden, invalid, notSupported, required } from '../field-errors.ts'
import type { Taint, Toleration } from '../generated/types.ts'
import { checkLabelValue } from '../names.ts'
import { checkChoice, checkQualified } from './checks.ts'
import { internalForm } from './internal-form.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

export function validateTolerations(tolerations: readonly Toleration[], path: string): FieldError[] {
  return tolerations.flatMap((toleration, at) => validateToleration(toleration, `${path}[${at}]`))
}

function validateToleration(toleration: Toleration, path: string): FieldError[] {
  const { key, value = '', effect, tolerationSeconds } = toleration
  const operator: string = toleration.operator ?? ''
  const faults = key ? checkQualified(`${path}.key`, key) : []
  if (!key && operator !== 'Exists') faults.push(invalid(`${path}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"'))
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') faults.push(invalid(`${path}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"))
  if (operator === 'Equal' || operator === '') {
    const messages = checkLabelValue(value)
    if (messages.length > 0) faults.push(invalid(`${path}.operator`, value, messages.join(';')))
  } else if (operator !== 'Exists') faults.push(notSupported(`${path}.operator`, operator, operator === 'Lt' || operator === 'Gt' ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists']))
  else if (value) faults.push(invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"))
  return [...faults, ...(effect ? checkChoice(`${path}.effect`, effect, effects) : [])]
}

/** A pod may learn to tolerate more, or for another while, but forget nothing. */
export function validateOnlyAddedTolerations(next: readonly Toleration[], old: readonly Toleration[], path: string): FieldError[] {
  const there = new Set(next.map(withoutSeconds))
  return old.every((toleration) => there.has(withoutSeconds(toleration))) ? validateTolerations(next, path) : [forbidden(path, 'existing toleration can not be modified except its tolerationSeconds')]
}

function withoutSeconds({ key, operator, value, effect }: Toleration): string {
  return JSON.stringify([key ?? '', operator ?? '', value ?? '', effect ?? ''])
}

export function validateTaints(taints: readonly Taint[], path: string): FieldError[] {
  const seen = new Set<string>()
  return taints.flatMap((taint, at) => {
    const here = `${path}[${at}]`
    const faults = checkQualified(`${here}.key`, taint.key)
    const messages = checkLabelValue(taint.value ?? '')
    if (messages.length > 0) faults.push(invalid(`${here}.value`, taint.value, messages.join(';')))
    addAll(faults, taint.effect ? checkChoice(`${here}.effect`, taint.effect, effects) : [required(`${here}.effect`, '')])
    const pair = `${taint.effect} ${taint.key}`
    if (seen.has(pair)) faults.push({ ...duplicate(here, internalForm('Taint', taint)), detail: 'taints must be unique by key and effect pair' })
    seen.add(pair)
    return faults
  })
}
