import { useEffect, useMemo, useRef, useState } from 'react'
import type { TextProblem } from '../../scenario/yaml.ts'
import { actionWords, editableYaml } from './documents.ts'
import { editorOptions, editorTheme, monaco } from './monaco.ts'
import type { Review, ReviewedDocument } from './review.ts'

/** What applying would change, document by document, or what stands in its way; afterwards, what was said about it. */
export function ReviewPanel({ review }: { readonly review: Review }) {
  const [chosen, setChosen] = useState(0)
  const document = review.documents[Math.min(chosen, review.documents.length - 1)]
  return (
    <section className="review" tabIndex={0} aria-label={review.done ? 'What was applied' : 'What would change'}>
      <p className={review.canApply || review.done ? 'review-summary' : 'review-summary bad'}>{review.summary}</p>
      {review.problems.length > 0 && (
        <ul className="review-problems">
          {review.problems.map(({ line, column, message }) => <li key={`${line}:${column}:${message}`}><span className="mono">{line}</span><span>{message}</span></li>)}
        </ul>
      )}
      {review.warnings.length > 0 && (
        <ul className="review-warnings">
          {onceEach(review.warnings).map(({ line, message }) => <li key={message}>{!review.done && <span className="mono">{line}</span>}<span><b>Warning:</b> {message}</span></li>)}
        </ul>
      )}
      {review.documents.length > 1 && (
        <ul className="review-documents">
          {review.documents.map(({ name, action }, index) => (
            <li key={name}>
              <button type="button" aria-pressed={index === chosen} onClick={() => setChosen(index)}>
                <span className="mono">{name}</span> <span className={`pill`} data-tone={tones[action]}>{actionWords[action]}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {document && document.action === 'configure' && <Difference document={document} />}
    </section>
  )
}

/** What a review says to those who listen. */
export function spokenReview({ summary, warnings }: Review): string {
  return [summary, ...onceEach(warnings).map(({ message }) => `Warning: ${message}`)].join('\n')
}

/** The same text about several documents is told of the first, as kubectl tells it once. */
function onceEach(warnings: readonly TextProblem[]): readonly TextProblem[] {
  return warnings.filter(({ message }, index) => warnings.findIndex((earlier) => earlier.message === message) === index)
}

const tones = { create: 'ready', configure: 'starting', unchanged: undefined, refused: 'bad' } as const

function Difference({ document }: { readonly document: ReviewedDocument }) {
  const host = useRef<HTMLDivElement>(null)
  const [before, after] = useMemo(() => [document.before, document.after].map((object) => (object ? editableYaml(object) : '')) as [string, string], [document])
  useEffect(() => {
    const original = monaco.editor.createModel(before, 'yaml')
    const modified = monaco.editor.createModel(after, 'yaml')
    const editor = monaco.editor.createDiffEditor(host.current!, { ...editorOptions, theme: editorTheme(), readOnly: true, renderSideBySide: false, hideUnchangedRegions: { enabled: true, contextLineCount: 2, minimumLineCount: 2 }, renderOverviewRuler: false })
    editor.setModel({ original, modified })
    return () => {
      editor.dispose()
      original.dispose()
      modified.dispose()
    }
  }, [before, after])
  return <div ref={host} className="review-difference nokey" />
}
