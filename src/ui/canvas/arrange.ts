import type { Node } from '../../sim/api/generated/types.ts'
import type { ObjectKey } from '../../sim/api/objects.ts'
import type { ClusterView } from '../stores/cluster-view.ts'
import { isControlPlane, zoneOf } from '../stores/node-status.ts'
import { roomyRows, type Rows } from '../stores/rows.ts'

/** A rectangle on the canvas. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where everything of the machines view is. Depends on what there is, never on what it does: nothing jumps. */
export interface Arrangement {
  /** Pods as chips with names, or as squares when there are too many to read. */
  readonly look: 'chips' | 'squares'
  readonly controlPlanes: ReadonlyMap<string, Place>
  readonly zones: ReadonlyMap<string, Place>
  readonly machines: ReadonlyMap<string, Place>
  readonly services: ReadonlyMap<ObjectKey, Place>
  readonly tray: Place
  /** Machines beyond what a canvas can hold; they are in the table. */
  readonly leftOut: number
}

/** More machines than this are seen from afar: with an overview, and with the tools above them. */
export const manyMachines = 8

const cardWidth = 244
const podsTop = 92
const chipPitch = 29
const squarePitch = 16
const squaresAcross = 13
const cardFoot = 30
const gap = 12
const zonePadding = 10
const zoneTitle = 34
const serviceWidth = 196
const servicePitch = 76
const machinesLeft = 236
const controlHeight = 84
const machinesAtMost = 150
/** More pods than this are drawn as squares, and so are the pods of more machines than this: nobody could read names from so far. */
const readable = 150
const readableMachines = 24

/** Pure. Cards stand in a grid by zone, then name. */
export function arrange(view: Pick<ClusterView, 'objects' | 'rows'>): Arrangement {
  const nodes = [...view.objects.nodes.values()].sort((a, b) => compareNames(a.metadata.name, b.metadata.name))
  const controls = nodes.filter(isControlPlane).map((node) => node.metadata.name)
  const workers = nodes.filter((node) => !isControlPlane(node))
  const shown = workers.slice(0, machinesAtMost)
  const { look, cardHeight } = cardsOf(workers, view.rows)
  const zones = new Map<string, string[]>()
  for (const node of shown) zones.set(zoneOf(node), [...(zones.get(zoneOf(node)) ?? []), node.metadata.name])
  const controlTops = topsOf(controls.map((name) => controlHeightFor(view.rows.get(name)?.places.length ?? 0)))
  const machinesTop = controlTops.at(-1) ?? 0
  const { zonePlaces, machines, right, bottom } = placeZones([...zones].map(([zone, names]) => ({ zone, names })), cardHeight, machinesTop)
  const width = Math.max(right, machinesLeft + 3 * cardWidth) - machinesLeft
  return {
    look,
    controlPlanes: new Map(controls.map((name, index) => [name, { x: machinesLeft, y: controlTops[index] ?? 0, width, height: (controlTops[index + 1] ?? 0) - (controlTops[index] ?? 0) - gap }])),
    zones: zonePlaces,
    machines,
    services: placeServices(view, machinesTop),
    tray: { x: machinesLeft, y: bottom + gap + 2, width, height: 52 },
    leftOut: workers.length - shown.length,
  }
}

/** What of a view moves anything when it changes: a pod that comes where there is room does not. */
export function shapeOf({ rows, objects }: Pick<ClusterView, 'objects' | 'rows'>): string {
  const nodes = [...objects.nodes.values()]
  const { look, cardHeight } = cardsOf(nodes.filter((node) => !isControlPlane(node)), rows)
  let shape = `${look}${cardHeight};${[...objects.services].map(([key, { spec }]) => `${key}${spec.type ?? ''}`).join()}`
  for (const node of nodes) shape += `;${node.metadata.name}:${zoneOf(node)}:${isControlPlane(node) ? (rows.get(node.metadata.name)?.places.length ?? 0) : ''}`
  return shape
}

function cardsOf(workers: readonly Node[], rows: ClusterView['rows']): { readonly look: Arrangement['look']; readonly cardHeight: number } {
  let [all, most] = [0, 0]
  for (const { metadata } of workers) {
    const used = rows.get(metadata.name)?.places.length ?? 0
    all += used
    most = Math.max(most, used)
  }
  const look = all > readable || workers.length > readableMachines ? 'squares' : 'chips'
  return { look, cardHeight: heightOf(look, most) }
}

/** A person's pods that run beside the control plane stand in lines of three below its components. */
function controlHeightFor(pods: number): number {
  return controlHeight + (pods === 0 ? 0 : 4 + Math.ceil(pods / 3) * chipPitch)
}

