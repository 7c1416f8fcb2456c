import { addAll } from '../kernel/add-all.ts'
import { sealedList } from '../kernel/sealed-list.ts'
import { forbidden, invalid, notSupported, required, tooLong, type FieldError } from './field-errors.ts'
import { byteLength, isPrintable } from './go-text.ts'

/** Checks one text and says, in Kubernetes' words, what is wrong with it; an empty list means nothing is. */
export type TextCheck = (text: string) => readonly string[]

/** Checks a name, or the prefix of a name that will be generated. */
export type NameCheck = (name: string, isPrefix: boolean) => readonly string[]

/** No faults. What all these patterns take is ASCII, so that its length is its number of bytes. */
const sound: readonly string[] = sealedList([])

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain1123 = `${label1123}(\\.${label1123})*`
const underscored = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const subdomainWithUnderscore = `${underscored}(\\.${underscored})*`
const wildcardSubdomain = `\\*\\.${subdomain1123}`
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValue = `(${qualifiedName})?`
const headerName = '[-A-Za-z0-9]+'
const envVarName = '[-._a-zA-Z][-._a-zA-Z0-9]*'
const configMapKey = '[-._a-zA-Z0-9]+'
const percent = '[0-9]+%'
const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"

const label1123Message = fault(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  label1123, 'my-name', '123-abc',
)
const subdomainMessage = fault(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  subdomain1123, 'example.com',
)
const qualifiedNameMessage = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

const isLabel1123 = whole(label1123)
const isSubdomain1123 = whole(subdomain1123)
const isQualifiedNamePart = whole(qualifiedName)

/** The name of most things inside a namespace: `my-name`, at most 63 characters. */
export function checkDns1123Label(text: string): readonly string[] {
  if (text.length <= 63 && isLabel1123.test(text)) return sound
  const faults = atMost(text, 63, 'characters')
  if (isLabel1123.test(text)) return faults
  // A subdomain is nearly right: only its dots are in the way, and that is said instead.
  return [...faults, isSubdomain1123.test(text) ? 'must not contain dots' : label1123Message]
}

/** Labels joined by dots, at most 253 characters: `example.com`. */
export function checkDns1123Subdomain(text: string): readonly string[] {
  if (text.length <= 253 && isSubdomain1123.test(text)) return sound
  return [...atMost(text, 253, 'characters'), ...unless(isSubdomain1123.test(text), subdomainMessage)]
}

/** A subdomain that may hold underscores, as the names of search domains do. */
export const checkDns1123SubdomainWithUnderscore: TextCheck = check(
  subdomainWithUnderscore,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  ['example.com'], 253,
)

/** `*.example.com`: the host of an ingress or a certificate. */
export const checkWildcardDns1123Subdomain: TextCheck = check(
  wildcardSubdomain,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters,"
    + " '-' or '.' and end with an alphanumeric character",
  ['*.example.com'], 253,
)

/** A label that starts with a letter: the name of a Service before its relaxation, still that of a container port's variable. */
export const checkDns1035Label: TextCheck = check(
  label1035,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  ['my-name', 'abc-123'], 63,
)

