import { isTooDeep, isTooLarge, mostBytes, tooDeep } from './body-limit.ts'
import * as errors from './errors.ts'
import type { KubernetesObject } from './objects.ts'
import type { RequestOptions } from './request.ts'
import type { ResourceDefinition } from './resources.ts'
import { findKind } from './resources.ts'
import { decode, type Decoding } from './schema/decode.ts'
import { fieldOrder, readJsonText } from './schema/json-text.ts'
import type { Refusal, Result } from './status.ts'
import { accepted, refused } from './status.ts'

/** What a body is to be read as: a resource's kind, or one that only requests have. */
export type BodyKind = Pick<ResourceDefinition, 'group' | 'version' | 'apiVersion' | 'kind'>

/** What the server says of unknown and repeated fields: refuses, warns, or says nothing. */
export type FieldValidation = NonNullable<RequestOptions['fieldValidation']>

/**
 * Reads what a stranger sent as an object of this kind: wrong types are refused in Go's words, unknown fields pruned (Strict refuses them, Warn names them),
 * nulls vanish, and the object has the shape that Kubernetes' own types print: `resources: {}`, `status: {}`, keys in Go's order. It is frozen and shares
 * nothing that its sender could still change. Of what replaces a `stored` object only the parts that are not its parts are read.
 */
export function decodeObject(definition: BodyKind, body: unknown, validation: FieldValidation, stored?: KubernetesObject): Result<KubernetesObject> {
  const faultless = { text: null, duplicates: [] }
  const value = headOf(definition, body)
  if (!value) return isTooLarge(body) ? refused(tooLarge) : isTooDeep(body) ? refused(errors.badRequest(tooDeep)) : headFault(definition, body, '')
  const decoding = decode(definition, value, stored as unknown as Fields | undefined)
  // What is small needs no measuring.
  if (!(decoding.ok && decoding.isSmall) && isTooLarge(body)) return refused(tooLarge)
  return judge(definition, decoding, validation, faultless)
}

/** The same for a body that is still text: what is not JSON is refused in Go's words, and fields that stand twice count as faults of strictness. */
export function decodeText(definition: BodyKind, text: string, validation: FieldValidation): Result<KubernetesObject> {
  const read = readJsonText(text)
  if (!read.ok) return unrecognized(definition, `couldn't get version/kind; json parse error: ${read.error}`, text)
  const value = headOf(definition, read.value)
  if (!value) return headFault(definition, read.value, text)
  return judge(definition, decode(definition, value, undefined), validation, { text, duplicates: read.duplicates })
}

type Fields = Readonly<Record<string, unknown>>

interface Sent {
  readonly text: string | null
  readonly duplicates: readonly string[]
}

const tooLarge = errors.requestEntityTooLarge(`limit is ${mostBytes}`)

function judge(definition: BodyKind, decoding: Decoding, validation: FieldValidation, { text, duplicates }: Sent): Result<KubernetesObject> {
  if (!decoding.ok) return misread(definition, definition, decoding.error)
  const value = decoding.object as unknown as KubernetesObject
  if (validation === 'Ignore' || (decoding.unknownFields.length === 0 && duplicates.length === 0)) return accepted(value)
  const strictErrors = strictFaults(decoding.unknownFields, duplicates, text)
  return validation === 'Strict' ? misread(definition, definition, `strict decoding error: ${strictErrors.join(', ')}`) : { ok: true, value, warnings: strictErrors }
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

/** The body if it is an object of the kind that the URL tells; what it leaves out of apiVersion and kind, the URL tells too. Go reads null as an object that says nothing. */
function headOf(definition: BodyKind, body: unknown): Fields | undefined {
  if (body === null) return {}
  if (typeof body !== 'object' || Array.isArray(body)) return undefined
  const value = body as Fields
  return isSaid(value['apiVersion'], definition.apiVersion) && isSaid(value['kind'], definition.kind) ? value : undefined
}

function isSaid(given: unknown, wanted: string): boolean {
  return given === wanted || given === undefined || given === null || given === ''
}

/** Why a body is not of the kind that the URL tells. */
function headFault(definition: BodyKind, body: unknown, text: string): Refusal {
  const sent = text || (JSON.stringify(body) ?? '')
  const parseError = "couldn't get version/kind; json parse error: json: cannot unmarshal"
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return unrecognized(definition, `${parseError} ${typeName(body)} into Go value of type ${typeMeta}`, sent)
  }
  const value = body as Fields
  for (const field of ['apiVersion', 'kind']) {
    const given = value[field]
    if (given === undefined || given === null || typeof given === 'string') continue
    return unrecognized(definition, `${parseError} ${typeName(given)} into Go struct field .${field} of type string`, sent)
  }
  const apiVersion = stringOf(value['apiVersion']) || definition.apiVersion
  const kind = stringOf(value['kind']) || definition.kind
  if (apiVersion.split('/').length > 2) return unrecognized(definition, `unexpected GroupVersion string: ${apiVersion}`, sent)
  return misread(definition, { kind, version: apiVersion.slice(apiVersion.indexOf('/') + 1) }, otherKind(definition, kind, apiVersion))
}

function unrecognized({ kind }: BodyKind, problem: string, text: string): Refusal {
  return { ...refused(errors.badRequest(`the object provided is unrecognized (must be of type ${kind}): ${problem} (${shown(text)})`)), problem }
}

function misread({ kind }: BodyKind, sent: Pick<BodyKind, 'kind' | 'version'>, problem: string): Refusal {
  return { ...refused(errors.badRequest(`${sent.kind} in version ${JSON.stringify(sent.version)} cannot be handled as a ${kind}: ${problem}`)), problem }
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
}

const typeMeta = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

function otherKind(definition: BodyKind, kind: string, apiVersion: string): string {
  const other = findKind(apiVersion, kind)
  if (!other) return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`
  return `converting (v1.${other.kind}) to (${internalPackage(definition.group)}.${definition.kind}): unknown conversion`
}

/** The package of the internal types: `core`, `apps`, `discovery`. */
function internalPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group)
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
