import type { ObjectKey } from '../api/objects.ts'

/** Objects in the order of their keys, kept so while they come and go. Arrays that were handed out never change. */
export class SortedBucket<T> {
  private keys: ObjectKey[] = []
  private objects: T[] = []
  private handedOut = false

  get size(): number {
    return this.keys.length
  }

  get list(): readonly T[] {
    this.handedOut = true
    return this.objects
  }

  put(key: ObjectKey, object: T): void {
    this.makeOwn()
    const { keys, objects } = this
    if (keys.length === 0 || keys[keys.length - 1]! < key) {
      keys.push(key)
      objects.push(object)
      return
    }
    const at = this.indexOf(key)
    if (keys[at] === key) objects[at] = object
    else {
      keys.splice(at, 0, key)
      objects.splice(at, 0, object)
    }
  }

  remove(key: ObjectKey): void {
    const at = this.indexOf(key)
    if (this.keys[at] !== key) return
    this.makeOwn()
    this.keys.splice(at, 1)
    this.objects.splice(at, 1)
  }

  private makeOwn(): void {
    if (!this.handedOut) return
    this.objects = this.objects.slice()
    this.handedOut = false
  }

  private indexOf(key: ObjectKey): number {
    let low = 0
    let high = this.keys.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
