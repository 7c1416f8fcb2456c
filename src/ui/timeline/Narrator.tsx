import { Button } from '../design/Button.tsx'
import { LiveRegion } from '../design/LiveRegion.tsx'
import { momentText } from '../stores/format.ts'
import { useSimulation } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'

/** The last thing that matters, in a sentence: what happened, then what comes next. Spoken, too. */
export function Narrator() {
  const latest = useSimulation(({ story }) => story.happenings.at(-1))
  const calm = useSimulation(({ view }) => (view.boots > 0 && view.objects.nodes.size > 0 ? calmSentence(view.objects.nodes.size, view.objects.pods.size) : ''))
  const text = latest ? `${latest.lead} ${latest.rest}` : calm
  return (
    <>
      <LiveRegion text={text} />
      {text ? (
        <div className="say" data-tone={latest?.tone ?? 'calm'}>
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
        </div>
      ) : null}
    </>
  )
}

function calmSentence(machines: number, pods: number): string {
  return `All is calm: ${machines} machines, ${pods} pods. Whatever you do to them, undo is a key away.`
}
