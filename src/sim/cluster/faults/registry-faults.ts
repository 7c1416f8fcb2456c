import type { Millis } from '../../kernel/agenda.ts'
import type { Registry, RegistryAnswer } from '../../runtime/image-catalogue.ts'
import { parseImageReference, type ImageReference } from '../../runtime/image-reference.ts'
import type { Fault } from './fault.ts'

/** containerd's dial timeout: after so long it gives up a registry that does not answer. */
const dialTimeout: Millis = 30_000
/** How many times slower a slow registry is if nobody says it. */
const usualSlowness = 10

/** A registry as a machine finds it: with the faults of the moment between them. */
export function withRegistryFaults(registry: Registry, faultsNow: () => readonly Fault[], isCutOff: () => boolean): Registry {
  return {
    latency: registry.latency,
    bytesPerSecond: registry.bytesPerSecond,
    resolve(reference) {
      const faults = faultsNow().filter((fault) => isAbout(fault, reference))
      if (isCutOff() || faults.some(({ kind }) => kind === 'registry-unreachable')) return unreachableAnswer(reference)
      if (faults.some(({ kind }) => kind === 'registry-failing')) return failingAnswer(reference)
      const answer = registry.resolve(reference)
      const slow = faults.find((fault) => fault.kind === 'registry-slow')
      return slow && answer.found ? { ...answer, timesSlower: slow.times ?? usualSlowness } : answer
    },
  }
}

/** Whether a fault of registries is about an image: named as manifests name it, with its tag or without, or by its registry's host. */
function isAbout(fault: Fault, { domain, repository, canonical }: ImageReference): boolean {
  if (fault.kind !== 'registry-slow' && fault.kind !== 'registry-failing' && fault.kind !== 'registry-unreachable') return false
  const { image } = fault
  if (image === undefined || image === domain) return true
  const named = parseImageReference(image)
  if ('error' in named) return false
  return /[:@][^/]*$/.test(image) ? named.canonical === canonical : named.repository === repository
}

function unreachableAnswer(reference: ImageReference): RegistryAnswer {
  const { host, url } = manifestOf(reference)
  return { found: false, error: `${failedToResolve(reference)}failed to do request: Head "${url}": dial tcp: ${host}: i/o timeout`, after: dialTimeout }
}

function failingAnswer(reference: ImageReference): RegistryAnswer {
  return { found: false, error: `${failedToResolve(reference)}unexpected status from HEAD request to ${manifestOf(reference).url}: 503 Service Unavailable` }
}

function failedToResolve({ canonical }: ImageReference): string {
  return `failed to pull and unpack image "${canonical}": failed to resolve reference "${canonical}": `
}

function manifestOf({ domain, path, tag, digest }: ImageReference): { readonly host: string; readonly url: string } {
  const host = domain === 'docker.io' ? 'registry-1.docker.io' : domain
  return { host: host.includes(':') ? host : `${host}:443`, url: `https://${host}/v2/${path}/manifests/${digest ?? tag ?? 'latest'}` }
}
