import type { PodSpec } from '../../api/generated/types.ts'
import { maxScore, type GroupedScore, type ScorePlugin } from '../framework.ts'
import type { ImageColumn } from '../image-columns.ts'

const megabyte = 1024 * 1024
const minThreshold = 23 * megabyte
const maxContainerThreshold = 1000 * megabyte

/** Draws a pod to nodes that have its images, weighted by how many have them lest one node be flooded. */
export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  weight: 1,

  preScore(pod, { cache }) {
    const { spec } = pod.pod
    const names = imagesOf(spec)
    const { slots } = cache
    const threshold = maxContainerThreshold * ((spec.initContainers?.length ?? 0) + spec.containers.length)
    if (names.length === 1) return byBytes(cache.image(names[0]!) ?? nowhere, slots.length, threshold)
    const images = names.flatMap((name) => cache.image(name) ?? [])
    if (images.length < 2) return byBytes(images[0] ?? nowhere, slots.length, threshold)
    return {
      score({ positions }, raw) {
        for (let at = 0; at < positions.length; at += 1) {
          let sum = 0
          for (const image of images) sum += weighted(bytesOn(slots[positions[at]!]!, image), image, slots.length)
          raw[at] = scoreOf(sum, threshold)
        }
      },
    }
  },
}

/** Pods of one template have one specification. */
const known = new WeakMap<PodSpec, readonly string[]>()

function imagesOf(spec: PodSpec): readonly string[] {
  let names = known.get(spec)
  if (!names) {
    const ofVolumes = (spec.volumes ?? []).flatMap(({ image }) => image ?? [])
    names = [...[...(spec.initContainers ?? []), ...spec.containers].map(({ image }) => image), ...ofVolumes.map(({ reference }) => reference)].map((image = '') => withTag(image))
    known.set(spec, names)
  }
  return names
}

/** An image that no node has. */
const nowhere: ImageColumn = { bytes: 0, nodes: 0, isOn: new Uint8Array(0) }

/** With one image, nodes differ by its bytes only. */
function byBytes(image: ImageColumn, total: number, threshold: number): GroupedScore {
  return {
    asks: [image],
    keyOf: ({ slot }) => bytesOn(slot, image),
    rawOf: (bytes) => scoreOf(weighted(bytes, image, total), threshold),
  }
}

function bytesOn(slot: number, { bytes, isOn }: ImageColumn): number {
  return isOn[slot] ? bytes : 0
}

/** Bytes that need not be pulled, weighted by the share of nodes that have the image. */
function weighted(bytes: number, { nodes }: ImageColumn, total: number): number {
  return Math.floor(bytes * (nodes / total))
}

function scoreOf(sum: number, threshold: number): number {
  const bytes = Math.min(Math.max(sum, minThreshold), threshold)
  return Math.floor((maxScore * (bytes - minThreshold)) / (threshold - minThreshold))
}

/** An image without a tag is the latest. A registry's port is no tag. */
function withTag(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image
}
