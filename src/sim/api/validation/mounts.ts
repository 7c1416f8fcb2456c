// Upstream: pkg/apis/core/validation ValidateVolumeMounts, ValidateVolumeDevices (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, notFound, notSupported, required } from '../field-errors.ts'
import type { Container, VolumeMount } from '../generated/types.ts'
import { checkDescendingPath, checkNoBacksteps } from './checks.ts'
import type { Volumes } from './volumes.ts'

/** Where a container mounts which volumes. Faults of sub-paths name the list, not the item: upstream's way. */
export function validateMounts(container: Container, volumes: Volumes, path: string): FieldError[] {
  const devices = container.volumeDevices ?? []
  const paths = new Set<string>()
  return (container.volumeMounts ?? []).flatMap((mount, at) => {
    const here = `${path}[${at}]`
    const { name, mountPath } = mount
    const faults: FieldError[] = []
    if (!name) faults.push(required(`${here}.name`, ''))
    if (!volumes.has(name)) faults.push(notFound(`${here}.name`, name))
    if (!mountPath) faults.push(required(`${here}.mountPath`, ''))
    if (paths.has(mountPath)) faults.push(invalid(`${here}.mountPath`, mountPath, 'must be unique'))
    paths.add(mountPath)
    if (devices.some((device) => device.name === name)) faults.push(invalid(`${here}.name`, name, 'must not already exist in volumeDevices'))
    if (devices.some((device) => device.devicePath === mountPath)) faults.push(invalid(`${here}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'))
    return [...faults, ...validateSubPaths(mount, volumes.get(name)?.image !== undefined, here, path), ...validatePropagation(mount, container, path), ...validateRecursion(mount, path)]
  })
}

function validateSubPaths({ subPath, subPathExpr }: VolumeMount, ofImage: boolean, path: string, listPath: string): FieldError[] {
  const faults: FieldError[] = []
  if (ofImage && subPath) faults.push(invalid(`${path}.subPath`, subPath, 'not allowed in image volume sources'))
  if (ofImage && subPathExpr) faults.push(invalid(`${path}.subPathExpr`, subPathExpr, 'not allowed in image volume sources'))
  if (subPath) addAll(faults, checkDescendingPath(`${listPath}.subPath`, subPath))
  if (!subPathExpr) return faults
  if (subPath) faults.push(invalid(`${path}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'))
  return [...faults, ...checkDescendingPath(`${listPath}.subPathExpr`, subPathExpr)]
}

const propagations = ['Bidirectional', 'HostToContainer', 'None']

function validatePropagation({ mountPropagation }: VolumeMount, container: Container, path: string): FieldError[] {
  if (mountPropagation === undefined) return []
  const here = `${path}.mountPropagation`
  if (!propagations.includes(mountPropagation)) return [notSupported(here, mountPropagation, propagations)]
  if (mountPropagation !== 'Bidirectional' || container.securityContext?.privileged === true) return []
  return [forbidden(here, 'Bidirectional mount propagation is available only to privileged containers')]
}

const recursions = ['Disabled', 'Enabled', 'IfPossible']

function validateRecursion({ recursiveReadOnly, readOnly, mountPropagation }: VolumeMount, path: string): FieldError[] {
  const here = `${path}.recursiveReadOnly`
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return []
  if (!recursions.includes(recursiveReadOnly)) return [notSupported(here, recursiveReadOnly, recursions)]
  const faults: FieldError[] = []
  if (!readOnly) faults.push(forbidden(here, 'may only be specified when readOnly is true'))
  if (mountPropagation !== undefined && mountPropagation !== 'None') faults.push(forbidden(here, 'may only be specified when mountPropagation is None or not specified'))
  return faults
}

/** Which volumes a container gets as raw block devices. */
export function validateDevices(container: Container, volumes: Volumes, path: string): FieldError[] {
  const mounts = container.volumeMounts ?? []
  const names = new Set<string>()
  const paths = new Set<string>()
  return (container.volumeDevices ?? []).flatMap(({ name, devicePath }, at) => {
    const here = `${path}[${at}]`
    const volume = volumes.get(name)
    const faults: FieldError[] = []
    if (!name) faults.push(required(`${here}.name`, ''))
    if (names.has(name)) faults.push(invalid(`${here}.name`, name, 'must be unique'))
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      faults.push(invalid(`${here}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'))
    }
    if (!volume) faults.push(notFound(`${here}.name`, name))
    if (!devicePath) faults.push(required(`${here}.devicePath`, ''))
    if (paths.has(devicePath)) faults.push(invalid(`${here}.devicePath`, devicePath, 'must be unique'))
    if (checkNoBacksteps('', devicePath).length > 0) faults.push(invalid(`${here}.devicePath`, devicePath, "can not contain backsteps ('..')"))
    else paths.add(devicePath)
    if (mounts.some((mount) => mount.name === name)) faults.push(invalid(`${here}.name`, name, 'must not already exist in volumeMounts'))
    if (mounts.some((mount) => mount.mountPath === devicePath)) faults.push(invalid(`${here}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'))
    if (name) names.add(name)
    return faults
  })
}
