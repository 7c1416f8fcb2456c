import { useMemo } from 'react'
import { Button } from '../design/Button.tsx'
import { LiveRegion } from '../design/LiveRegion.tsx'
import type { ObjectMaps } from '../stores/cluster-view.ts'
import { count, momentText } from '../stores/format.ts'
import { isControlPlane, isLost } from '../stores/node-status.ts'
import { podStatus, type PodState } from '../stores/pod-status.ts'
import { isSystem } from '../stores/rows.ts'
import { useSimulation } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'

/** The last thing that matters, in a sentence: what happened, then what comes next. Spoken, too. */
export function Narrator() {
  const latest = useSimulation(({ story }) => {
    const last = story.happenings.at(-1)
    return last && last !== story.replayed ? last : undefined
  })
  const pods = useSimulation(({ view }) => view.objects.pods)
  const nodes = useSimulation(({ view }) => view.objects.nodes)
  const isCalm = latest === undefined && nodes.size > 0
  const calm = useMemo(() => (isCalm ? calmSentence(pods, nodes) : ''), [isCalm, pods, nodes])
  const text = latest ? `${latest.lead} ${latest.rest}` : calm
  return (
    <>
      <LiveRegion text={text} />
      {text ? (
        <section className="say" aria-label="What happened" data-tone={latest?.tone ?? 'calm'}>
          {latest ? <span className="say-time">{momentText(latest.at)}</span> : null}
          <p>{latest ? <><b>{latest.lead}</b> {latest.rest}</> : calm}</p>
          {latest?.about ? (
            <Button
              look="link"
              onClick={() => {
                useUi.getState().select(latest.about)
                useUi.getState().openDock('inspect', 'why')
              }}
            >
              Tell me why
            </Button>
          ) : null}
        </section>
      ) : null}
    </>
  )
}

/** What there is to say when nothing has happened yet. */
function calmSentence(all: ObjectMaps['pods'], nodes: ObjectMaps['nodes']): string {
  const states = [...all.values()].filter((pod) => !isSystem(pod)).map((pod) => podStatus(pod, isLost(nodes.get(pod.spec.nodeName ?? ''))).state)
  const workers = [...nodes.values()].filter((node) => !isControlPlane(node))
  const lost = workers.filter(isLost).length
  const machines = workers.length === 0 ? 'Only the control plane runs' : lost > 0 ? `${lost} of ${count(workers.length, 'machine')} ${lost === 1 ? 'is' : 'are'} not heard of` : `${count(workers.length, 'machine')} ${workers.length === 1 ? 'runs' : 'run'}`
  return `${machines}; ${podsText(states)}. Do to them what you like: undo is a key away.`
}

function podsText(states: readonly PodState[]): string {
  const of = (...wanted: readonly PodState[]) => states.filter((state) => wanted.includes(state)).length
  const ready = of('ready')
  if (states.length === 0) return 'no pod of yours yet'
  if (ready === states.length) return ready === 1 ? 'the only pod is ready' : `all ${ready} pods are ready`
  const bad = of('bad', 'failed')
  return `${ready} of ${count(states.length, 'pod')} ${ready === 1 ? 'is' : 'are'} ready${bad > 0 ? `, ${bad} ${bad === 1 ? 'is' : 'are'} in trouble` : ''}`
}
