import { TriangleAlert } from 'lucide-react'
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
      {problem.kind === 'replaced' ? (
        <p><b>The simulator stopped answering and was replaced.</b> Your run was replayed from its log; nothing is lost.</p>
      ) : (
        <p><b>The simulator found a mistake of its own and stands still.</b> {problem.message} <span className="mono">seed {problem.seed}, {runClock(problem.at)}</span>. Undo goes back to before it.</p>
      )}
      <Button isSmall onClick={dismissProblem}>Dismiss</Button>
    </div>
  )
}
