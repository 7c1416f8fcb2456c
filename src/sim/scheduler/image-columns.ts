import type { ContainerImage } from '../api/generated/types.ts'

/** One image: its bytes as the first node said that has it, on how many nodes it is, and on which by their slots. */
export interface ImageColumn {
  readonly bytes: number
  nodes: number
  isOn: Uint8Array
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
    if (!column) this.byName.set(name, (column = { bytes, nodes: 0, isOn: new Uint8Array(16) }))
    if (column.isOn.length <= slot) {
      const longer = new Uint8Array(slot * 2)
      longer.set(column.isOn)
      column.isOn = longer
    }
    if (column.isOn[slot] === 0) column.nodes += 1
    column.isOn[slot] = 1
  }

  private remove(name: string, slot: number): void {
    const column = this.byName.get(name)
    if (!column?.isOn[slot]) return
    column.isOn[slot] = 0
    column.nodes -= 1
    if (column.nodes === 0) this.byName.delete(name)
  }
}
