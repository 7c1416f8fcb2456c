import { maxScore, type ScorePlugin } from '../framework.ts'

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
    const spread = names.map((name) => cache.nodesWithImage(name) / cache.nodes.length)
    if (spread.every((share) => share === 0)) return { score: () => 0 }
    const threshold = maxContainerThreshold * names.length
    return {
      score(node) {
        let sum = 0
        for (let at = 0; at < names.length; at += 1) sum += Math.floor((node.images.get(names[at]!) ?? 0) * spread[at]!)
        const bytes = Math.min(Math.max(sum, minThreshold), threshold)
        return Math.floor((maxScore * (bytes - minThreshold)) / (threshold - minThreshold))
      },
    }
  },
}

/** An image without a tag is the latest. A registry's port is no tag. */
function withTag(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image
}
