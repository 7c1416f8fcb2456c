import { memo, type CSSProperties } from 'react'
import type { Pod } from '../../sim/api/generated/types.ts'
import { keyOf } from '../../sim/api/objects.ts'
import { parseTime } from '../../sim/api/time.ts'
import { Countdown } from '../design/Countdown.tsx'
import { Glyph } from '../design/Glyph.tsx'
import { useClock } from '../stores/clock.ts'
import { hueOf, workloadOf } from '../stores/hues.ts'
import { podStatus, type PodNote } from '../stores/pod-status.ts'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { passes } from './filter.ts'
import { pointing } from './pointing.ts'

interface PodChipProps {
  readonly pod: Pod
  readonly lost: boolean
  readonly look?: 'chips' | 'squares'
  readonly style?: CSSProperties
}

const [chosen, akin, dim] = [1, 2, 4]

/** How young a pod is that still deserves a halo, in virtual milliseconds. */
const young = 3000

/** A pod: glyph, name, and the words that matter now. */
export const PodChip = memo(function PodChip({ pod, lost, look = 'chips', style }: PodChipProps) {
  const key = keyOf(pod)
  const id = `pods/${key}`
  const countdowns = useCluster((view) => view.countdowns.get(id))
  // A workload has its hue before its pods are drawn, and keeps it.
  const hue = hueOf(currentView(), pod)
  // One subscription, not three: there may be thousands of pods.
  const standing = useUi(({ selected, kin, namespace, search }) =>
    (selected?.resource === 'pods' && selected.key === key ? chosen : 0) | (kin !== null && kin === workloadOf(currentView().objects, pod) ? akin : 0) | (passes(pod, namespace, search) ? 0 : dim))
  const { state, word, note } = podStatus(pod, lost, countdowns)
  const name = pod.metadata.name
  const shared = {
    type: 'button' as const, 'data-thing': id, 'data-state': state, 'data-selected': (standing & chosen) !== 0 || undefined, 'data-kin': (standing & akin) !== 0 || undefined, 'data-dim': (standing & dim) !== 0 || undefined,
    'aria-pressed': (standing & chosen) !== 0, style: { ...style, '--app': `var(--app${hue})` } as CSSProperties, ...pointing({ resource: 'pods', key }),
  }
  if (look === 'squares') return <button className="pod-square" title={`${name}: ${word}`} aria-label={`Pod ${name}: ${word}`} {...shared} />
  return (
    <button className="pod nopan" data-new={isNew(pod) || undefined} title={`${name}: ${word}`} aria-label={`Pod ${name}: ${word}${note?.text ? `, ${note.text}` : ''}`} {...shared}>
      <Glyph state={state} />
      <span>{shortName(pod)}</span>
      {note ? <Note note={note} /> : null}
    </button>
  )
})

function Note({ note }: { readonly note: PodNote }) {
  return (
    <small>
      {note.text}
      {note.text && note.due !== undefined ? ' ' : ''}
      {note.due !== undefined ? <Countdown due={note.due} /> : null}
    </small>
  )
}

function isNew(pod: Pod): boolean {
  const created = parseTime(pod.metadata.creationTimestamp)
  return created !== null && currentView().start + useClock.getState().now - created < young
}

/** `catalog-7d9c5b8f4-q7xkz` → `catalog-7d9c-q7xkz`: four letters of the hash tell revisions apart, and the end tells pods apart. */
function shortName(pod: Pod): string {
  const hash = pod.metadata.labels?.['pod-template-hash']
  return hash && hash.length > 4 ? pod.metadata.name.replace(`-${hash}-`, `-${hash.slice(0, 4)}-`) : pod.metadata.name
}
