import { useEffect, useRef, useState } from 'react'
import { momentText } from '../stores/format.ts'
import { theSimulation } from '../stores/simulation-store.ts'

/** What the page reads of a scheduling decision; the scheduler keeps more. */
interface Decision {
  readonly at: number
  readonly node: string | null
  readonly message: string
  readonly filters: readonly { readonly node: string; readonly plugin: string; readonly reasons: readonly string[] }[]
  readonly scores: readonly { readonly node: string; readonly total: number; readonly plugins: readonly { readonly name: string; readonly weight: number; readonly normalised: number }[] }[]
}

/** How the scheduler weighed every node, for the placement or the refusal. */
export function SchedulingTable({ id, isOpen, isAsked, revision }: { readonly id: string; readonly isOpen: boolean; readonly isAsked: boolean; readonly revision: string }) {
  const element = useRef<HTMLElement>(null)
  const [open, setOpen] = useState(isOpen)
  const [decision, setDecision] = useState<Decision | null | undefined>()
  useEffect(() => {
    if (isOpen) setOpen(true)
    if (isAsked) element.current?.scrollIntoView({ block: 'start' })
  }, [isOpen, isAsked])
  useEffect(() => {
    if (!open) return
    let isCurrent = true
    void theSimulation().ask({ kind: 'scheduling', pod: id }).then((result) => {
      if (isCurrent) setDecision(result.ok ? (result.value as Decision | null) : null)
    })
    return () => {
      isCurrent = false
    }
  }, [open, id, revision])
  return (
    <section ref={element}>
      <h3>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? '▾' : '▸'} The scheduler’s table</button>
      </h3>
      {open ? <DecisionTable decision={decision} /> : null}
    </section>
  )
}

function DecisionTable({ decision }: { readonly decision: Decision | null | undefined }) {
  if (decision === undefined) return <p>Asking…</p>
  if (decision === null) return <p className="text-text-2">The scheduler has not decided about this pod. One that starts with its node, or names its node itself, is never asked about.</p>
  const rows = rowsOf(decision)
  const hasScores = rows.some(({ score }) => score !== '')
  return (
    <>
      <p className="text-text-2 mb-1">{momentText(decision.at)} · {decision.node ? <>chose <b className="text-text">{decision.node}</b></> : decision.message}</p>
      <div className="overflow-x-auto">
        <table className="table scheduling">
          <thead><tr><th>Node</th><th colSpan={hasScores ? 1 : 2}>Verdict</th>{hasScores ? <th>Score</th> : null}</tr></thead>
          <tbody>
            {rows.map((row) => <TableRow key={row.node} row={row} isChosen={row.node === decision.node} />)}
          </tbody>
        </table>
      </div>
    </>
  )
}

/** A node: fits or not, and its score, which opens to show what it is the sum of. */
function TableRow({ row: { node, verdict, plugin, score, parts }, isChosen }: { readonly row: Row; readonly isChosen: boolean }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <tr className={isChosen ? 'font-semibold' : ''}>
        <td>{node}</td>
        <td>{verdict}{plugin ? <span className="text-text-2"> · {plugin}</span> : null}</td>
        <td>{parts.length > 0 ? <button type="button" className="score" aria-expanded={open} title="What it is the sum of" onClick={() => setOpen(!open)}>{score} {open ? '▾' : '▸'}</button> : score}</td>
      </tr>
      {open ? (
        <tr>
          <td colSpan={3}>
            <dl className="score-parts">
              {parts.map(({ name, weight, normalised }) => <div key={name}><dt>{name}</dt><dd>{normalised} × {weight}</dd><dd>{normalised * weight}</dd></div>)}
            </dl>
          </td>
        </tr>
      ) : null}
    </>
  )
}

interface Row {
  readonly node: string
  readonly verdict: string
  /** Who refused it. */
  readonly plugin?: string
  readonly score: string
  readonly parts: Decision['scores'][number]['plugins']
}

const rowsAtMost = 100

function rowsOf({ node, filters, scores }: Decision): Row[] {
  const fits = scores.map((score): Row => ({
    node: score.node, verdict: score.node === node ? 'chosen' : 'fits', score: String(score.total),
    parts: score.plugins,
  }))
  const only: Row[] = fits.length === 0 && node !== null ? [{ node, verdict: 'the only one that fits', score: '', parts: [] }] : []
  const refused = filters.map((refusal): Row => ({ node: refusal.node, verdict: refusal.reasons.join(', '), plugin: refusal.plugin, score: '', parts: [] }))
  return [...only, ...fits, ...refused].slice(0, rowsAtMost)
}
