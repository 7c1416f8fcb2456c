// Upstream: pkg/credentialprovider/keyring.go, config.go, secrets (v1.36). Left out: the node's own docker configuration, credential provider plugins, service accounts' tokens; what a registry makes of the credentials (all let everybody in).
import type { Secret } from '../api/generated/types.ts'
import { jsonKindOf, readJsonText } from '../api/schema/json-text.ts'
import { decodeBytes } from '../api/schema/scalars.ts'
import { digestOf } from '../runtime/image-catalogue.ts'
import type { PullSecret } from '../runtime/node-disk.ts'
import { decodeBase64 } from './container-environment.ts'

interface KeyringEntry extends PullSecret {
  /** Host, or host and path; labels of the host may be patterns. */
  readonly location: string
  readonly parts: ImageParts
}

/** The credentials that a pod has for an image, or why its secrets cannot be read. */
export type PodCredentials = { readonly ok: true; readonly matching: readonly PullSecret[] } | Unreadable

/** In the words of Go's decoders. */
interface Unreadable {
  readonly ok: false
  readonly error: string
}

/** The credentials, of those that these secrets hold, which are for an image of this repository (`docker.io/library/nginx`); best match first. One secret that cannot be read spoils all. */
export function credentialsFor(repository: string, secrets: readonly Secret[]): PodCredentials {
  if (secrets.length === 0) return noCredentials
  const read = [...new Set(secrets)].map(entriesOf)
  const unreadable = read.find((result) => !result.ok)
  if (unreadable) return unreadable
  const entries = read.flatMap((result) => (result.ok ? result.value : []))
  const target = partsOf(repository)
  const matching = entries.filter(({ parts }) => matches(parts, target))
  const found = matching.length > 0 || !repository.startsWith('docker.io/') ? matching : entries.filter(({ location }) => location === 'index.docker.io')
  found.sort((one, other) => (one.location === other.location ? 0 : one.location > other.location ? -1 : 1))
  return { ok: true, matching: found.map(({ uid, namespace, name, credentialHash }) => ({ uid, namespace, name, credentialHash })) }
}

/** Of a pod without secrets, and of an image whose name is none. */
export const noCredentials: PodCredentials = { ok: true, matching: [] }

type Read<T> = { readonly ok: true; readonly value: T } | Unreadable
type Fields = Readonly<Record<string, unknown>>

const packageName = 'credentialprovider'

/** What Secrets hold, which end with it: reading it for each container of each pod would take a while. */
const keyrings = new WeakMap<Secret, Read<readonly KeyringEntry[]>>()

function entriesOf(secret: Secret): Read<readonly KeyringEntry[]> {
  const known = keyrings.get(secret)
  if (known) return known
  const entries = readEntries(secret)
  keyrings.set(secret, entries)
  return entries
}

function readEntries({ metadata: { uid, namespace = '', name }, type, data = {} }: Secret): Read<readonly KeyringEntry[]> {
  const auths = type === 'kubernetes.io/dockerconfigjson' ? authsIn(data['.dockerconfigjson']) : type === 'kubernetes.io/dockercfg' ? readFields(data['.dockercfg'], 'DockerConfig') : nothing
  if (!auths.ok) return auths
  const entries: KeyringEntry[] = []
  for (const [address, said] of Object.entries(auths.value)) {
    const login = loginOf(said)
    if (!login.ok) return login
    const location = locationOf(address)
    entries.push({ uid, namespace, name, location, parts: partsOf(location), credentialHash: digestOf(login.value) })
  }
  return { ok: true, value: entries }
}

const nothing: Read<Fields> = { ok: true, value: {} }

function authsIn(encoded: string | undefined): Read<Fields> {
  const read = readFields(encoded, 'DockerConfigJSON')
  return read.ok ? fieldsOf(read.value['auths'], `Go struct field DockerConfigJSON.auths of type ${packageName}.DockerConfig`) : read
}

function readFields(encoded: string | undefined, type: string): Read<Fields> {
  if (!encoded) return nothing
  const read = readJsonText(decodeBase64(encoded))
  return read.ok ? fieldsOf(read.value, `Go value of type ${packageName}.${type}`) : read
}

/** What is left out, or null, has no fields. */
function fieldsOf(value: unknown, place: string): Read<Fields> {
  if (value === undefined || value === null) return nothing
  return jsonKindOf(value) === 'object' ? { ok: true, value: value as Fields } : { ok: false, error: `json: cannot unmarshal ${jsonKindOf(value)} into ${place}` }
}

/** User and password, whether they are written apart or as `auth`. */
function loginOf(said: unknown): Read<string> {
  const entry = 'dockerConfigEntryWithAuth'
  const read = fieldsOf(said, `Go value of type ${packageName}.${entry}`)
  if (!read.ok) return read
  for (const field of ['username', 'password', 'email', 'auth']) {
    const value = read.value[field] ?? ''
    if (typeof value !== 'string') return { ok: false, error: `json: cannot unmarshal ${jsonKindOf(value)} into Go struct field ${entry}.${field} of type string` }
  }
  // They are texts, or not there.
  const { username = '', password = '', auth } = read.value as Readonly<Record<string, string | undefined>>
  return auth ? decodeLogin(auth) : { ok: true, value: `${username}:${password}` }
}

/** Base64, padded or not. */
function decodeLogin(auth: string): Read<string> {
  const missing = auth.trim().endsWith('=') || auth.length % 4 === 1 ? 0 : (4 - (auth.length % 4)) % 4
  const bytes = decodeBytes(auth + '='.repeat(missing))
  if (!bytes.ok) return bytes
  const login = decodeBase64(auth)
  return login.includes(':') ? { ok: true, value: login } : { ok: false, error: 'unable to parse auth field, must be formatted as base64(username:password)' }
}

/** `https://index.docker.io/v1/` is its host; another path counts. */
function locationOf(address: string): string {
  const bare = address.replace(/^https?:\/\//, '')
  const slash = bare.indexOf('/')
  if (slash < 0) return bare
  const path = bare.slice(slash).replace(/^\/v[12](?=\/)/, '')
  return path === '/' ? bare.slice(0, slash) : bare.slice(0, slash) + path
}

/** Host and port agree, label by label, and the path begins like it. */
function matches(pattern: ImageParts, target: ImageParts): boolean {
  return pattern.port === target.port && target.path.startsWith(pattern.path) && pattern.labels.length === target.labels.length && pattern.labels.every((label, at) => fits(label, target.labels[at] ?? ''))
}

interface ImageParts {
  readonly labels: readonly string[]
  readonly port: string
  readonly path: string
}

function partsOf(text: string): ImageParts {
  const slash = text.indexOf('/')
  const [host = '', port = ''] = (slash < 0 ? text : text.slice(0, slash)).split(':')
  return { labels: host.split('.'), port, path: slash < 0 ? '' : text.slice(slash) }
}

/** `*` is any letters, `?` is one. The pattern is a stranger's: it is gone through once, back to its last star at most, where an expression made of it could take for ever. */
function fits(pattern: string, label: string): boolean {
  let at = 0
  let [star, resume] = [-1, 0]
  for (let letter = 0; letter < label.length; ) {
    if (pattern[at] === '*') {
      star = at
      resume = letter
      at += 1
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === label[letter])) {
      at += 1
      letter += 1
    } else if (star >= 0) {
      resume += 1
      letter = resume
      at = star + 1
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}
