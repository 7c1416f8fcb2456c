/** A JSON object whose keys strangers chose: read and write it only through these functions, so that `__proto__` stays data. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** The value of a key; undefined when the object itself does not have it. */
export function valueOf(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** Sets a key of an object that is still being built. */
export function put(object: Record<string, unknown>, key: string, value: unknown): void {
  // Assigning to `__proto__` would change the prototype instead.
  if (key === '__proto__') Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else object[key] = value
}

/** True for equal JSON values, whatever order their keys have. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (isList(one)) return isList(other) && one.length === other.length && one.every((item, at) => sameJson(item, other[at]))
  if (!isObject(one) || !isObject(other)) return false
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]))
}

/** A value as Go's `%v` prints it: `map[a:1 b:[x y]]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (isList(value)) return `[${value.map(goText).join(' ')}]`
  if (!isObject(value)) return String(value)
  return `map[${Object.keys(value).sort().map((key) => `${key}:${goText(value[key])}`).join(' ')}]`
}

/** A value as Go's `%s` prints it, which is meant for texts and says so of all that is none; only in a list or map is nil just nil. */
export function goString(value: unknown, nil = '%!s(<nil>)'): string {
  if (value === null || value === undefined) return nil
  if (typeof value === 'string') return value
  const inner = (item: unknown): string => goString(item, '<nil>')
  if (isList(value)) return `[${value.map(inner).join(' ')}]`
  if (!isObject(value)) return `%!s(${goTypeName(value)}=${String(value)})`
  return `map[${Object.keys(value).sort().map((key) => `${key}:${inner(value[key])}`).join(' ')}]`
}

/** What encoding/json calls a JSON value that does not fit. */
export function jsonType(value: unknown): string {
  return isObject(value) ? 'object' : isList(value) ? 'array' : typeof value === 'boolean' ? 'bool' : value === null ? 'null' : typeof value
}

/** The type that Go's messages name for a decoded JSON value. */
export function goTypeName(value: unknown): string {
  if (value === null || value === undefined) return '%!s(<nil>)'
  if (isList(value)) return '[]interface {}'
  if (isObject(value)) return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
