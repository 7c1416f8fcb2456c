import type { Millis } from '../kernel/agenda.ts'
import { flatText } from '../kernel/flat-text.ts'
import { hexOfWords } from '../kernel/hex.ts'
import { parseImageReference, type ImageReference } from './image-reference.ts'

/** How an image behaves when it runs with its own command. */
export type ImageBehaviour =
  | {
      readonly kind: 'server'
      readonly listensAfter: Millis
      /** Ports it listens on whatever the manifest says (EXPOSE). */
      readonly ports: readonly number[]
      /** Paths it answers with 200; absent: all. */
      readonly paths?: readonly string[]
      /** It answers `/redirect?loc=URL` by sending the asker there. */
      readonly redirects?: boolean
      readonly lines: readonly string[]
    }
  /** Runs a command line and ends with it. */
  | { readonly kind: 'command'; readonly argv: readonly string[] }

/** How a process takes SIGTERM; null: not at all, it waits for SIGKILL. */
export type SigtermBehaviour = { readonly after: Millis; readonly exitCode: number } | null

/** One image: what it weighs, how it runs and how it ends. */
export interface ImageEntry {
  /** `docker.io/library/nginx`. */
  readonly repository: string
  readonly sizeBytes: number
  readonly behaviour: ImageBehaviour
  readonly onSigterm: SigtermBehaviour
  /** The signal that stops it (STOPSIGNAL), when it is not SIGTERM: it takes that as `onSigterm` says. */
  readonly stopSignal?: string
  /** Has a shell and the usual small commands, and nothing else: an unknown command does not exist there. */
  readonly bare?: boolean
  /** True: `args` alone replace the command (an image without ENTRYPOINT). */
  readonly argsAreCommand?: boolean
  /** Greatest major version there is; a tag above it does not exist. */
  readonly newestMajor?: number
}

/** All images that are known by name. */
export interface ImageCatalogue {
  find(reference: ImageReference): ImageEntry | undefined
}

export function createImageCatalogue(entries: readonly ImageEntry[]): ImageCatalogue {
  const byRepository = new Map(entries.map((entry) => [entry.repository, entry]))
  return { find: (reference) => byRepository.get(reference.repository) }
}

/** What a registry answers when asked for an image. */
export type RegistryAnswer =
  | { readonly found: true; readonly sizeBytes: number; readonly digest: string; readonly timesSlower?: number }
  /** gRPC code and containerd's text, and after how long it comes (default: the usual latency). */
  | { readonly found: false; readonly error: string; readonly after?: Millis }

/** Where images come from, and how fast. */
export interface Registry {
  resolve(reference: ImageReference): RegistryAnswer
  /** Time until the first byte. */
  readonly latency: Millis
  readonly bytesPerSecond: number
}

/** A tag or name that says of itself that it is not there: what people write to see a failing pull. */
const absent = /(?:^|[^a-z0-9])(?:does-?not-?exist|doesnt-?exist|no-?such|non-?existent|not-?exist(?:ing|s)?|nosuch\w*|missing-image|invalid|not-?found|unknown|wrong|typo)(?:[^a-z0-9]|$)/

/** The registries of the world as far as the catalogue knows them; what it does not know exists, with a size drawn from its name. */
export function createRegistry(catalogue: ImageCatalogue, speed: { latency?: Millis; bytesPerSecond?: number } = {}): Registry {
  return {
    latency: speed.latency ?? 400,
    bytesPerSecond: speed.bytesPerSecond ?? 40_000_000,
    resolve(reference) {
      const prefix = `failed to pull and unpack image "${reference.canonical}": failed to resolve reference "${reference.canonical}": `
      if (/\.(?:invalid|example|test)(?::\d+)?$/.test(reference.domain)) {
        const host = reference.domain.replace(/:\d+$/, '')
        const url = `https://${reference.domain}/v2/${reference.path}/manifests/${reference.tag ?? reference.digest ?? ''}`
        return { found: false, error: `${prefix}failed to do request: Head "${url}": dial tcp: lookup ${host}: no such host` }
      }
      const entry = catalogue.find(reference)
      if (!entry && absent.test(reference.path)) return { found: false, error: `${prefix}${missingRepository(reference)}` }
      if (isAbsentTag(reference.tag, entry)) return { found: false, error: `rpc error: code = NotFound desc = ${prefix}${reference.canonical}: not found` }
      return { found: true, sizeBytes: sizeOf(reference, entry), digest: reference.digest ?? digestOf(reference.canonical) }
    },
  }
}

/** `sha256:` and 64 digits that follow from a name. */
export function digestOf(name: string): string {
  let hex = ''
  for (let part = 0; part < 8; part += 2) hex += hexOfWords(hashText(`${part}${name}`), hashText(`${part + 1}${name}`))
  return flatText(`sha256:${hex}`)
}

const digits = '01234567'

/** 64 hexadecimal digits that follow from a text: eight hashes of it, each with the number of its part behind. */
export function hexText(text: string): string {
  const start = addedTo(0x811c9dc5, text)
  let hex = ''
  for (let part = 0; part < 8; part += 2) hex += hexOfWords(finished(addedTo(start, digits[part]!)), finished(addedTo(start, digits[part + 1]!)))
  return hex
}

/** FNV-1a over a name: sizes and digests follow from it. */
export function hashText(text: string): number {
  return finished(addedTo(0x811c9dc5, text))
}

function addedTo(start: number, text: string): number {
  let hash = start
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

function finished(start: number): number {
  let hash = start
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The catalogue's entry behind a name as a manifest writes it. */
export function entryOf(catalogue: ImageCatalogue, image: string): ImageEntry | undefined {
  const reference = parseImageReference(image)
  return 'error' in reference ? undefined : catalogue.find(reference)
}

function missingRepository(reference: ImageReference): string {
  if (reference.domain !== 'docker.io') return `${reference.canonical}: not found`
  return 'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'
}

function isAbsentTag(tag: string | null, entry: ImageEntry | undefined): boolean {
  if (tag === null) return false
  if (absent.test(tag)) return true
  const version = /^v?(\d+)(?:\.(\d+))?/.exec(tag)
  if (!version || entry?.newestMajor === undefined) return false
  // `nginx:1.161`, the mistyped image of Kubernetes' own rollout example.
  return Number(version[1]) > entry.newestMajor || Number(version[2] ?? 0) > 99
}

/** 20 to 180 MB for an image nobody knows. */
function sizeOf(reference: ImageReference, entry: ImageEntry | undefined): number {
  if (entry) return reference.tag?.includes('alpine') ? Math.floor(entry.sizeBytes / 3) : entry.sizeBytes
  return 20_000_000 + (hashText(reference.repository) % 160_000_000)
}