/** Where each begins when they stand one below the other, and where the last one's gap ends. */
function topsOf(heights: readonly number[]): readonly number[] {
  let top = 0
  return [0, ...heights.map((height) => (top += height + gap))]
}

function heightOf(look: Arrangement['look'], rows: number): number {
  if (look === 'chips') return podsTop + Math.max(roomyRows, rows) * chipPitch + cardFoot
  return podsTop + Math.max(3, Math.ceil(rows / squaresAcross)) * squarePitch + cardFoot
}

function placeZones(zones: readonly { readonly zone: string; readonly names: readonly string[] }[], cardHeight: number, top: number) {
  const total = zones.reduce((sum, { names }) => sum + names.length, 0)
  const across = total <= 4 ? total : Math.max(3, Math.round(Math.sqrt((total * cardHeight * 1.7) / cardWidth)))
  const zonePlaces = new Map<string, Place>()
  const machines = new Map<string, Place>()
  let [x, y, lineBottom, right] = [machinesLeft, top, top, machinesLeft]
  for (const { zone, names } of [...zones].sort((a, b) => compareNames(a.zone, b.zone))) {
    const columns = Math.max(1, Math.min(names.length, Math.round((across * names.length) / total)))
    const width = columns * cardWidth + (columns - 1) * gap + 2 * zonePadding
    if (x > machinesLeft && x + width > machinesLeft + (across + 1) * (cardWidth + gap + zonePadding)) [x, y] = [machinesLeft, lineBottom + gap]
    const lines = Math.ceil(names.length / columns)
    const height = zoneTitle + lines * cardHeight + (lines - 1) * (gap + 8) + zonePadding
    zonePlaces.set(zone, { x, y, width, height })
    names.forEach((name, index) => {
      const left = x + zonePadding + (index % columns) * (cardWidth + gap)
      machines.set(name, { x: left, y: y + zoneTitle + Math.floor(index / columns) * (cardHeight + gap + 8), width: cardWidth, height: cardHeight })
    })
    x += width + 8
    right = Math.max(right, x - 8)
    lineBottom = Math.max(lineBottom, y + height)
  }
  return { zonePlaces, machines, right, bottom: lineBottom }
}

function placeServices(view: Pick<ClusterView, 'objects'>, top: number): ReadonlyMap<ObjectKey, Place> {
  // Those that can be reached from outside come first: requests begin there.
  const rank = (key: ObjectKey) => (view.objects.services.get(key)?.spec.type === 'ClusterIP' ? '1' : '0')
  const keys = [...view.objects.services.keys()].filter(isShownService).sort((a, b) => compareNames(rank(a) + a, rank(b) + b))
  const perColumn = 10
  return new Map(keys.map((key, index) => {
    const column = Math.floor(index / perColumn)
    return [key, { x: -column * (serviceWidth + 20), y: top + zoneTitle + (index % perColumn) * servicePitch, width: serviceWidth, height: 58 }]
  }))
}

/** The cluster's own Services would only be noise beside a person's. */
export function isShownService(key: ObjectKey): boolean {
  return !key.startsWith('kube-system/') && key !== 'default/kubernetes'
}

/** Where the left edge of a pod's row is, within its card. */
export function rowOffset(look: Arrangement['look'], row: number): { readonly x: number; readonly y: number } {
  if (look === 'chips') return { x: 12, y: podsTop + row * chipPitch + 12.5 }
  return { x: 12 + (row % squaresAcross) * squarePitch, y: podsTop + Math.floor(row / squaresAcross) * squarePitch + 6 }
}

/** The rows of a card as positions; for the chips themselves. */
export function rowStyle(look: Arrangement['look'], row: number): { readonly left: number; readonly top: number } {
  const { x, y } = rowOffset(look, row)
  return look === 'chips' ? { left: x, top: y - 12.5 } : { left: x, top: y - 6 }
}

/** How high a card is that stands alone, on a phone. */
export function ownHeight(look: Arrangement['look'], rows: Rows | undefined): number {
  const used = rows?.places.length ?? 0
  return look === 'chips' ? podsTop + Math.max(1, used) * chipPitch + cardFoot : heightOf(look, used)
}

/** `worker-2` before `worker-10`. */
function compareNames(a: string, b: string): number {
  const [, stemA = a, numberA = ''] = /^(.*?)(\d*)$/.exec(a) ?? []
  const [, stemB = b, numberB = ''] = /^(.*?)(\d*)$/.exec(b) ?? []
  if (stemA === stemB && numberA !== numberB) return Number(numberA) - Number(numberB)
  return a < b ? -1 : a > b ? 1 : 0
}
