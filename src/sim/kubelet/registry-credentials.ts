// Upstream: pkg/credentialprovider/keyring.go, config.go, secrets (v1.36). Left out: the node's own docker configuration, credential provider plugins, service accounts' tokens; what a registry makes of the credentials (all let everybody in).
import type { Secret } from '../api/generated/types.ts'
import { digestOf } from '../runtime/image-catalogue.ts'
import type { PullSecret } from '../runtime/node-disk.ts'
import { decodeBase64 } from './container-environment.ts'

interface KeyringEntry extends PullSecret {
  /** Host, or host and path; labels of the host may be patterns. */
  readonly location: string
}

/** The credentials, of those that these secrets hold, which are for an image of this repository (`docker.io/library/nginx`); best match first. */
export function credentialsFor(repository: string, secrets: readonly Secret[]): readonly PullSecret[] {
  if (secrets.length === 0) return none
  const entries = secrets.flatMap(entriesOf).toSorted((one, other) => (one.location === other.location ? 0 : one.location > other.location ? -1 : 1))
  const matching = entries.filter(({ location }) => matches(location, repository))
  const found = matching.length > 0 || !repository.startsWith('docker.io/') ? matching : entries.filter(({ location }) => location === 'index.docker.io')
  return found.map(({ uid, namespace, name, credentialHash }) => ({ uid, namespace, name, credentialHash }))
}

const none: readonly PullSecret[] = []

function entriesOf({ metadata: { uid, namespace = '', name }, type, data = {} }: Secret): readonly KeyringEntry[] {
  const parsed = type === 'kubernetes.io/dockerconfigjson' ? readJson(data['.dockerconfigjson'])['auths'] : type === 'kubernetes.io/dockercfg' ? readJson(data['.dockercfg']) : {}
  return Object.entries(isRecord(parsed) ? parsed : {}).flatMap(([address, said]) => {
    const location = locationOf(address)
    return isRecord(said) ? [{ uid, namespace, name, location, credentialHash: digestOf(credentialText(said)) }] : []
  })
}

/** User and password, whether they are written apart or as `auth`. */
function credentialText({ username, password, auth }: Readonly<Record<string, unknown>>): string {
  return typeof auth === 'string' && auth !== '' ? decodeBase64(auth) : `${typeof username === 'string' ? username : ''}:${typeof password === 'string' ? password : ''}`
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
function matches(location: string, repository: string): boolean {
  const [pattern, target] = [partsOf(location), partsOf(repository)]
  return pattern.port === target.port && target.path.startsWith(pattern.path) && pattern.labels.length === target.labels.length && pattern.labels.every((label, at) => fits(label, target.labels[at] ?? ''))
}

function partsOf(text: string): { readonly labels: readonly string[]; readonly port: string; readonly path: string } {
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

function readJson(encoded: string | undefined): Readonly<Record<string, unknown>> {
  if (encoded === undefined) return {}
  try {
    const value: unknown = JSON.parse(decodeBase64(encoded))
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
