import type { ContainerImage } from '../api/generated/types.ts'

/** One image: on how many nodes it is, and its bytes there by the slot of the node. */
export interface ImageColumn {
  nodes: number
  bytes: Float64Array
}

const none: readonly ContainerImage[] = []

/** Which images are where. */
export class ImageColumns {
  private readonly byName = new Map<string, ImageColumn>()

  of(name: string): ImageColumn | undefined {
    return this.byName.get(name)
  }

  /** What a node says it has, after what it said before. */
  replace(slot: number, before: readonly ContainerImage[] = none, after: readonly ContainerImage[] = none): void {
    if (before === after) return
    for (const image of before) for (const name of image.names ?? []) this.remove(name, slot)
    for (const image of after) for (const name of image.names ?? []) this.put(name, slot, image.sizeBytes ?? 0)
  }

  private put(name: string, slot: number, bytes: number): void {
    let column = this.byName.get(name)
    if (!column) this.byName.set(name, (column = { nodes: 0, bytes: new Float64Array(16).fill(absent) }))
    if (column.bytes.length <= slot) {
      const longer = new Float64Array(slot * 2).fill(absent)
      longer.set(column.bytes)
      column.bytes = longer
    }
    if (column.bytes[slot] === absent) column.nodes += 1
    column.bytes[slot] = bytes
  }

  private remove(name: string, slot: number): void {
    const column = this.byName.get(name)
    if (!column || slot >= column.bytes.length || column.bytes[slot] === absent) return
    column.bytes[slot] = absent
    column.nodes -= 1
    if (column.nodes === 0) this.byName.delete(name)
  }
}

/** An image may have no size. */
const absent = -1
