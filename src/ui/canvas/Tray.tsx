import { memo } from 'react'
import type { Pod } from '../../sim/api/generated/types.ts'
import { keyOf } from '../../sim/api/objects.ts'
import { Button } from '../design/Button.tsx'
import { refusalReasons } from '../stores/pod-status.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { PodChip } from './PodChip.tsx'

const noPods: ReadonlyMap<string, Pod> = new Map()
const shownAtMost = 24

/** The pods that wait for a node, and what the scheduler says about the first of them. */
export const Tray = memo(function Tray() {
  const pods = useCluster((view) => view.podsByNode.get('')) ?? noPods
  const waiting = [...pods.values()]
  const first = waiting.find((pod) => conditionOf(pod)?.message)
  const isScheduled = useCluster((view) => view.components.some(({ name, state }) => name === 'kube-scheduler' && state === 'running'))
  const unseen = isScheduled ? 'the scheduler has not looked yet' : 'kube-scheduler does not run'
  const reason = first ? refusalReasons(conditionOf(first)?.message ?? '') : waiting.length > 0 ? unseen : ''
  return (
    <section className="tray" aria-label="Pods that wait for a node" data-empty={waiting.length === 0 || undefined}>
      <b>{waiting.length === 0 ? 'No pod waits for a node' : 'Waiting for a node'}</b>
      <div className="tray-pods">
        {waiting.slice(0, shownAtMost).map((pod) => <PodChip key={pod.metadata.uid} pod={pod} lost={false} />)}
        {waiting.length > shownAtMost ? <span>and {waiting.length - shownAtMost} more</span> : null}
      </div>
      <span className="truncate min-w-0" title={reason}>{reason}</span>
      {first ? (
        <Button
          look="link"
          className="ml-auto nopan"
          onClick={() => {
            useUi.getState().select({ resource: 'pods', key: keyOf(first) })
            useUi.getState().openDock('inspect', 'why')
          }}
        >
          Why not?
        </Button>
      ) : null}
    </section>
  )
})

function conditionOf(pod: Pod) {
  return pod.status.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'False')
}
