import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Problem } from '../../bridge/simulation.ts'
import { Button } from '../design/Button.tsx'
import { dismissProblem, useSimulation } from '../stores/simulation-store.ts'
import { runClock } from '../stores/format.ts'

/** Trouble of the simulator itself, never hidden: what happened, what was done, what is lost (nothing). */
export function Banner() {
  const problem = useSimulation((state) => state.problem)
  if (!problem) return null
  return (
    <div className="banner" role="alert" data-kind={problem.kind}>
      <TriangleAlert size={16} aria-hidden="true" />
      <p>{wordsOf(problem)}</p>
      <Button isSmall onClick={dismissProblem}>Dismiss</Button>
    </div>
  )
}

function wordsOf(problem: Problem): ReactNode {
  switch (problem.kind) {
    case 'replaced':
      return <><b>The simulator stopped answering and was replaced.</b> Your run was replayed from its log; nothing is lost.</>
    case 'held':
      return <><b>The simulator keeps failing at this point of the run.</b> It stands paused before it. Undo goes back further; Share saves the run as it is.</>
    case 'stopped':
      return <><b>The simulator keeps failing on this run and was stopped.</b> Undo tries it without the last command; the gallery opens another.</>
    case 'defect':
      return <><b>The simulator found a mistake of its own and stands still.</b> {problem.message} <span className="mono">seed {problem.seed}, {runClock(problem.at)}</span>. Undo goes back to before it.</>
  }
}
