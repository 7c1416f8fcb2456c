import type { Batch } from '../../bridge/protocol.ts'
import type { Millis } from '../../sim/kernel/agenda.ts'
import type { ClusterView } from './cluster-view.ts'
import { narrate, type Happening } from './narration.ts'

/** How a workload was from a moment on. */
export interface BandPoint {
  readonly at: Millis
  readonly ready: number
  readonly wanted: number
}

/** What the timeline shows and the narrator says. */
export interface Story {
  readonly happenings: readonly Happening[]
  /** By workload, oldest first: `deployments/shop/web`. */
  readonly bands: ReadonlyMap<string, readonly BandPoint[]>
  /** The last of what was replayed when this page began to watch; what came after it is news. */
  readonly replayed: Happening | null
}

export const emptyStory: Story = { happenings: [], bands: new Map(), replayed: null }

const happeningsKept = 400
const pointsKept = 300
/** What continues a happening within this time is told as one. */
const sameMoment = 15_000

/** The story, one batch later. Pure. */
export function told(story: Story, before: ClusterView, after: ClusterView, batch: Batch): Story {
  const old = batch.fresh ? emptyStory : story
  const news = narrate(before, after, batch)
  const happenings = news.length === 0 ? old.happenings : withNews(old.happenings, news)
  return {
    replayed: batch.fresh ? (happenings.at(-1) ?? null) : old.replayed,
    happenings,
    bands: nextBands(old.bands, after, batch),
  }
}

function withNews(happenings: readonly Happening[], news: readonly Happening[]): readonly Happening[] {
  const next = [...happenings]
  for (const happening of news) {
    const earlier = next.findLastIndex((one) => one.topic === happening.topic && happening.at - one.at <= sameMoment)
    if (earlier < 0) next.push(happening)
    else {
      // The mark stays where the matter began; the sentence is the newest.
      const begun = next[earlier]
      next.splice(earlier, 1)
      next.push({ ...happening, at: begun?.at ?? happening.at })
    }
  }
  return next.slice(-happeningsKept)
}

function nextBands(bands: Story['bands'], view: ClusterView, batch: Batch): Story['bands'] {
  let next: Map<string, readonly BandPoint[]> | null = null
  for (const { resource, key } of batch.changes) {
    if (resource !== 'deployments' || key.startsWith('kube-system/')) continue
    const deployment = view.objects.deployments.get(key)
    const ready = deployment?.status.readyReplicas ?? 0
    const wanted = deployment?.spec.replicas ?? 0
    const id = `deployments/${key}`
    const points = (next ?? bands).get(id) ?? []
    const last = points.at(-1)
    if (last && last.ready === ready && last.wanted === wanted) continue
    next ??= new Map(bands)
    next.set(id, [...points, { at: last ? batch.now : firstSeen(view, key, batch.now), ready, wanted }].slice(-pointsKept))
  }
  return next ?? bands
}

/** A workload met in a boot's first batch is as old as it says. */
function firstSeen(view: ClusterView, key: string, now: Millis): Millis {
  const created = Date.parse(view.objects.deployments.get(key)?.metadata.creationTimestamp ?? '')
  return Number.isNaN(created) ? now : Math.min(now, Math.max(0, created - view.start))
}
