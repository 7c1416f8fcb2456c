interface Blank {
  a?: unknown
  b?: unknown
  c?: unknown
  d?: unknown
  e?: unknown
  f?: unknown
  g?: unknown
  h?: unknown
  i?: unknown
  j?: unknown
  k?: unknown
  l?: unknown
}

/**
 * Makes the empty objects of one struct. They are plain objects, but V8 keeps their fields inside them: those of a `{}` it keeps outside from the fifth
 * on, and from the seventeenth in a hash table of more than a kilobyte. How much room they have it learns from the first few.
 */
export function createBlank(): () => Record<string, unknown> {
  function Blank(this: Blank, never: boolean): void {
    // Never run: engines count these when they guess how many fields there will be.
    if (never) this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = this.i = this.j = this.k = this.l = 0
  }
  Blank.prototype = Object.prototype
  const Constructor = Blank as unknown as new (never: boolean) => Record<string, unknown>
  return () => new Constructor(false)
}
