import { Button } from '../design/Button.tsx'
import { Countdown, Elapsed } from '../design/Countdown.tsx'
import { faultWords } from '../stores/fault-words.ts'
import { endOf, faultId, faultsOf } from '../stores/faults.ts'
import { perform, useCluster } from '../stores/simulation-store.ts'
import type { Thing } from '../stores/things.ts'

/** The faults that a machine or a component suffers now, each with the button that ends it. */
export function WrongNow({ thing }: { readonly thing: Thing }) {
  const all = useCluster((view) => view.faults)
  const faults = faultsOf({ faults: all }, thing)
  if (faults.length === 0) return null
  return (
    <section>
      <h3>Wrong now</h3>
      <ul className="wrong-now">
        {faults.map((active) => {
          const { tag, rest, lead } = faultWords(active.fault)
          return (
            <li key={faultId(active.fault)} title={lead}>
              <span><b>{tag}</b> for <Elapsed since={active.since} />{active.until === null ? ', until you end it' : <>, <Countdown due={active.until} /> left</>}</span>
              <Button isSmall aria-label={`End: ${tag}`} onClick={() => void perform(endOf(active))}>End it</Button>
              <p>{rest}</p>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
