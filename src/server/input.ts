import { parseDuration } from '../sim/api/duration.ts'
import { findByAnyName, type ResourceDefinition } from '../sim/api/resources.ts'
import type { Millis } from '../sim/kernel/agenda.ts'

/** Bad arguments or input: the command line ends with exit code 2 and this message. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

/** A virtual time, as Go writes durations: 90s, 1h30m, 1.5s; a bare number counts seconds. */
export function parseTime(text: string, where: string): Millis {
  const millis = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text)
  if (millis === null || !Number.isSafeInteger(millis) || millis < 0) throw new InputError(`${where}: "${text}" is not a time like 90s or 1h30m`)
  if (millis > 366 * 86_400_000) throw new InputError(`${where}: "${text}" is more than a year`)
  return millis
}

/** `deployment/web.shop` → the resource and the key `shop/web`. */
export function parseTarget(text: string, namespace: string, where: string): { readonly definition: ResourceDefinition; readonly key: string } {
  const slash = text.indexOf('/')
  if (slash < 1 || slash === text.length - 1) throw new InputError(`${where}: "${text}" is not KIND/NAME`)
  const kind = text.slice(0, slash)
  const definition = findByAnyName(kind)
  if (!definition) throw new InputError(`${where}: the server doesn't have a resource type "${kind}"`)
  if (!definition.namespaced) return { definition, key: text.slice(slash + 1) }
  const { name, namespace: of } = splitName(text.slice(slash + 1), namespace)
  return { definition, key: `${of}/${name}` }
}

/** `web.shop` → the name and the namespace. */
export function splitName(text: string, namespace: string): { readonly name: string; readonly namespace: string } {
  const dot = text.lastIndexOf('.')
  return dot > 0 && dot < text.length - 1 ? { name: text.slice(0, dot), namespace: text.slice(dot + 1) } : { name: text, namespace }
}
