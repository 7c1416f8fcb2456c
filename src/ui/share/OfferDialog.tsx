import { summaryOf, type Scenario } from '../../scenario/scenario.ts'
import { Button } from '../design/Button.tsx'
import { Dialog } from '../design/Dialog.tsx'
import { count as countOf } from '../stores/format.ts'
import { useSimulation } from '../stores/simulation-store.ts'
import { offer, useOffered } from './offered.ts'
import { openScenario } from './open-scenario.ts'
import './share.css'

/** What a link holds, before it runs: never overwrites anything without a click. */
export function OfferDialog({ startOwn }: { readonly startOwn: () => void }) {
  const reading = useOffered(({ reading: offered }) => offered)
  const hasWork = useSimulation(({ view }) => view.boots > 0)
  if (!reading) return null
  const decline = (): void => {
    forgetLink()
    offer(null)
    if (!hasWork) startOwn()
  }
  return (
    <Dialog label={reading.ok ? 'Open this scenario?' : 'This link cannot be opened'} className="offer" onClose={decline}>
      {reading.ok ? <Offered scenario={reading.scenario} hasWork={hasWork} onDecline={decline} /> : <Refused problem={reading.problem} onDecline={decline} />}
    </Dialog>
  )
}

function Offered({ scenario, hasWork, onDecline }: { readonly scenario: Scenario; readonly hasWork: boolean; readonly onDecline: () => void }) {
  const { title, workers, commands, kinds, faults } = summaryOf(scenario)
  const objects = [...kinds].map(([kind, count]) => countOf(count, kind)).join(', ')
  const open = (paused: boolean): void => {
    forgetLink()
    offer(null)
    openScenario(scenario, paused)
  }
  return (
    <>
      <h2>{title}</h2>
      <dl className="offer-facts">
        <dt>Machines</dt><dd>1 for the control plane, {countOf(workers, 'worker')}</dd>
        <dt>Objects</dt><dd>{objects || 'none'}</dd>
        <dt>Done to it</dt><dd>{countOf(commands, 'command')}{faults > 0 ? `, ${countOf(faults, 'fault')} among them` : ''}</dd>
      </dl>
      <p className="text-text-2">It runs only in this tab. {hasWork ? 'What is open now is replaced.' : ''}</p>
      <div className="offer-buttons">
        <Button look="primary" onClick={() => open(false)}>Open and run</Button>
        <Button onClick={() => open(true)}>Open paused</Button>
        <Button look="bare" onClick={onDecline}>{hasWork ? 'Keep what I have' : 'Start the shop instead'}</Button>
      </div>
    </>
  )
}

function Refused({ problem, onDecline }: { readonly problem: string; readonly onDecline: () => void }) {
  return (
    <>
      <h2>This link cannot be opened</h2>
      <p className="mt-2">{problem[0]!.toUpperCase() + problem.slice(1)}.</p>
      <p className="text-text-2 mt-2">Ask for the link again; programs that cut long links are the usual cause.</p>
      <div className="offer-buttons"><Button look="primary" onClick={onDecline}>Go on</Button></div>
    </>
  )
}

/** The address no longer says what is open: a reload must bring back the work, not the link. */
function forgetLink(): void {
  if (location.hash) history.replaceState(null, '', location.pathname + location.search)
}
