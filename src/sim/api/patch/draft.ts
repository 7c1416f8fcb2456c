import { isList, isObject, put, valueOf, type JsonObject } from './json-values.ts'

/** A part of a draft that can be changed. */
export type Container = Record<string, unknown> | unknown[]

/** Where a path leads: its last part is a key of this object or list, whether it is there or not. */
export interface Place<C = JsonObject | readonly unknown[]> {
  readonly container: C
  readonly key: string
}

/**
 * A document while operations change it, one after the other. What it was made of stays as it was: an object or list is copied the first time that
 * it is changed, and only then, so that ten thousand changes of a long list do not copy it ten thousand times.
 */
export class Draft {
  private readonly own = new Set<unknown>()
  document: unknown

  constructor(document: unknown) {
    this.document = document
  }

  /** The container that a path's last part is a key of, if all before it are there. */
  find(path: string): Place | null {
    const parts = partsOf(path)
    if (!parts) return null
    let container = this.document
    for (const part of parts.slice(0, -1)) container = child(container, part)
    return isObject(container) || isList(container) ? { container, key: parts.at(-1) ?? '' } : null
  }

  /** The same, to be changed. */
  open(path: string): Place<Container> | null {
    const parts = partsOf(path)
    if (!parts || !this.find(path)) return null
    let container = this.owned(this.document)
    this.document = container
    for (const part of parts.slice(0, -1)) {
      const inner = this.owned(child(container, part))
      if (Array.isArray(container)) container[indexOf(container.length, part) ?? 0] = inner
      else put(container, part, inner)
      container = inner
    }
    return { container, key: parts.at(-1) ?? '' }
  }

  /** Says that a part of the document is to lie in two places: whoever changes it in one of them has to copy it. */
  share(value: unknown): void {
    // What lies in a part that was not changed has not been changed either.
    if (this.own.delete(value)) for (const inner of Object.values(value as object)) this.share(inner)
  }

  private owned(value: unknown): Container {
    if (this.own.has(value)) return value as Container
    const copy = isList(value) ? [...value] : { ...(value as JsonObject) }
    this.own.add(copy)
    return copy
  }
}

/** The index that a part of a path means, negative ones from the end; null when it is none. */
export function indexOf(length: number, part: string): number | null {
  if (!integer.test(part)) return null
  const index = Number(part)
  return index >= 0 ? index : index < -length ? null : index + length
}

/** What Go's `strconv.Atoi` reads as a number, as far as indexes go. */
export const integer = /^[+-]?\d{1,15}$/

function partsOf(path: string): string[] | null {
  const parts = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return parts.length < 2 ? null : parts.slice(1)
}

function child(container: unknown, part: string): unknown {
  if (isObject(container)) return valueOf(container, part)
  if (!isList(container)) return undefined
  const index = indexOf(container.length, part)
  return index === null ? undefined : container[index]
}
