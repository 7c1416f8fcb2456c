import type { Pod } from '../../sim/api/generated/types.ts'
import { keyOf } from '../../sim/api/objects.ts'
import { Glyph } from '../design/Glyph.tsx'
import { isLost } from '../stores/node-status.ts'
import { podStatus } from '../stores/pod-status.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'

const shownAtMost = 100

/** Pods as a short list that can be walked. */
export function PodList({ pods }: { readonly pods: ReadonlyMap<string, Pod> }) {
  const nodes = useCluster((view) => view.objects.nodes)
  if (pods.size === 0) return null
  return (
    <section>
      <h3>Pods <span>{pods.size}</span></h3>
      <ul className="pod-list">
        {[...pods.values()].slice(0, shownAtMost).map((pod) => {
          const { state, word } = podStatus(pod, isLost(nodes.get(pod.spec.nodeName ?? '')))
          return (
            <li key={pod.metadata.uid}>
              <button type="button" onClick={() => useUi.getState().select({ resource: 'pods', key: keyOf(pod) })}>
                <Glyph state={state} />
                <span>{pod.metadata.name}</span>
                <small>{word}</small>
              </button>
            </li>
          )
        })}
      </ul>
      {pods.size > shownAtMost ? <p>and {pods.size - shownAtMost} more</p> : null}
    </section>
  )
}
