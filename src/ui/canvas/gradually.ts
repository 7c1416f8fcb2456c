import { useEffect, useState } from 'react'

/** How much is drawn of a card: a pod counts one, what is around the pods so much. */
const ofCard = 10
/** So much is drawn at once: a small cluster is there in one frame. */
const drawnAtOnce = 300
/** Of more than that, so much in each frame. */
const drawnInFrame = 80

/** A card and how many pods are on it. */
export interface Weighed {
  readonly id: string
  readonly pods: number
}

/** Of the cards those that are to be drawn now: a hundred machines at once would hold the page up, so a frame takes a few more than the last. */
export function useGradually<T extends { id: string }>(cards: T[], podsOf: (card: T) => number): T[] {
  const [drawn, setDrawn] = useState<ReadonlySet<string>>(new Set())
  // The canvas around many cards is enough for its first frame.
  const now = nextDrawn(drawn, weighed(cards, podsOf), 0)
  useEffect(() => {
    if (cards.every(({ id }) => drawn.has(id))) return
    const frame = requestAnimationFrame(() => setDrawn(nextDrawn(drawn, weighed(cards, podsOf))))
    return () => cancelAnimationFrame(frame)
  }, [drawn, cards, podsOf])
  return now.size === cards.length ? cards : cards.filter(({ id }) => now.has(id))
}

function weighed<T extends { id: string }>(cards: readonly T[], podsOf: (card: T) => number): Weighed[] {
  return cards.map((card) => ({ id: card.id, pods: podsOf(card) }))
}

/** What was drawn stays; of the others come as many as a frame can take, in their order. The first of all are drawn at once if they are few. */
export function nextDrawn(drawn: ReadonlySet<string>, cards: readonly Weighed[], inFrame = drawnInFrame): ReadonlySet<string> {
  const others = cards.filter(({ id }) => !drawn.has(id))
  const all = others.reduce((sum, { pods }) => sum + ofCard + pods, 0)
  let left = drawn.size === 0 && all <= drawnAtOnce ? all : inFrame
  const next = new Set(cards.filter(({ id }) => drawn.has(id)).map(({ id }) => id))
  for (const { id, pods } of others) {
    if (left <= 0) break
    left -= ofCard + pods
    next.add(id)
  }
  return next
}
