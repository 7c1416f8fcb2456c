import { useEffect, useRef, useState } from 'react'
import { actionWords } from './documents.ts'
import { editorOptions, editorTheme, monaco } from './monaco.ts'
import type { Review, ReviewedDocument } from './review.ts'

/** What applying would change, document by document, or what stands in its way. */
export function ReviewPanel({ review }: { readonly review: Review }) {
  const [chosen, setChosen] = useState(0)
  const document = review.documents[Math.min(chosen, review.documents.length - 1)]
  return (
    <section className="review" aria-label="What would change">
      <p role="status" className={review.canApply ? 'review-summary' : 'review-summary bad'}>{review.summary}</p>
      {review.problems.length > 0 && (
        <ul className="review-problems">
          {review.problems.map(({ line, column, message }) => <li key={`${line}:${column}:${message}`}><span className="mono">{line}</span><span>{message}</span></li>)}
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

const tones = { create: 'ready', configure: 'starting', unchanged: undefined, refused: 'bad' } as const

function Difference({ document: { before, after } }: { readonly document: ReviewedDocument }) {
  const host = useRef<HTMLDivElement>(null)
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
