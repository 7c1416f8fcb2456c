/** What is known of an object by name. */
export interface Named {
  readonly metadata: { readonly namespace?: string; readonly name: string }
}

/** Few are kept in arrays of just their length; more grow with room to spare. */
const few = 16
const some = 256

/** Objects in the order of their keys, kept so while they come and go. Arrays that were handed out never change. */
export class SortedBucket<T extends Named> {
  private objects: T[] = []
  private handedOut = false

  get size(): number {
    return this.objects.length
  }

  get list(): readonly T[] {
    this.handedOut = true
    return this.objects
  }

  /** `old`: what is here under the same key, if the caller knows it. */
  put(object: T, old?: T): void {
    const { objects } = this
    const { length } = objects
    // Where few are, looking for the old one itself is quicker than comparing names.
    const replaced = old !== undefined && length <= some ? objects.indexOf(old) : -1
    if (replaced >= 0) return this.replace(replaced, object)
    const at = length === 0 || compareKeys(objects[length - 1]!, object) < 0 ? length : this.indexOf(object)
    if (at < length && compareKeys(objects[at]!, object) === 0) this.replace(at, object)
    else if (length < few) {
      this.objects = objects.toSpliced(at, 0, object)
      this.handedOut = false
    } else {
      this.makeOwn()
      if (at === length) this.objects.push(object)
      else this.objects.splice(at, 0, object)
    }
  }

  private replace(at: number, object: T): void {
    this.makeOwn()
    this.objects[at] = object
  }

  /** Takes out what has the key of this object. */
  remove(object: T): void {
    const at = this.indexOf(object)
    const found = this.objects[at]
    if (!found || compareKeys(found, object) !== 0) return
    if (this.objects.length <= few) {
      this.objects = this.objects.toSpliced(at, 1)
      this.handedOut = false
      return
    }
    this.makeOwn()
    this.objects.splice(at, 1)
  }

  private makeOwn(): void {
    if (!this.handedOut) return
    this.objects = this.objects.slice()
    this.handedOut = false
  }

  private indexOf(object: T): number {
    let low = 0
    let high = this.objects.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareKeys(this.objects[middle]!, object) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** By namespace/name as one text, without making that text: most objects met are of one namespace. */
function compareKeys({ metadata: a }: Named, { metadata: b }: Named): number {
  if (a.namespace !== b.namespace) return compareNamespaces(a.namespace ?? '', b.namespace ?? '')
  return a.name === b.name ? 0 : a.name < b.name ? -1 : 1
}

/** What is in one namespace goes before what is in another when its keys do: `a-b/x` before `a/x`. */
export function compareNamespaces(a: string, b: string): number {
  return `${a}/` < `${b}/` ? -1 : 1
}
