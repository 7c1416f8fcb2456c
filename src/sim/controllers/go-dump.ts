import { structOf, typeNamed, type GoField, type GoType } from '../api/schema/go-type.ts'

/** A struct as go-spew prints it, every field of every struct with its type: what upstream takes hashes over (dump.ForHash). */
export function goDump(value: object, struct: string): string {
  return dump(value, typeNamed(struct), false, true)
}

/** Where the Go field is not the JSON name with a capital. */
const goNames: ReadonlyMap<string, string> = new Map(Object.entries({
  uid: 'UID', apiVersion: 'APIVersion', gcePersistentDisk: 'GCEPersistentDisk', pdName: 'PDName', fsType: 'FSType', awsElasticBlockStore: 'AWSElasticBlockStore',
  nfs: 'NFS', iscsi: 'ISCSI', iqn: 'IQN', iscsiInterface: 'ISCSIInterface', chapAuthDiscovery: 'DiscoveryCHAPAuth', chapAuthSession: 'SessionCHAPAuth', rbd: 'RBD',
  cephfs: 'CephFS', fc: 'FC', wwids: 'WWIDs', diskURI: 'DataDiskURI', sslEnabled: 'SSLEnabled', storageos: 'StorageOS', csi: 'CSI', apiGroup: 'APIGroup',
  httpGet: 'HTTPGet', httpHeaders: 'HTTPHeaders', tcpSocket: 'TCPSocket', grpc: 'GRPC', seLinuxOptions: 'SELinuxOptions', tty: 'TTY', dnsPolicy: 'DNSPolicy',
  gmsaCredentialSpecName: 'GMSACredentialSpecName', gmsaCredentialSpec: 'GMSACredentialSpec', serviceAccount: 'DeprecatedServiceAccount', fsGroup: 'FSGroup',
  fsGroupChangePolicy: 'FSGroupChangePolicy', seLinuxChangePolicy: 'SELinuxChangePolicy', ip: 'IP', dnsConfig: 'DNSConfig', os: 'OS',
  'PodTemplateSpec.metadata': 'ObjectMeta', 'PersistentVolumeClaimTemplate.metadata': 'ObjectMeta', 'GlusterfsVolumeSource.endpoints': 'EndpointsName',
  'RBDVolumeSource.monitors': 'CephMonitors', 'RBDVolumeSource.image': 'RBDImage', 'RBDVolumeSource.pool': 'RBDPool', 'RBDVolumeSource.user': 'RadosUser',
}))

/** Structs whose fields `from` … `to` are in Go those of an embedded struct. */
const embedded: ReadonlyMap<string, { readonly name: string; readonly from: string; readonly to: string }> = new Map([
  ['Volume', { name: 'VolumeSource', from: 'hostPath', to: 'image' }],
  ['Probe', { name: 'ProbeHandler', from: 'exec', to: 'grpc' }],
  ['EphemeralContainer', { name: 'EphemeralContainerCommon', from: 'name', to: 'tty' }],
  ...['ConfigMapVolumeSource', 'SecretProjection', 'ConfigMapProjection', 'ConfigMapEnvSource', 'SecretEnvSource', 'ConfigMapKeySelector', 'SecretKeySelector'].map(
    (struct) => [struct, { name: 'LocalObjectReference', from: 'name', to: 'name' }] as const,
  ),
])

function dump(value: unknown, type: GoType, isPointer: boolean, withType: boolean): string {
  const head = withType ? `(${isPointer ? '*' : ''}${type.text})` : ''
  if (value === undefined && isPointer) return `${head}<nil>`
  switch (type.kind) {
    case 'struct':
      return head + dumpStruct(asRecord(value), type.struct ?? '')
    case 'list':
      return head + dumpList(value, elementOf(type))
    case 'map':
      return head + dumpMap(asRecord(value), elementOf(type))
    case 'quantity':
      return head + dumpQuantity(String(value ?? ''))
    case 'intOrString':
      return `${head}{Type:(intstr.Type)${typeof value === 'string' ? 1 : 0} IntVal:(int32)${typeof value === 'number' ? value : 0} StrVal:(string)${typeof value === 'string' ? value : ''}}`
    case 'time':
      // A template carries no time that is set.
      return `${head}{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}`
    case 'bool':
      return head + String(value ?? false)
    case 'int32':
    case 'int64':
      return head + String(value ?? 0)
    default:
      return head + String(value ?? '')
  }
}

