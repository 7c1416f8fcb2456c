import type { Countdown as CountdownFact } from '../../bridge/protocol.ts'
import { Countdown, CountdownBar } from '../design/Countdown.tsx'
import { useCluster } from '../stores/simulation-store.ts'
import { thingId, type Thing } from '../stores/things.ts'

const words: Readonly<Record<CountdownFact['kind'], { readonly text: string; readonly colour: string }>> = {
  notReady: { text: 'Until its lease counts as lost: NotReady', colour: 'var(--warn-mark)' },
  eviction: { text: 'Toleration: until it is given up', colour: 'var(--leaving)' },
  backOff: { text: 'Back-off: until the restart', colour: 'var(--bad)' },
  imageBackOff: { text: 'Back-off: until it pulls again', colour: 'var(--bad)' },
  termination: { text: 'Grace: until it is killed', colour: 'var(--leaving)' },
  pull: { text: 'Pulls its image', colour: 'var(--starting)' },
  probe: { text: 'Until the next probe', colour: 'var(--text-3)' },
}

const none: readonly CountdownFact[] = []

/** What will happen to this at a known time. */
export function RunningDown({ thing }: { readonly thing: Thing }) {
  const countdowns = useCluster((view) => view.countdowns.get(thingId(thing))) ?? none
  if (countdowns.length === 0) return null
  return (
    <section>
      <h3>Running down</h3>
      <div className="countdowns">
        {countdowns.map((countdown, index) => (
          <div key={`${countdown.kind}${countdown.container ?? ''}${index}`}>
            <span>{words[countdown.kind].text}{countdown.container ? ` · ${countdown.container}` : ''}</span>
            <b><Countdown due={countdown.due} /></b>
            <CountdownBar since={countdown.since} due={countdown.due} colour={words[countdown.kind].colour} />
          </div>
        ))}
      </div>
    </section>
  )
}
