import { badRequest, methodNotAllowed, notFound, unexplained } from '../api/errors.ts'
import type { ApiRequest, RequestOptions } from '../api/request.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { readObject } from './core.ts'
import { create } from './create.ts'
import { remove, removeCollection } from './deletion.ts'
import { list, parseVersion, tooLarge } from './list.ts'
import { patch } from './patch.ts'
import { getScale, patchScale, updateScale } from './scale.ts'
import { selectionOf } from './selection.ts'
import { bind, ephemeralContainers, finalizing, readLog, type LogSource } from './subresources.ts'
import type { Target } from './target.ts'
import { statusOnly, update, wholeObject, type UpdateRules } from './update.ts'

/** Does what a request asks for, once it is known what it is about. */
export function dispatch(target: Target, request: ApiRequest, logs: LogSource | undefined): Result<unknown> {
  const { verb, subresource, body, options = {} } = request
  if (subresource === 'scale') return dispatchScale(target, request)
  if (subresource === 'log') return verb === 'get' ? readLog(target, logs, options) : refused(methodNotAllowed())
  if (subresource === 'binding') return verb === 'create' ? bind(target, body) : refused(methodNotAllowed())
  if (subresource === 'finalize' && verb !== 'update') return refused(methodNotAllowed())
  switch (verb) {
    case 'get':
      return get(target, options)
    case 'list':
      return listSelected(target, options)
    case 'create':
      return subresource ? refused(methodNotAllowed()) : create(target, body)
    case 'update': {
      const rules = rulesOf(target, subresource)
      return rules ? update(target, body, rules) : refused(methodNotAllowed())
    }
    case 'patch': {
      const rules = rulesOf(target, subresource)
      return rules ? patch(target, request.patchType ?? 'strategic', body, rules) : refused(methodNotAllowed())
    }
    case 'delete':
      return subresource ? refused(methodNotAllowed()) : remove(target, body)
    case 'deletecollection':
      return removeCollection(target, listSelected(target, options), body)
    case 'watch':
      return refused(badRequest('a watch needs somebody to tell'))
  }
}

/** The list that a request's selectors describe. */
export function listSelected(target: Target, options: RequestOptions): ReturnType<typeof list> {
  const selection = selectionOf(target.definition, options)
  return selection.ok ? list(target, selection.value, options) : selection
}

function dispatchScale(target: Target, { verb, body, patchType = 'merge' }: ApiRequest): Result<unknown> {
  switch (verb) {
    case 'get':
      return getScale(target)
    case 'update':
      return updateScale(target, body)
    case 'patch':
      return patchScale(target, patchType, body)
    default:
      return refused(methodNotAllowed())
  }
}

function rulesOf(target: Target, subresource: string | undefined): UpdateRules | undefined {
  switch (subresource) {
    case undefined:
      return wholeObject(target)
    case 'status':
      return statusOnly(target)
    case 'finalize':
      return finalizing(target)
    case 'ephemeralcontainers':
      return ephemeralContainers(target)
    default:
      return undefined
  }
}

function get({ core, definition, namespace, name }: Target, { resourceVersion = '' }: RequestOptions): Result<unknown> {
  const version = parseVersion(resourceVersion)
  if (!version.ok) {
    const message = version.status.message?.replace('invalid resource version: ', '') ?? ''
    return refused(unexplained(message))
  }
  const now = core.store.revision
  if (version.value > now) return refused(tooLarge(version.value, now))
  const object = readObject(core, definition, namespace, name)
  return object ? accepted(object) : refused(notFound(definition, name))
}
