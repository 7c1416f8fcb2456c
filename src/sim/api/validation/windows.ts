// Upstream: pkg/apis/core/validation: pods of Windows, and what those of Linux may not have (v1.36).
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, notSupported, required } from '../field-errors.ts'
import type { PodSpec, WindowsSecurityContextOptions } from '../generated/types.ts'
import { byteLength } from '../go-text.ts'
import { checkSubdomain } from './checks.ts'
import { containersOf } from './containers-of.ts'

/** How a process of Windows runs. */
export function validateWindowsOptions(options: WindowsSecurityContextOptions | undefined, path: string): FieldError[] {
  if (!options) return []
  const { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName } = options
  const faults = gmsaCredentialSpecName === undefined ? [] : checkSubdomain(`${path}.gmsaCredentialSpecName`, gmsaCredentialSpecName)
  if (gmsaCredentialSpec === '') faults.push(invalid(`${path}.gmsaCredentialSpec`, '', 'gmsaCredentialSpec cannot be an empty string'))
  else if (gmsaCredentialSpec !== undefined && byteLength(gmsaCredentialSpec) > 65_536) {
    faults.push(invalid(`${path}.gmsaCredentialSpec`, gmsaCredentialSpec, 'gmsaCredentialSpec size must be under 64 KiB'))
  }
  if (runAsUserName === undefined) return faults
  return [...faults, ...userNameFaults(runAsUserName).map((message) => invalid(`${path}.runAsUserName`, runAsUserName, message))]
}

const netBiosName = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const dnsName = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

function userNameFaults(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string']
  if (/\p{Cc}/u.test(name)) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const user = parts.at(-1) ?? ''
  const domain = parts.length === 2 ? (parts[0] ?? '') : null
  const faults: string[] = []
  if (domain !== null && domain.length >= 256) faults.push("runAsUserName's Domain length must be under 256 characters")
  if (domain !== null && !netBiosName.test(domain) && !dnsName.test(domain)) faults.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
  if (user === '') faults.push("runAsUserName's User cannot be empty")
  else if (user.length > 104) faults.push("runAsUserName's User length must not be longer than 104 characters")
  if (/^[. ]+$/.test(user)) faults.push("runAsUserName's User cannot contain only periods or spaces")
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) faults.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]')
  return faults
}

/** Containers that are processes of the host: all of a pod's or none. */
export function validateHostProcess(spec: PodSpec, path: string): FieldError[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess
  const faults: FieldError[] = []
  const all = containersOf(spec, path)
  let hostProcesses = 0
  for (const { container, path: here } of all) {
    const own = container.securityContext?.windowsOptions?.hostProcess
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      faults.push(invalid(`${here}.securityContext.windowsOptions.hostProcess`, own, `pod hostProcess value must be identical if both are specified, was ${ofPod}`))
    }
    if (own ?? ofPod) hostProcesses += 1
  }
  if (hostProcesses === 0) return faults
  if (hostProcesses !== all.length) faults.push(invalid(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'))
  if (!spec.hostNetwork) faults.push(invalid(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers'))
  return faults
}

/** What a pod that names its operating system may not have. */
export function validateOperatingSystem(spec: PodSpec, path: string): FieldError[] {
  if (!spec.os) return []
  const { name } = spec.os
  if (!name) return [required(`${path}.os.name`, '')]
  if (name === 'linux') return linuxFaults(spec, path)
  return name === 'windows' ? windowsFaults(spec, path) : [notSupported(`${path}.os`, name, ['linux', 'windows'])]
}

function linuxFaults(spec: PodSpec, path: string): FieldError[] {
  const why = 'windows options cannot be set for a linux pod'
  return [
    ...(spec.securityContext?.windowsOptions ? [forbidden(`${path}.securityContext.windowsOptions`, why)] : []),
    ...containersOf(spec, path).flatMap(({ container, path: here }) => (container.securityContext?.windowsOptions ? [forbidden(`${here}.securityContext.windowsOptions`, why)] : [])),
  ]
}

/** In upstream's order; a dot in front: of the pod itself, else of its security context. */
const podFields = [
  'appArmorProfile', 'seLinuxOptions', '.hostUsers', '.hostPID', '.hostIPC', 'seccompProfile', 'fsGroup', 'fsGroupChangePolicy', 'sysctls', '.shareProcessNamespace', 'runAsUser',
  'runAsGroup', 'supplementalGroups', 'supplementalGroupsPolicy', 'seLinuxChangePolicy',
]
const containerFields = [
  'appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged', 'allowPrivilegeEscalation', 'procMount', 'runAsUser', 'runAsGroup',
]

function windowsFaults(spec: PodSpec, path: string): FieldError[] {
  const why = 'cannot be set for a windows pod'
  const context = (spec.securityContext ?? {}) as Readonly<Record<string, unknown>>
  const own = spec as unknown as Readonly<Record<string, unknown>>
  const ofPod = podFields.flatMap((field) => {
    const name = field.startsWith('.') ? field.slice(1) : field
    const value = field.startsWith('.') ? own[name] : context[name]
    return value === undefined || value === false && name !== 'hostUsers' && name !== 'shareProcessNamespace' ? [] : [forbidden(field.startsWith('.') ? `${path}.${name}` : `${path}.securityContext.${name}`, why)]
  })
  const ofContainers = containersOf(spec, path).flatMap(({ container, path: here }) => {
    const given = (container.securityContext ?? {}) as Readonly<Record<string, unknown>>
    return containerFields.filter((field) => given[field] !== undefined).map((field) => forbidden(`${here}.securityContext.${field}`, why))
  })
  return [...ofPod, ...ofContainers]
}
