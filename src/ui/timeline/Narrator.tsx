import { useMemo } from 'react'
import { Button } from '../design/Button.tsx'
import { LiveRegion } from '../design/LiveRegion.tsx'
import { momentText } from '../stores/format.ts'
import { useSimulation } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { calmSentence } from './calm-sentence.ts'

/** The last thing that matters, in a sentence: what happened, then what comes next. Spoken, too. */
export function Narrator() {
  const latest = useSimulation(({ story }) => {
    const last = story.happenings.at(-1)
    return last && last !== story.replayed ? last : undefined
  })
  const pods = useSimulation(({ view }) => view.objects.pods)
  const nodes = useSimulation(({ view }) => view.objects.nodes)
  const machines = useSimulation(({ view }) => view.machines)
  const isCalm = latest === undefined && nodes.size > 0
  const calm = useMemo(() => (isCalm ? calmSentence({ pods, nodes, machines }) : ''), [isCalm, pods, nodes, machines])
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
