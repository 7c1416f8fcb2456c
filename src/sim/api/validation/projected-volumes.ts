// Upstream: pkg/apis/core/validation: key paths, downward API files, projected volumes (v1.36). Left out: pod certificates, the names of cluster trust bundles.
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, required } from '../field-errors.ts'
import type { DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource, VolumeProjection } from '../generated/types.ts'
import { checkMode, checkNonReservedPath, checkRequired } from './checks.ts'
import { validateFieldReference, validateResourceReference } from './downward-api.ts'

/** One key of a ConfigMap or Secret, and the file it becomes. */
export function validateKeyToPath(item: KeyToPath, path: string): FieldError[] {
  return [
    ...checkRequired(`${path}.key`, item.key),
    ...checkRequired(`${path}.path`, item.path),
    ...checkNonReservedPath(`${path}.path`, item.path),
    ...checkMode(`${path}.mode`, item.mode),
  ]
}

const fileFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

/** One file that tells of the pod itself. */
export function validateDownwardAPIFile(file: DownwardAPIVolumeFile, path: string): FieldError[] {
  const faults = [...checkRequired(`${path}.path`, file.path), ...checkNonReservedPath(`${path}.path`, file.path)]
  if (file.fieldRef) {
    addAll(faults, validateFieldReference(file.fieldRef, fileFields, `${path}.fieldRef`))
    if (file.resourceFieldRef) faults.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
  } else if (file.resourceFieldRef) addAll(faults, validateResourceReference(file.resourceFieldRef, `${path}.resourceFieldRef`, true))
  else faults.push(required(path, 'one of fieldRef and resourceFieldRef is required'))
  return [...faults, ...checkMode(`${path}.mode`, file.mode)]
}

/** Several sources in one folder: their files must not collide. */
export function validateProjected(projected: ProjectedVolumeSource, path: string): FieldError[] {
  const faults = checkMode(`${path}.defaultMode`, projected.defaultMode)
  const paths = new Set<string>()
  const claim = (file: string, shown: string): void => {
    if (paths.has(file)) faults.push(invalid(path, shown, 'conflicting duplicate paths'))
    paths.add(file)
  }
  ;(projected.sources ?? []).forEach((source, at) => {
    const here = `${path}.sources[${at}]`
    addAll(faults, validateKeys(source, here, claim), validateRest(source, here, path, claim))
    const kinds = [source.secret, source.configMap, source.downwardAPI, source.serviceAccountToken, source.clusterTrustBundle, source.podCertificate]
    if (kinds.filter((kind) => kind !== undefined).length > 1) faults.push(forbidden(here, 'may not specify more than 1 volume type per source'))
  })
  return faults
}

type Claim = (file: string, shown: string) => void

/** Pushed in upstream's order: the faults of an item before the collisions of the next. */
function validateKeys(source: VolumeProjection, path: string, claim: Claim): FieldError[] {
  const faults: FieldError[] = []
  for (const kind of ['secret', 'configMap'] as const) {
    const projection = source[kind]
    if (!projection) continue
    addAll(faults, checkRequired(`${path}.${kind}.name`, projection.name))
    ;(projection.items ?? []).forEach((item, at) => {
      addAll(faults, validateKeyToPath(item, `${path}.${kind}.items[${at}]`))
      if (item.path) claim(item.path, projection.name ?? '')
    })
  }
  return faults
}

function validateRest(source: VolumeProjection, path: string, volumePath: string, claim: Claim): FieldError[] {
  const faults: FieldError[] = []
  for (const file of source.downwardAPI?.items ?? []) {
    addAll(faults, validateDownwardAPIFile(file, `${path}.downwardAPI`))
    if (file.path) claim(file.path, file.path)
  }
  const token = source.serviceAccountToken
  if (token) {
    const seconds = token.expirationSeconds ?? 0
    const here = `${path}.serviceAccountToken.expirationSeconds`
    if (seconds < 600) faults.push(invalid(here, seconds, 'may not specify a duration less than 10 minutes'))
    if (seconds > 4_294_967_296) faults.push(invalid(here, seconds, 'may not specify a duration larger than 2^32 seconds'))
    addAll(faults, token.path ? checkNonReservedPath(`${volumePath}.path`, token.path) : [required(`${volumePath}.path`, '')])
  }
  const bundle = source.clusterTrustBundle
  if (bundle) {
    const here = `${path}.clusterTrustBundle`
    if (bundle.name !== undefined && bundle.signerName !== undefined) faults.push(invalid(here, bundle, 'only one of name and signerName may be used'))
    else if (bundle.name === undefined && bundle.signerName === undefined) faults.push(required(here, 'either name or signerName must be specified'))
    addAll(faults, checkRequired(`${here}.path`, bundle.path), checkNonReservedPath(`${here}.path`, bundle.path))
    claim(bundle.path, bundle.path)
  }
  return faults
}
