// Upstream: pkg/apis/core/types.go, pkg/apis/apps/types.go (v1.36). Left out: the types that no message prints.

/** One field of an internal type: as Go calls it, as JSON does, and what it is when nobody sets it; or the type of a struct that it holds. */
type Field = readonly [go: string, json: string, zero: unknown, type?: InternalType]

type InternalType = keyof typeof forms

const forms = {
  Taint: [['Key', 'key', ''], ['Value', 'value', ''], ['Effect', 'effect', ''], ['TimeAdded', 'timeAdded', null]],
  ServicePort: [['Name', 'name', ''], ['Protocol', 'protocol', ''], ['AppProtocol', 'appProtocol', null], ['Port', 'port', 0], ['TargetPort', 'targetPort', 0], ['NodePort', 'nodePort', 0]],
  PodResourceClaim: [['Name', 'name', ''], ['ResourceClaimName', 'resourceClaimName', null], ['ResourceClaimTemplateName', 'resourceClaimTemplateName', null]],
  UpdateStrategy: [['Type', 'type', ''], ['RollingUpdate', 'rollingUpdate', null, 'RollingUpdate']],
  RollingUpdate: [['MaxUnavailable', 'maxUnavailable', 0], ['MaxSurge', 'maxSurge', 0]],
  Profile: [['Type', 'type', ''], ['LocalhostProfile', 'localhostProfile', null]],
  Capabilities: [['Add', 'add', null], ['Drop', 'drop', null]],
  SELinuxOptions: [['User', 'user', ''], ['Role', 'role', ''], ['Type', 'type', ''], ['Level', 'level', '']],
  WindowsOptions: [['GMSACredentialSpecName', 'gmsaCredentialSpecName', null], ['GMSACredentialSpec', 'gmsaCredentialSpec', null], ['RunAsUserName', 'runAsUserName', null], ['HostProcess', 'hostProcess', null]],
  SecurityContext: [
    ['Capabilities', 'capabilities', null, 'Capabilities'],
    ['Privileged', 'privileged', null],
    ['SELinuxOptions', 'seLinuxOptions', null, 'SELinuxOptions'],
    ['WindowsOptions', 'windowsOptions', null, 'WindowsOptions'],
    ['RunAsUser', 'runAsUser', null],
    ['RunAsGroup', 'runAsGroup', null],
    ['RunAsNonRoot', 'runAsNonRoot', null],
    ['ReadOnlyRootFilesystem', 'readOnlyRootFilesystem', null],
    ['AllowPrivilegeEscalation', 'allowPrivilegeEscalation', null],
    ['ProcMount', 'procMount', null],
    ['SeccompProfile', 'seccompProfile', null, 'Profile'],
    ['AppArmorProfile', 'appArmorProfile', null, 'Profile'],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly [string, string, unknown, string?])[]>>

/** A value as messages print it that show a whole struct: the API server's own types have no JSON names, so all their fields are there, as Go calls them. */
export function internalForm(type: InternalType, value: object): Readonly<Record<string, unknown>> {
  const fields: readonly Field[] = forms[type]
  return Object.fromEntries(fields.map(([go, json, zero, inner]) => {
    const given = (value as Readonly<Record<string, unknown>>)[json]
    if (given === undefined) return [go, zero]
    return [go, inner && given !== null ? internalForm(inner, given as object) : given]
  }))
}
