import type { Pod } from '../../sim/api/generated/types.ts'
import { keyOf } from '../../sim/api/objects.ts'
import { Glyph } from '../design/Glyph.tsx'
import { podStatus } from '../stores/pod-status.ts'
import { isSystem } from '../stores/rows.ts'
import { pointing } from './pointing.ts'

/** The cluster's own pods on a machine, small: kube-proxy, CoreDNS. */
export function SystemPods({ pods, lost }: { readonly pods: ReadonlyMap<string, Pod>; readonly lost: boolean }) {
  const system = [...pods.values()].filter((pod) => isSystem(pod) && pod.metadata.ownerReferences?.[0]?.kind !== 'Node')
  if (system.length === 0) return null
  return (
    <div className="system-pods">
      {system.map((pod) => {
        const { state, word } = podStatus(pod, lost)
        const key = keyOf(pod)
        return (
          <button key={pod.metadata.uid} type="button" className="nopan" data-thing={`pods/${key}`} title={`${pod.metadata.name}: ${word}`} aria-label={`Pod ${pod.metadata.name}: ${word}`} {...pointing({ resource: 'pods', key })}>
            <Glyph state={state} size={11} />
            {pod.metadata.ownerReferences?.[0]?.name.replace(/-[a-f0-9]{8,10}$/, '') ?? pod.metadata.name}
          </button>
        )
      })}
    </div>
  )
}