/** The key of a label, an annotation or a finalizer: `name` or `prefix/name`. */
export function checkQualifiedName(text: string): readonly string[] {
  if (text.length <= 63 && isQualifiedNamePart.test(text)) return sound
  const parts = text.split('/')
  if (parts.length > 2) {
    const key = fault(`a valid label key ${qualifiedNameMessage}`, qualifiedName, 'MyName', 'my.name', '123-abc')
    return [`${key} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const name = parts[parts.length - 1] ?? ''
  const faults = parts.length === 2 ? [...prefixFaults(parts[0] ?? '')] : []
  if (name === '') faults.push('name part must be non-empty')
  else addAll(faults, atMost(name, 63, 'bytes').map((message) => `name part ${message}`))
  if (!isQualifiedNamePart.test(name)) faults.push(fault(`name part ${qualifiedNameMessage}`, qualifiedName, 'MyName', 'my.name', '123-abc'))
  return faults
}

function prefixFaults(prefix: string): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty']
  return [...atMost(prefix, 253, 'bytes'), ...unless(isSubdomain1123.test(prefix), subdomainMessage)].map((message) => `prefix part ${message}`)
}

/** The value of a label: empty, or like a name, at most 63 bytes. */
export const checkLabelValue: TextCheck = check(
  labelValue,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ['MyValue', 'my_value', '12345'], 63, 'bytes',
)

/** The name of an environment variable as ConfigMaps and Secrets are spread into them. */
export function checkEnvVarName(text: string): readonly string[] {
  const message = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit"
  return [...unless(whole(envVarName).test(text), fault(message, envVarName, 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1')), ...directoryFaults(text)]
}

/** The name of an environment variable in a container: printable ASCII without `=`. */
export function checkRelaxedEnvVarName(text: string): readonly string[] {
  const faults = unless(text !== '', 'environment variable name must be non-empty')
  const message = "a valid environment variable name must consist only of printable ASCII characters other than '='"
  return [...faults, ...unless(/^[ -<>-~]*$/.test(text), message)]
}

/** A key of a ConfigMap or a Secret: it becomes a file's name. */
export function checkConfigMapKey(text: string): readonly string[] {
  const message = fault("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", configMapKey, 'key.name', 'KEY_NAME', 'key-name')
  return [...atMost(text, 253, 'characters'), ...unless(whole(configMapKey).test(text), message), ...directoryFaults(text)]
}

/** The name of a header of an HTTP probe. */
export const checkHttpHeaderName: TextCheck = check(headerName, "a valid HTTP header must consist of alphanumeric characters or '-'", ['X-Header-Name'])

/** `25%`. */
export const checkPercent: TextCheck = check(percent, "a valid percent string must be a numeric string followed by an ending '%'", ['1%', '93%'])

/** The name of a container's or a service's port that others refer to: at most 15 characters with a letter among them. */
export function checkPortName(text: string): readonly string[] {
  return [
    ...atMost(text, 15, 'characters'),
    ...unless(whole('[-a-z0-9]+').test(text), 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'),
    ...unless(/[a-z]/.test(text), 'must contain at least one letter (a-z)'),
    ...unless(!text.includes('--'), 'must not contain consecutive hyphens'),
    ...unless(!text.startsWith('-') && !text.endsWith('-'), 'must not begin or end with a hyphen'),
  ]
}

export function checkPortNumber(port: number): readonly string[] {
  return checkRange(port, 1, 65_535)
}

/** A user or group id. */
export function checkUserOrGroupId(id: number): readonly string[] {
  return checkRange(id, 0, 2_147_483_647)
}

export function checkRange(value: number, low: number, high: number): readonly string[] {
  return unless(value >= low && value <= high, `must be between ${low} and ${high}, inclusive`)
}

/** The name check of most kinds. */
export function nameIsDnsSubdomain(name: string, isPrefix: boolean): readonly string[] {
  return checkDns1123Subdomain(isPrefix ? maskTrailingDash(name) : name)
}

/** The name check of namespaces, services and whatever becomes one part of a host name. */
export function nameIsDnsLabel(name: string, isPrefix: boolean): readonly string[] {
  return checkDns1123Label(isPrefix ? maskTrailingDash(name) : name)
}

/** The name check of services before 1.34 and of a few other kinds. */
export function nameIsDns1035Label(name: string, isPrefix: boolean): readonly string[] {
  return checkDns1035Label(isPrefix ? maskTrailingDash(name) : name)
}

/** The names of RBAC objects: whatever can stand in a path. */
export function nameIsPathSegment(name: string, isPrefix: boolean): readonly string[] {
  if (!isPrefix && (name === '.' || name === '..')) return [`may not be '${name}'`]
  if (!name.includes('/') && !name.includes('%')) return sound
  return ['/', '%'].filter((character) => name.includes(character)).map((character) => `may not contain '${character}'`)
}

/** A host name with at least `segments` parts; upstream asks for two of a domain (a final dot is fine) and three of a name. */
export function checkFullyQualified(field: string, text: string, kind: 'domain' | 'name'): FieldError[] {
  if (text === '') return [required(field, '')]
  const name = kind === 'domain' && text.endsWith('.') ? text.slice(0, -1) : text
  const faults = checkDns1123Subdomain(name)
  if (faults.length > 0) return faults.map((message) => invalid(field, name, message))
  const segments = name.split('.')
  if (segments.length < (kind === 'domain' ? 2 : 3)) {
    return [invalid(field, name, `should be a domain with at least ${kind === 'domain' ? 'two' : 'three'} segments separated by dots`)]
  }
  if (kind === 'name') return []
  return segments.flatMap((segment) => checkDns1123Label(segment).map((message) => invalid(field, segment, message)))
}

/** `acme.io/foo`, as signer and driver names are. */
export function checkDomainPrefixedKey(field: string, text: string): FieldError[] {
  if (text === '') return [required(field, '')]
  const faults = checkQualifiedName(text)
  if (faults.length > 0) return faults.map((message) => invalid(field, text, message))
  return text.includes('/') ? [] : [invalid(field, text, 'must be a domain-prefixed key (such as "acme.io/foo")')]
}

/** `acme.io/any/path`, as the names of ingress controllers are. */
export function checkDomainPrefixedPath(field: string, text: string): FieldError[] {
  if (text === '') return [required(field, '')]
  const slash = text.indexOf('/')
  const host = text.slice(0, Math.max(slash, 0))
  const path = text.slice(slash + 1)
  if (host === '' || path === '') return [invalid(field, text, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  const pathFaults = unless(whole(httpPath).test(path), `Invalid path (regex used for validation is '${httpPath}')`)
  return [...checkDns1123Subdomain(host).map((message) => invalid(field, host, message)), ...pathFaults.map((message) => invalid(field, path, message))]
}

/** Who writes, as managed fields name it. */
export function checkFieldManager(field: string, manager: string): FieldError[] {
  const errors = byteLength(manager) > 128 ? [tooLong(field, 128)] : []
  let position = 0
  for (const character of manager) {
    if (!isPrintable(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      errors.push(invalid(field, manager, `invalid character U+${code} (at position ${position})`))
    }
    position += byteLength(character)
  }
  return errors
}

/** How unknown fields are to be taken. */
export function checkFieldValidation(field: string, text: string): FieldError[] {
  const allowed = ['', 'Ignore', 'Strict', 'Warn']
  return allowed.includes(text) ? [] : [notSupported(field, text, allowed)]
}

/** The name of a finalizer. */
export function checkFinalizerName(field: string, name: string): FieldError[] {
  return checkQualifiedName(name).map((message) => invalid(field, name, message))
}

/** A value that was set once and stays. Compared as JSON values by the caller's `equal`. */
export function checkImmutable(field: string, value: unknown, equal: boolean): FieldError[] {
  return equal ? [] : [invalid(field, value, 'field is immutable')]
}

/** Finalizers cannot be added to what is being deleted. */
export function checkNoNewFinalizers(field: string, now: readonly string[], before: readonly string[]): FieldError[] {
  const added = [...new Set(now)].filter((finalizer) => !before.includes(finalizer)).sort()
  if (added.length === 0) return []
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ')
  return [forbidden(field, `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`)]
}

function check(pattern: string, message: string, examples: readonly string[], max = Infinity, unit: 'characters' | 'bytes' = 'characters'): TextCheck {
  const expression = whole(pattern)
  const shown = fault(message, pattern, ...examples)
  return (text) => (text.length <= max && expression.test(text) ? sound : [...atMost(text, max, unit), ...unless(expression.test(text), shown)])
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`)
}

function fault(message: string, pattern: string, ...examples: readonly string[]): string {
  return `${message} (e.g. ${examples.map((example) => `'${example}'`).join(',  or ')}, regex used for validation is '${pattern}')`
}

function atMost(text: string, max: number, unit: 'characters' | 'bytes'): readonly string[] {
  return unless(text.length <= max && byteLength(text) <= max, `must be no more than ${max} ${unit}`)
}

function unless(satisfied: boolean, message: string): readonly string[] {
  return satisfied ? sound : [message]
}

/** Names that a path would not take as names. */
function directoryFaults(text: string): readonly string[] {
  if (text === '.') return ["must not be '.'"]
  if (text === '..') return ["must not be '..'"]
  return text.startsWith('..') ? ["must not start with '..'"] : []
}

/** A prefix may end in a dash since characters follow; upstream checks it with its end replaced by a letter. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name
}
