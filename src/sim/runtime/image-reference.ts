// Upstream: github.com/distribution/reference and pkg/util/parsers (v1.36). Left out: digests of other algorithms than sha256 and sha512.

/** An image's name taken apart and made whole: `nginx` is `docker.io/library/nginx:latest`. */
export interface ImageReference {
  readonly domain: string
  readonly path: string
  readonly tag: string | null
  readonly digest: string | null
  /** `docker.io/library/nginx`. */
  readonly repository: string
  /** Repository with tag or digest, as containerd writes it. */
  readonly canonical: string
}

/** What is wrong with a name, in the words of the reference parser. */
export interface InvalidReference {
  readonly error: string
}

const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const domainPattern = new RegExp(`^(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`)
const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const tagPattern = /^\w[\w.-]{0,127}$/
const digestPattern = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/

/** A cluster runs few images, each in many containers: names read lately are remembered. */
const remembered = 512
const known = new Map<string, ImageReference | InvalidReference>()

/** Reads an image's name as ParseNormalizedNamed does. */
export function parseImageReference(text: string): ImageReference | InvalidReference {
  const found = known.get(text)
  if (found) return found
  if (known.size >= remembered) known.clear()
  const read = readReference(text)
  known.set(text, read)
  return read
}

function readReference(text: string): ImageReference | InvalidReference {
  if (/^[a-f0-9]{64}$/.test(text)) return { error: `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings` }
  const { domain, rest } = splitDomain(text)
  const at = rest.indexOf('@')
  const digest = at < 0 ? null : rest.slice(at + 1)
  const named = at < 0 ? rest : rest.slice(0, at)
  const colon = named.indexOf(':')
  const path = colon < 0 ? named : named.slice(0, colon)
  const tag = colon < 0 ? null : named.slice(colon + 1)
  if (path.toLowerCase() !== path) return { error: `invalid reference format: repository name (${path}) must be lowercase` }
  const valid = domainPattern.test(domain) && pathPattern.test(path) && (tag === null || tagPattern.test(tag)) && (digest === null || digestPattern.test(digest))
  if (!valid) return { error: 'invalid reference format' }
  const repository = `${domain}/${path}`
  const name = digest === null ? `${repository}:${tag ?? 'latest'}` : tag === null ? `${repository}@${digest}` : `${repository}:${tag}@${digest}`
  return { domain, path, tag: digest === null ? (tag ?? 'latest') : tag, digest, repository, canonical: name }
}

/** The name under which a node knows an image: canonical, or as written when it cannot be read. */
export function canonicalImage(text: string): string {
  const reference = parseImageReference(text)
  return 'error' in reference ? text : reference.canonical
}

function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/')
  const first = slash < 0 ? '' : text.slice(0, slash)
  const isDomain = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first)
  const domain = isDomain ? (first === 'index.docker.io' ? 'docker.io' : first) : 'docker.io'
  const rest = isDomain ? text.slice(slash + 1) : text
  return { domain, rest: domain === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest }
}
