import * as errors from './errors.ts'
import type { KubernetesObject } from './objects.ts'
import type { RequestOptions } from './request.ts'
import type { ResourceDefinition } from './resources.ts'
import { apiVersionOf, findKind } from './resources.ts'
import { decode } from './schema/decode.ts'
import { fieldOrder, readJsonText } from './schema/json-text.ts'
import type { Result } from './status.ts'
import { refused } from './status.ts'

/** What the server says of unknown and repeated fields: refuses, warns, or says nothing. */
export type FieldValidation = NonNullable<RequestOptions['fieldValidation']>

/**
 * Reads what a stranger sent as an object of this kind: wrong types are refused in Go's words, unknown fields pruned (Strict refuses them, Warn names them),
 * nulls vanish, and the object has the shape that Kubernetes' own types print: `resources: {}`, `status: {}`, keys in Go's order.
 */
export function decodeObject(definition: ResourceDefinition, body: unknown, validation: FieldValidation): Result<KubernetesObject> {
  return decodeSent(definition, body, validation, { text: null, duplicates: [] })
}

/** The same for a body that is still text: what is not JSON is refused in Go's words, and fields that stand twice count as faults of strictness. */
export function decodeText(definition: ResourceDefinition, text: string, validation: FieldValidation): Result<KubernetesObject> {
  const read = readJsonText(text)
  if (read.ok) return decodeSent(definition, read.value, validation, { text, duplicates: read.duplicates })
  const why = `couldn't get version/kind; json parse error: ${read.error}`
  return refused(errors.badRequest(`the object provided is unrecognized (must be of type ${definition.kind}): ${why} (${shown(text)})`))
}

interface Sent {
  readonly text: string | null
  readonly duplicates: readonly string[]
}

function decodeSent(definition: ResourceDefinition, body: unknown, validation: FieldValidation, { text, duplicates }: Sent): Result<KubernetesObject> {
  const head = readHead(definition, body, text ?? '')
  if (!head.ok) return head
  const { value, kind, apiVersion } = head.value
  const decoding = decode(definition.kind, value)
  const start = `${kind} in version ${JSON.stringify(versionOf(apiVersion))} cannot be handled as a ${definition.kind}: `
  if (!decoding.ok) return refused(errors.badRequest(start + decoding.error))
  const strictErrors = strictFaults(decoding.unknownFields, duplicates, text)
  if (validation === 'Strict' && strictErrors.length > 0) return refused(errors.badRequest(`${start}strict decoding error: ${strictErrors.join(', ')}`))
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = decoding.object
  const object = decoding.object['kind'] === definition.kind && decoding.object['apiVersion'] === apiVersion && isStored(decoding.object)
    ? decoding.object
    : { apiVersion: apiVersionOf(definition), kind: definition.kind, metadata, ...rest }
  return { ok: true, value: object as unknown as KubernetesObject, ...(validation === 'Warn' && strictErrors.length > 0 ? { warnings: strictErrors } : {}) }
}

/** Unknown and repeated fields in the order of the text; inside an unknown field nobody looks. */
function strictFaults(unknown: readonly string[], duplicates: readonly string[], text: string | null): readonly string[] {
  const known = duplicates.filter((field) => !unknown.some((path) => field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`)))
  const faults = [...unknown.map((field) => ({ field, fault: `unknown field "${field}"` })), ...known.map((field) => ({ field, fault: `duplicate field "${field}"` }))]
  if (known.length > 0 && text !== null) {
    const order = fieldOrder(text)
    faults.sort((one, other) => (order.get(one.field) ?? 0) - (order.get(other.field) ?? 0))
  }
  return faults.map(({ fault }) => fault)
}

interface Head {
  readonly value: Readonly<Record<string, unknown>>
  readonly kind: string
  readonly apiVersion: string
}

/** The kind that a body claims to be; what it leaves out, the URL tells. */
function readHead(definition: ResourceDefinition, body: unknown, text: string): Result<Head> {
  const unrecognized = (why: string): Result<never> => refused(errors.badRequest(`the object provided is unrecognized (must be of type ${definition.kind}): ${why} (${shown(text || (JSON.stringify(body) ?? ''))})`))
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const type = Array.isArray(body) ? 'array' : typeof body === 'boolean' ? 'bool' : typeof body
    return unrecognized(`couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go value of type ${typeMeta}`)
  }
  const value = body as Readonly<Record<string, unknown>>
  for (const field of ['apiVersion', 'kind']) {
    const given = value[field]
    if (given === undefined || given === null || typeof given === 'string') continue
    const type = Array.isArray(given) ? 'array' : typeof given === 'boolean' ? 'bool' : typeof given
    return unrecognized(`couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go struct field .${field} of type string`)
  }
  const apiVersion = stringOf(value['apiVersion']) || apiVersionOf(definition)
  const kind = stringOf(value['kind']) || definition.kind
  if (apiVersion.split('/').length > 2) return unrecognized(`unexpected GroupVersion string: ${apiVersion}`)
  if (kind !== definition.kind || apiVersion !== apiVersionOf(definition)) return refused(errors.badRequest(otherKind(definition, kind, apiVersion)))
  return { ok: true, value: { value, kind, apiVersion } }
}

const typeMeta = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

function otherKind(definition: ResourceDefinition, kind: string, apiVersion: string): string {
  const start = `${kind} in version ${JSON.stringify(versionOf(apiVersion))} cannot be handled as a ${definition.kind}: `
  const other = findKind(apiVersion, kind)
  if (!other) return `${start}no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`
  return `${start}converting (v1.${other.kind}) to (${internalPackage(definition.group)}.${definition.kind}): unknown conversion`
}

/** The package of the internal types: `core`, `apps`, `discovery`. */
function internalPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group)
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1)
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The start of the body, as the message quotes it; what does not look like an object comes as hexadecimal digits. */
function shown(text: string): string {
  if (text === '') return '<empty>'
  if (text.startsWith('{')) return text.length > 30 ? `${text.slice(0, 30)} ...` : text
  const hex = Array.from({ length: Math.min(text.length, 30) }, (_, at) => text.charCodeAt(at).toString(16).padStart(2, '0')).join('')
  return text.length > 30 ? `${hex} ...` : hex
}

/** Unchanged by decoding: the very object that is stored already, with its own keys in place. */
function isStored(object: Readonly<Record<string, unknown>>): boolean {
  return Object.isFrozen(object)
}