function dumpList(value: unknown, element: GoType): string {
  return Array.isArray(value) && value.length > 0 ? `[${value.map((item) => dump(item, element, false, false)).join(' ')}]` : '<nil>'
}

function dumpStruct(value: Readonly<Record<string, unknown>>, name: string): string {
  let text = '{'
  for (const { field, before, after, absent } of printedFields(name)) {
    const inside = value[field.name]
    text += inside === undefined ? absent : before + dump(inside, field.type, field.pointer, true) + after
  }
  return `${text}}`
}

/** A field as the text has it. Most fields of a template are absent: what is said of those is put together once. */
interface PrintedField {
  readonly field: GoField
  readonly before: string
  readonly after: string
  readonly absent: string
}

const printed = new Map<string, readonly PrintedField[]>()

function printedFields(struct: string): readonly PrintedField[] {
  let fields = printed.get(struct)
  if (!fields) {
    const inner = embedded.get(struct)
    fields = structOf(struct).fields.map((field, at) => {
      const opening = field.name === inner?.from ? `${inner.name}:(v1.${inner.name}){` : ''
      const before = `${at > 0 ? ' ' : ''}${opening}${goName(struct, field)}:`
      const after = field.name === inner?.to ? '}' : ''
      return { field, before, after, absent: before + dump(undefined, field.type, field.pointer, true) + after }
    })
    printed.set(struct, fields)
  }
  return fields
}

function goName(struct: string, { name }: GoField): string {
  return goNames.get(`${struct}.${name}`) ?? goNames.get(name) ?? name.charAt(0).toUpperCase() + name.slice(1)
}

function dumpMap(value: Readonly<Record<string, unknown>>, element: GoType): string {
  const keys = Object.keys(value).sort((a, b) => (a < b ? -1 : 1))
  return keys.length === 0 ? '<nil>' : `map[${keys.map((key) => `${key}:${dump(value[key], element, false, false)}`).join(' ')}]`
}

const decimalScale = new Map([['n', -9], ['u', -6], ['m', -3], ['', 0], ['k', 3], ['M', 6], ['G', 9], ['T', 12], ['P', 15], ['E', 18]])
const binaryBits = new Map([['Ki', 10], ['Mi', 20], ['Gi', 30], ['Ti', 40], ['Pi', 50], ['Ei', 60]])

/** resource.Quantity as it is after parsing a canonical text of at most 18 digits; longer ones, which Go keeps as big decimals, are printed alike. */
function dumpQuantity(text: string): string {
  const [, sign = '', whole = '', fraction = '', suffix = ''] = /^([+-]?)(\d*)(?:\.(\d*))?(.*)$/.exec(text) ?? []
  const bits = binaryBits.get(suffix)
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)
  const digits = BigInt((sign === '-' ? '-' : '') + (whole + fraction || '0'))
  const value = bits === undefined ? digits : digits << BigInt(bits)
  const scale = (exponent ? Number(exponent[1]) : (decimalScale.get(suffix) ?? 0)) - fraction.length
  const format = bits !== undefined ? 'BinarySI' : exponent ? 'DecimalExponent' : 'DecimalSI'
  // Go keeps the text only of what it can see to be canonical at a glance.
  const unscaled = whole + fraction
  const isKept = text === '0' || (bits === undefined ? scale % 3 === 0 && !unscaled.endsWith('000') && unscaled[0] !== '0' : digits % 8n !== 0n)
  const amount = `{value:(int64)${value} scale:(resource.Scale)${text === '0' ? 0 : scale}}`
  return `{i:(resource.int64Amount)${amount} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${isKept ? text : ''} Format:(resource.Format)${format}}`
}

function elementOf(type: GoType): GoType {
  return type.element ?? { kind: 'string', text: 'string' }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
