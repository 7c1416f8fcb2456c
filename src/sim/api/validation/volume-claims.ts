// Upstream: pkg/apis/core/validation ValidatePersistentVolumeClaimTemplate, ValidatePersistentVolumeClaimSpec (v1.36). Left out: data sources.
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, notSupported, required } from '../field-errors.ts'
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate } from '../generated/types.ts'
import { validateAnnotations, validateLabels } from '../metadata.ts'
import { signOf } from '../schema/quantities.ts'
import { checkOptionalChoice, checkSubdomain } from './checks.ts'
import { validateLabelSelector } from './label-selector.ts'

/** The claim that a generic ephemeral volume makes for its pod. */
export function validateClaimTemplate(template: PersistentVolumeClaimTemplate, path: string): FieldError[] {
  const { annotations, labels, ...others } = template.metadata ?? {}
  const faults = [...validateAnnotations(annotations, `${path}.metadata.annotations`), ...validateLabels(labels, `${path}.metadata.labels`)]
  for (const field of Object.keys(others)) faults.push(forbidden(`${path}.metadata.${field}`, 'cannot be set'))
  return [...faults, ...validateClaimSpec(template.spec, `${path}.spec`)]
}

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']

function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: string): FieldError[] {
  const faults: FieldError[] = []
  const modes = spec.accessModes ?? []
  if (modes.length === 0) faults.push(required(`${path}.accessModes`, 'at least 1 access mode is required'))
  addAll(faults, validateLabelSelector(spec.selector, `${path}.selector`))
  for (const mode of modes) if (!accessModes.includes(mode)) faults.push(notSupported(`${path}.accessModes`, mode, accessModes))
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) faults.push(forbidden(`${path}.accessModes`, 'may not use ReadWriteOncePod with other access modes'))
  const storage = spec.resources?.requests?.['storage']
  if (storage === undefined) faults.push(required(`${path}.resources[storage]`, ''))
  else if (signOf(storage) <= 0) faults.push(invalid(`${path}.resources[storage]`, storage, 'must be greater than zero'))
  if (spec.storageClassName) addAll(faults, checkSubdomain(`${path}.storageClassName`, spec.storageClassName))
  addAll(faults, checkOptionalChoice(`${path}.volumeMode`, spec.volumeMode, ['Block', 'Filesystem']))
  return faults
}
