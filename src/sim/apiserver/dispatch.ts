import { badRequest, methodNotSupported, notFound } from '../api/errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { ApiRequest } from '../api/request.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { readObject } from './core.ts'
import { create } from './create.ts'
import { remove, type DeleteRequest } from './deletion.ts'
import { list } from './list.ts'
import { selectionOf } from './selection.ts'
import { bind } from './subresources.ts'
import type { Target } from './target.ts'
import { statusOnly, update, wholeObject } from './update.ts'

/** Does what a request asks for, once it is known what it is about. */
export function dispatch(target: Target, request: ApiRequest): Result<unknown> {
  const { verb, subresource, body } = request
  switch (verb) {
    case 'get':
      return get(target)
    case 'list': {
      const selection = selectionOf(request.options)
      return selection.ok ? list(target, selection.value, request.options ?? {}) : selection
    }
    case 'create':
      if (subresource === 'binding') return bind(target, body as object)
      return subresource ? refused(methodNotSupported(target.definition, verb)) : create(target, body as KubernetesObject)
    case 'update':
      if (subresource === 'status') return update(target, body as KubernetesObject, statusOnly(target))
      return subresource ? refused(methodNotSupported(target.definition, verb)) : update(target, body as KubernetesObject, wholeObject(target))
    case 'delete':
      return remove(target, (body ?? {}) as DeleteRequest)
    case 'deletecollection':
    case 'patch':
    case 'watch':
      return refused(badRequest(`${verb} is not built yet`))
  }
}

function get({ core, definition, namespace, name }: Target): Result<unknown> {
  const object = readObject(core, definition, namespace, name)
  return object ? accepted(object) : refused(notFound(definition, name))
}
