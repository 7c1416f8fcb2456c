import { badRequest, expired, timeout } from '../api/errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { ObjectList, RequestOptions } from '../api/request.ts'
import { apiVersionOf } from '../api/resources.ts'
import { accepted, refused, type Result, type Status } from '../api/status.ts'
import { compacted, type KeyValue, type Revision } from '../etcd/store.ts'
import { decodeContinue, encodeContinue } from './continue-token.ts'
import { prefixOf } from './object-homes.ts'
import type { Selection } from './selection.ts'
import type { Target } from './target.ts'

const expiredToken =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue ' +
  'token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, ' +
  'modified, or deleted between the time the first chunk was returned and now may show up in the list.'

/** GET of a collection: from the present or from a past that is still known, in pages if asked. */
export function list(target: Target, selection: Selection, options: RequestOptions): Result<ObjectList> {
  const { core, definition } = target
  const start = startOf(target, options)
  if (!start.ok) return start
  const { revision, from, inconsistent } = start.value
  const prefix = listPrefix(target)
  const limit = servedFromCache(options) ? 0 : options.limit ?? 0
  // Without a selector a page needs its own objects and one more, which tells that there is another page.
  const found = (options.continue || revision < core.store.revision ? undefined : indexed(target, selection, prefix, limit))
    ?? core.store.range(prefix, { from, revision, ...(limit > 0 && selection.everything && { limit: limit + 1 }) })
  if (found === compacted) return refused(options.continue ? expiredContinue(from.slice(prefix.length)) : expired('The resourceVersion for the provided list is too old.'))
  const page = pageOf(found, selection, limit)
  const kind = `${definition.kind}List`
  const resourceVersion = String(inconsistent ? core.store.revision : revision)
  const next = nextToken(prefix, page, found, revision)
  // With a selector nobody knows how many of the rest will match.
  const rest = next && selection.everything ? { remainingItemCount: core.store.count(prefix, from, revision) - page.seen } : {}
  const metadata = { resourceVersion, ...(next && { continue: next }), ...rest }
  return accepted({ kind, apiVersion: apiVersionOf(definition), metadata, items: page.items })
}

/**
 * What lies in etcd that a list by name or by node is about: a thousand kubelets that list their own machine and its pods need not look at everything each
 * (SelectionPredicate.MatchesSingle and the storage's indexers). Pages are made of all there is.
 */
function indexed({ core, definition, namespace }: Target, { index }: Selection, prefix: string, limit: number): readonly KeyValue<KubernetesObject>[] | undefined {
  if (index?.field === 'spec.nodeName') return limit > 0 ? undefined : core.podsByNode.keysOf(index.value, prefix).flatMap((key) => core.store.get(key) ?? [])
  if (index?.field !== 'metadata.name' || (definition.namespaced && namespace === undefined)) return undefined
  const found = core.homes.get(definition, namespace, index.value)
  return found ? [found] : []
}

interface Page {
  readonly items: readonly KubernetesObject[]
  /** How many keys were looked at: the next page starts after them. */
  readonly seen: number
}

function pageOf(found: readonly KeyValue<KubernetesObject>[], selection: Selection, limit: number): Page {
  const items: KubernetesObject[] = []
  let seen = 0
  for (const { value } of found) {
    if (limit > 0 && items.length === limit) break
    seen += 1
    if (value !== undefined && (selection.everything || selection.matches(value))) items.push(value)
  }
  return { items, seen }
}

function nextToken(prefix: string, { seen }: Page, found: readonly KeyValue<KubernetesObject>[], revision: Revision): string | undefined {
  const last = found[seen - 1]
  return found[seen] && last && encodeContinue(revision, `${last.key.slice(prefix.length)}\0`)
}

interface Start {
  readonly revision: Revision
  readonly from: string
  readonly inconsistent: boolean
}

/** Below it lies in etcd what a list shows. */
function listPrefix({ definition, namespace }: Target): string {
  return namespace === undefined ? prefixOf(definition) : `${prefixOf(definition)}${namespace}/`
}

function startOf(target: Target, options: RequestOptions): Result<Start> {
  const { core } = target
  const prefix = listPrefix(target)
  const now = core.store.revision
  if (options.continue) {
    const token = decodeContinue(options.continue)
    if (!token.ok) return refused(badRequest(`invalid continue token: ${token.error}`))
    if (options.resourceVersion && options.resourceVersion !== '0') return refused(badRequest('specifying resource version is not allowed when using continue'))
    const { revision, start } = token.value
    return accepted({ revision: revision < 0 ? now : revision, from: prefix + start, inconsistent: revision < 0 })
  }
  const asked = options.resourceVersion ?? ''
  const parsed = parseVersion(asked)
  if (!parsed.ok) return parsed
  const version = parsed.value
  if (version > now) return refused(tooLarge(version, now))
  // Before resourceVersionMatch there was a rule that a limit makes a version exact; it still holds.
  const exact = options.resourceVersionMatch === 'Exact' || (!options.resourceVersionMatch && version > 0 && (options.limit ?? 0) > 0)
  return accepted({ revision: exact ? version : now, from: prefix, inconsistent: false })
}

/** Version "0" is answered from the server's cache, which has no pages. */
function servedFromCache({ resourceVersion, continue: token }: RequestOptions): boolean {
  return resourceVersion === '0' && !token
}

/** A resource version as a number; 0 for none. */
export function parseVersion(text: string): Result<Revision> {
  if (text === '') return accepted(0)
  if (/^\d{1,15}$/.test(text)) return accepted(Number(text))
  const problem = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`
  return refused(badRequest(`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: ${problem}`))
}

/** 504: the version asked for has not been written yet, and did not come while the server waited. */
export function tooLarge(version: Revision, now: Revision): Status {
  const status = timeout(`Too large resource version: ${version}, current: ${now}`, 1)
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]
  return { ...status, details: { causes, retryAfterSeconds: 1 } }
}

function expiredContinue(start: string): Status {
  return { ...expired(expiredToken), metadata: { continue: encodeContinue(-1, start) } }
}
