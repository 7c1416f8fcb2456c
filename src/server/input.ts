import { parseDuration } from '../sim/api/duration.ts'
import type { ObjectKey } from '../sim/api/objects.ts'
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

/** A thing by its kind and name, as a person writes it. */
export interface Target {
  readonly definition: ResourceDefinition
  /** The keys it may have, the likelier first: in `kube-root-ca.crt` the dot belongs to the name, in `web.shop` it ends it. */
  readonly keys: readonly [ObjectKey, ...ObjectKey[]]
}

/** `deployment/web.shop` → deployments, `shop/web`. */
export function parseTarget(text: string, namespace: string, where: string): Target {
  const slash = text.indexOf('/')
  if (slash < 1 || slash === text.length - 1) throw new InputError(`${where}: "${text}" is not KIND/NAME`)
  const kind = text.slice(0, slash)
  const name = text.slice(slash + 1)
  const definition = findByAnyName(kind)
  if (!definition) throw new InputError(`${where}: the server doesn't have a resource type "${kind}"`)
  if (name.includes('/')) throw new InputError(`${where}: "${text}" is not KIND/NAME`)
  return { definition, keys: definition.namespaced ? keysOf(name, namespace) : [name] }
}

function keysOf(text: string, namespace: string): [ObjectKey, ...ObjectKey[]] {
  const dot = text.lastIndexOf('.')
  const whole = `${namespace}/${text}`
  return dot > 0 && dot < text.length - 1 ? [`${text.slice(dot + 1)}/${text.slice(0, dot)}`, whole] : [whole]
}
