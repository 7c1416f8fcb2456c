// Upstream: pkg/apis/core/validation ValidateEnv, ValidateEnvFrom (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { invalid, notFound, required } from '../field-errors.ts'
import type { EnvFromSource, EnvVar, FileKeySelector, PodSpec } from '../generated/types.ts'
import { checkConfigMapKey, checkRelaxedEnvVarName, nameIsDnsSubdomain } from '../names.ts'
import { checkLabel, checkNoBacksteps, checkRequired, faultsOf } from './checks.ts'
import { containersOf } from './containers-of.ts'
import { validateFieldReference, validateResourceReference } from './downward-api.ts'

const fields = [
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
]

export function validateEnvironment(variables: readonly EnvVar[], path: string): FieldError[] {
  return variables.flatMap((variable, at) => {
    const here = `${path}[${at}]`
    const name = variable.name ? faultsOf(`${here}.name`, variable.name, checkRelaxedEnvVarName(variable.name)) : [required(`${here}.name`, '')]
    return [...name, ...validateValueFrom(variable, `${here}.valueFrom`)]
  })
}

function validateValueFrom({ value, valueFrom }: EnvVar, path: string): FieldError[] {
  if (!valueFrom) return []
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom
  const faults = [
    ...(fieldRef ? validateFieldReference(fieldRef, fields, `${path}.fieldRef`) : []),
    ...(resourceFieldRef ? validateResourceReference(resourceFieldRef, `${path}.resourceFieldRef`, false) : []),
    ...(configMapKeyRef ? validateKeySelector(configMapKeyRef, `${path}.configMapKeyRef`) : []),
    ...(secretKeyRef ? validateKeySelector(secretKeyRef, `${path}.secretKeyRef`) : []),
    ...(fileKeyRef ? validateFileKeySelector(fileKeyRef, `${path}.fileKeyRef`) : []),
  ]
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter((source) => source !== undefined).length
  if (sources === 0) faults.push(invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'))
  else if (value) faults.push(invalid(path, '', 'may not be specified when `value` is not empty'))
  else if (sources > 1) faults.push(invalid(path, '', 'may not have more than one field specified at a time'))
  return faults
}

function validateKeySelector({ name = '', key }: { readonly name?: string; readonly key: string }, path: string): FieldError[] {
  return [
    ...faultsOf(`${path}.name`, name, nameIsDnsSubdomain(name, false)),
    ...(key ? faultsOf(`${path}.key`, key, checkConfigMapKey(key)) : [required(`${path}.key`, '')]),
  ]
}

function validateFileKeySelector({ key, volumeName, path: file }: FileKeySelector, path: string): FieldError[] {
  return [
    ...(key ? faultsOf(`${path}.key`, key, checkRelaxedEnvVarName(key)) : [required(`${path}.key`, '')]),
    ...(volumeName ? checkLabel(`${path}.volumeName`, volumeName) : [required(`${path}.volumeName`, '')]),
    ...(file ? checkNoBacksteps(`${path}.path`, file) : [required(`${path}.path`, '')]),
  ]
}

export function validateEnvironmentSources(sources: readonly EnvFromSource[], path: string): FieldError[] {
  return sources.flatMap(({ prefix, configMapRef, secretRef }, at) => {
    const here = `${path}[${at}]`
    const faults = prefix ? faultsOf(`${here}.prefix`, prefix, checkRelaxedEnvVarName(prefix)) : []
    if (configMapRef) addAll(faults, validateReference(configMapRef.name, `${here}.configMapRef.name`))
    if (secretRef) addAll(faults, validateReference(secretRef.name, `${here}.secretRef.name`))
    if (!configMapRef && !secretRef) faults.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'))
    if (configMapRef && secretRef) faults.push(invalid(path, '', 'may not have more than one field specified at a time'))
    return faults
  })
}

function validateReference(name: string | undefined, path: string): FieldError[] {
  return name ? faultsOf(path, name, nameIsDnsSubdomain(name, true)) : checkRequired(path, name)
}

/** A file of variables lies in a volume that lives and dies with the pod. */
export function validateFileKeyVolumes(spec: PodSpec, path: string): FieldError[] {
  // Of volumes with one name the last one counts.
  const volumes = new Map(spec.volumes?.map((volume) => [volume.name, volume]))
  return containersOf(spec, path).flatMap(({ container: { env = [] }, path: here }) => env.flatMap(({ valueFrom }, at) => {
    const name = valueFrom?.fileKeyRef?.volumeName
    if (name === undefined) return []
    const place = `${here}.env[${at}].valueFrom.fileKeyRef.volumeName`
    const volume = volumes.get(name)
    if (!volume) return [notFound(place, name)]
    return volume.emptyDir ? [] : [invalid(place, name, 'referenced volume must be of type emptyDir')]
  }))
}
