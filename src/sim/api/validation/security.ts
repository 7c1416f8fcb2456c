// Upstream: pkg/apis/core/validation: security contexts, seccomp, AppArmor, sysctls (v1.36).
import type { FieldError } from '../field-errors.ts'
import { duplicate, forbidden, invalid, required, tooLong } from '../field-errors.ts'
import type { AppArmorProfile, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext } from '../generated/types.ts'
import { byteLength } from '../go-text.ts'
import { checkUserOrGroupId } from '../names.ts'
import { checkChoice, checkDescendingPath, checkOptionalChoice, faultsOf } from './checks.ts'
import { containersOf } from './containers-of.ts'
import { internalForm } from './internal-form.ts'
import { validateWindowsOptions } from './windows.ts'

/** What one container may do. */
export function validateSecurityContext(context: SecurityContext | undefined, hostUsers: boolean, path: string): FieldError[] {
  if (!context) return []
  const { runAsUser, runAsGroup, procMount, privileged, capabilities } = context
  const faults = [
    ...checkId(`${path}.runAsUser`, runAsUser),
    ...checkId(`${path}.runAsGroup`, runAsGroup),
    ...checkOptionalChoice(`${path}.procMount`, procMount, ['Default', 'Unmasked']),
    ...(hostUsers && procMount === 'Unmasked' ? [invalid(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`')] : []),
    ...validateSeccomp(context.seccompProfile, `${path}.seccompProfile`),
  ]
  if (context.allowPrivilegeEscalation === false) {
    if (privileged) faults.push(invalid(path, internalForm('SecurityContext', context), 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'))
    for (const capability of capabilities?.add ?? []) {
      if (capability === 'CAP_SYS_ADMIN') faults.push(invalid(path, internalForm('SecurityContext', context), 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'))
    }
  }
  return [...faults, ...validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`), ...validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`)]
}

/** What the pod as a whole may do. */
export function validatePodSecurityContext(spec: PodSpec, path: string): FieldError[] {
  const context: PodSecurityContext | undefined = spec.securityContext
  if (!context) return []
  const sysctls = context.sysctls ?? []
  return [
    ...checkId(`${path}.fsGroup`, context.fsGroup),
    ...checkId(`${path}.runAsUser`, context.runAsUser),
    ...checkId(`${path}.runAsGroup`, context.runAsGroup),
    ...(context.supplementalGroups ?? []).flatMap((group, at) => checkId(`${path}.supplementalGroups[${at}]`, group)),
    ...(spec.shareProcessNamespace && spec.hostPID ? [invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled')] : []),
    ...validateSysctls(sysctls.map(({ name }) => name), spec, `${path}.sysctls`),
    ...checkOptionalChoice(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...validateSeccomp(context.seccompProfile, `${path}.seccompProfile`),
    ...validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`),
    ...validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`),
    ...checkOptionalChoice(`${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']),
    ...checkOptionalChoice(`${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['Recursive']),
  ]
}

function checkId(path: string, id: number | undefined): FieldError[] {
  return id === undefined ? [] : faultsOf(path, id, checkUserOrGroupId(id))
}

const sysctlPattern = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'
const sysctlName = new RegExp(sysctlPattern)

function validateSysctls(names: readonly string[], spec: PodSpec, path: string): FieldError[] {
  const seen = new Set<string>()
  return names.flatMap((name, at) => {
    const here = `${path}[${at}].name`
    const faults: FieldError[] = []
    if (!name) faults.push(required(here, ''))
    else if (name.length > 253 || !sysctlName.test(name)) faults.push(invalid(here, name, `must have at most 253 characters and match regex ${sysctlPattern}`))
    else if (seen.has(name)) faults.push(duplicate(here, name))
    seen.add(name)
    const space = namespaceOf(name)
    if (spec.hostNetwork && space === 'net') faults.push(invalid(here, name, "may not be specified when 'hostNetwork' is true"))
    else if (spec.hostIPC && space === 'ipc') faults.push(invalid(here, name, "may not be specified when 'hostIPC' is true"))
    return faults
  })
}

const ipcSysctls = new Set(['kernel.sem', 'kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced'])

/** Which namespace of the kernel a setting belongs to, if to one of those that pods have of their own. */
function namespaceOf(sysctl: string): 'net' | 'ipc' | null {
  // The first separator tells which of the two spellings it is.
  const dotted = /^[^./]*\//.test(sysctl) ? sysctl.replaceAll(/[./]/g, (separator) => (separator === '/' ? '.' : '/')) : sysctl
  if (dotted.startsWith('net.')) return 'net'
  return ipcSysctls.has(dotted) || dotted.startsWith('fs.mqueue.') || dotted.startsWith('kernel.msg') ? 'ipc' : null
}

const localhostOnly = 'can only be set when seccomp type is Localhost'

function validateSeccomp(profile: SeccompProfile | undefined, path: string): FieldError[] {
  if (!profile) return []
  const { type, localhostProfile } = profile
  const faults = type ? checkChoice(`${path}.type`, type, ['Localhost', 'RuntimeDefault', 'Unconfined']) : [required(`${path}.type`, 'type is required when seccompProfile is set')]
  if (type !== 'Localhost') return localhostProfile === undefined ? faults : [...faults, invalid(`${path}.localhostProfile`, internalForm('Profile', profile), localhostOnly)]
  if (localhostProfile === undefined) return [...faults, required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost')]
  return [...faults, ...checkDescendingPath(`${path}.localhostProfile`, localhostProfile)]
}

export function validateAppArmor(profile: AppArmorProfile | undefined, path: string): FieldError[] {
  if (!profile) return []
  const { type, localhostProfile } = profile
  const here = `${path}.localhostProfile`
  if (!type) return [required(`${path}.type`, 'type is required when appArmorProfile is set')]
  if (type === 'RuntimeDefault' || type === 'Unconfined') {
    return localhostProfile === undefined ? [] : [invalid(here, localhostProfile, 'can only be set when AppArmor type is Localhost')]
  }
  if (type !== 'Localhost') return checkChoice(`${path}.type`, type, ['Localhost', 'RuntimeDefault', 'Unconfined'])
  const missing = required(here, 'must be set when AppArmor type is Localhost')
  if (localhostProfile === undefined) return [missing]
  const faults: FieldError[] = []
  if (localhostProfile !== localhostProfile.trim()) faults.push(invalid(here, localhostProfile, 'must not be padded with whitespace'))
  else if (localhostProfile === '') faults.push(missing)
  if (byteLength(localhostProfile) > 4095) faults.push(tooLong(here, 4095))
  return faults
}

/** A user namespace of its own cannot be had together with one of the host's namespaces. */
export function validateHostUsers(spec: PodSpec, path: string): FieldError[] {
  if (spec.hostUsers !== false) return []
  const why = 'when `hostUsers` is false'
  return [
    ...(spec.hostNetwork ? [forbidden(`${path}.hostNetwork`, why)] : []),
    ...(spec.hostPID ? [forbidden(`${path}.HostPID`, why)] : []),
    ...(spec.hostIPC ? [forbidden(`${path}.HostIPC`, why)] : []),
    ...containersOf(spec, path).flatMap(({ container: { volumeDevices = [] }, path: here }) => (volumeDevices.length > 0 ? [forbidden(`${here}.volumeDevices`, why)] : [])),
  ]
}
