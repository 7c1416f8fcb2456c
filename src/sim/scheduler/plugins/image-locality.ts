import { maxScore, type ScorePlugin } from '../framework.ts'
import type { ImageColumn } from '../image-columns.ts'

const megabyte = 1024 * 1024
const minThreshold = 23 * megabyte
const maxContainerThreshold = 1000 * megabyte

/** Draws a pod to nodes that have its images, weighted by how many have them lest one node be flooded. */
export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  weight: 1,

  preScore(pod, { cache }) {
    const { containers, initContainers = [] } = pod.pod.spec
    const names = [...initContainers, ...containers].map(({ image }) => withTag(image ?? ''))
    const { slots } = cache
    const total = slots.length
    const images = names.flatMap((name) => cache.image(name) ?? [])
    const threshold = maxContainerThreshold * names.length
    return {
      score({ positions }, raw) {
        if (images.length === 0) raw.fill(0)
        else for (let at = 0; at < positions.length; at += 1) raw[at] = scoreOf(bytesOn(slots[positions[at]!]!, images, total), threshold)
      },
    }
  },
}

/** Bytes that need not be pulled, each image weighted by the share of nodes that have it. */
function bytesOn(slot: number, images: readonly ImageColumn[], total: number): number {
  let sum = 0
  for (let at = 0; at < images.length; at += 1) {
    const { bytes, nodes } = images[at]!
    if (slot < bytes.length && bytes[slot]! > 0) sum += Math.floor(bytes[slot]! * (nodes / total))
  }
  return sum
}

function scoreOf(sum: number, threshold: number): number {
  const bytes = Math.min(Math.max(sum, minThreshold), threshold)
  return Math.floor((maxScore * (bytes - minThreshold)) / (threshold - minThreshold))
}

/** An image without a tag is the latest. A registry's port is no tag. */
function withTag(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image
}
