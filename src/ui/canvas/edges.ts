import type { ObjectKey } from '../../sim/api/objects.ts'
import type { ClusterView } from '../stores/cluster-view.ts'
import { hueOf } from '../stores/hues.ts'
import { rowOffset, type Arrangement, type Place } from './arrange.ts'

/** A line from a Service to a pod's chip, or to a card when there are too many to follow. */
export interface Edge {
  readonly id: string
  readonly service: ObjectKey
  /** The pod it ends on; null when it stands for several. */
  readonly pod: ObjectKey | null
  readonly isReady: boolean
  /** How many pods it stands for. */
  readonly count: number
  readonly hue: number
  readonly path: string
  readonly end: Point
}

interface Point {
  readonly x: number
  readonly y: number
}

/** More edges than this are bundled to the card. */
const separateAtMost = 30
/** More bundles than this are not drawn all at once. */
const drawnAtMost = 120
const bundleTop = 22
const bundlePitch = 17
const bundlesAtMost = 7

/** Would all edges together only be a grey ground? Then those of a Service are drawn when it is pointed at. */
export function isTangle(arrangement: Arrangement): boolean {
  return arrangement.look === 'squares' && arrangement.services.size * arrangement.machines.size > drawnAtMost
}

/** Pure: the edges of the machines view, in gutters, with rounded corners. `moved`: cards that a person put elsewhere; `only`: the Services meant, all if absent. */
export function edgesOf(view: Pick<ClusterView, 'endpoints' | 'rows' | 'hues' | 'objects'>, arrangement: Arrangement, moved: ReadonlyMap<string, Point>, only?: readonly ObjectKey[]): readonly Edge[] {
  const placeOf = (id: string, place: Place | undefined): Place | undefined => (place ? { ...place, ...moved.get(id) } : undefined)
  const targets = [...arrangement.services.keys()].flatMap((service, index) => (only && !only.includes(service) ? [] : (view.endpoints.get(service) ?? [])).map((endpoint) => ({ service, index, ...endpoint })))
  const isBundled = targets.length > separateAtMost || arrangement.look === 'squares'
  const edges = new Map<string, Edge>()
  for (const { service, index, pod: key, ready } of targets) {
    const pod = view.objects.pods.get(key)
    const node = pod?.spec.nodeName
    const from = placeOf(`services/${service}`, arrangement.services.get(service))
    const card = node ? placeOf(`nodes/${node}`, arrangement.machines.get(node)) : undefined
    if (!pod || !node || !from || !card) continue
    // A bundle ends on the card, wherever on it the pod is.
    const row = isBundled ? 0 : (view.rows.get(node)?.places.indexOf(pod.metadata.uid) ?? -1)
    if (row < 0) continue
    // Bundles of several Services end below one another, so that their numbers can be read.
    const offset = isBundled ? { x: 0, y: bundleTop + (index % bundlesAtMost) * bundlePitch } : rowOffset(arrangement.look, row)
    const end = { x: card.x + offset.x, y: card.y + offset.y }
    const id = isBundled ? `${service} ${node}` : `${service} ${key}`
    const old = edges.get(id)
    // The way of a bundle is found once, not for each of a thousand pods.
    const path = old?.path ?? route({ x: from.x + from.width, y: from.y + from.height / 2 }, end, card, index)
    edges.set(id, { id, service, pod: isBundled ? null : key, isReady: ready || (old?.isReady ?? false), count: (old?.count ?? 0) + 1, hue: hueOf(view, pod), end, path })
  }
  return [...edges.values()]
}

/** Right from the Service to the gutter; along it to the chip, or first above the cards to the gutter before the right column. */
function route(from: Point, end: Point, card: Place, lane: number): string {
  const shift = (lane % 4) * 3
  const gutter = from.x + 14 + shift
  const before = card.x - 8 + shift / 2
  if (card.x - gutter < 60) return rounded([from, { x: gutter, y: from.y }, { x: gutter, y: end.y }, end])
  const above = card.y - 5 - (lane % 4) * 2.5
  return rounded([from, { x: gutter, y: from.y }, { x: gutter, y: above }, { x: before, y: above }, { x: before, y: end.y }, end])
}

function rounded(points: readonly Point[]): string {
  let path = ''
  points.forEach((point, index) => {
    const previous = points[index - 1]
    const next = points[index + 1]
    if (!previous) path = `M${point.x} ${point.y}`
    else if (!next) path += `L${point.x} ${point.y}`
    else {
      const radius = Math.min(6, distance(previous, point) / 2, distance(point, next) / 2)
      const start = towards(point, previous, radius)
      const end = towards(point, next, radius)
      path += `L${start.x} ${start.y}Q${point.x} ${point.y} ${end.x} ${end.y}`
    }
  })
  return path
}

function distance(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y)
}

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1
  return { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length }
}
