import { addAll } from '../kernel/add-all.ts'
import { forbidden, invalid, notSupported, required, type FieldError } from './field-errors.ts'
import { checkFieldManager, checkFieldValidation } from './names.ts'

/** meta/v1 DeleteOptions, as a body or as query parameters. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly orphanDependents?: boolean
  readonly propagationPolicy?: string
  readonly dryRun?: readonly string[]
  readonly ignoreStoreReadErrorWithClusterBreakingPotential?: boolean
}

/** What create, update and patch take beside the object. */
export interface WriteOptions {
  readonly fieldManager?: string
  readonly fieldValidation?: string
  readonly dryRun?: readonly string[]
  readonly force?: boolean
}

/** The faults of the options of a delete. */
export function validateDeleteOptions(options: DeleteOptions): FieldError[] {
  const errors: FieldError[] = []
  const policy = options.propagationPolicy
  if (policy !== undefined) {
    if (options.orphanDependents !== undefined) errors.push(invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'))
    if (!['Foreground', 'Background', 'Orphan'].includes(policy)) errors.push(notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']))
  }
  addAll(errors, validateDryRun(options.dryRun))
  const ignoring = 'ignoreStoreReadErrorWithClusterBreakingPotential'
  if (options[ignoring] !== true) return errors
  if (options.dryRun?.length) errors.push(invalid(ignoring, true, 'cannot be set together with .dryRun'))
  for (const other of ['propagationPolicy', 'orphanDependents', 'gracePeriodSeconds', 'preconditions'] as const) {
    if (options[other] !== undefined) errors.push(invalid(ignoring, true, `cannot be set together with .${other}`))
  }
  return errors
}

/** The faults of the options of a create or an update. */
export function validateWriteOptions(options: WriteOptions): FieldError[] {
  return [
    ...checkFieldManager('fieldManager', options.fieldManager ?? ''),
    ...validateDryRun(options.dryRun),
    ...checkFieldValidation('fieldValidation', options.fieldValidation ?? ''),
  ]
}

/** The faults of the options of a patch: only server-side apply may be forced, and it must say who applies. */
export function validatePatchOptions(options: WriteOptions, isApply: boolean): FieldError[] {
  const errors: FieldError[] = []
  if (!isApply && options.force !== undefined) errors.push(forbidden('force', 'may not be specified for non-apply patch'))
  if (isApply && !options.fieldManager) errors.push(required('fieldManager', 'is required for apply patch'))
  return [...errors, ...validateWriteOptions(options)]
}

function validateDryRun(dryRun: readonly string[] | undefined): FieldError[] {
  return dryRun?.some((value) => value !== 'All') ? [notSupported('dryRun', dryRun, ['All'])] : []
}
