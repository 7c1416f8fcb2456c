import { useCallback, useRef, useState } from 'react'
import type { KubernetesObject } from '../../sim/api/objects.ts'
import { Button } from '../design/Button.tsx'
import { LiveRegion } from '../design/LiveRegion.tsx'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { CodeEditor, type CodeEditorHandle } from './CodeEditor.tsx'
import { editableYaml } from './documents.ts'
import { createManifestReader } from './manifest-reader.ts'
import { applyReview, review, type Review, type Target } from './review.ts'
import { ReviewPanel, spokenReview } from './ReviewPanel.tsx'
import { templates } from './templates.ts'
import './editor.css'

/** The dock's YAML tab: the selected object, or new manifests; nothing is applied before it was seen what it changes. */
export function YamlPanel() {
  const selected = useUi((ui) => ui.selected)
  const resource = selected && selected.resource !== 'components' ? selected.resource : null
  const key = selected?.key ?? ''
  const exists = useCluster((view) => resource !== null && view.objects[resource].has(key))
  const [writing, setWriting] = useState(false)
  const showsObject = !writing && resource !== null && exists
  const target: Target = showsObject ? { kind: 'object', resource, key } : { kind: 'new' }
  const name = showsObject ? `${resource}-${key.replaceAll('/', '-')}` : 'new'
  return (
    <div className="yaml-panel nokey">
      <div className="yaml-head">
        <div className="segments" role="tablist" aria-label="What is edited">
          <button type="button" role="tab" aria-selected={showsObject} disabled={resource === null || !exists} onClick={() => setWriting(false)}>{resource && exists ? key.split('/').at(-1) : 'Nothing selected'}</button>
          <button type="button" role="tab" aria-selected={!showsObject} onClick={() => setWriting(true)}>New</button>
        </div>
      </div>
      <Editing key={name} name={name} target={target} />
    </div>
  )
}

/** What somebody wrote and did not apply yet. */
interface Draft {
  /** What it was made from. */
  readonly initial: string
  readonly generation: number | undefined
  readonly text: string
}

/** By target: what somebody writes is not lost when they look at something else. */
const drafts = new Map<string, Draft>()

const reader = createManifestReader()

function Editing({ target, name }: { readonly target: Target; readonly name: string }) {
  const editor = useRef<CodeEditorHandle>(null)
  const [draft] = useState(() => drafts.get(name))
  const [base, setBase] = useState(() => draft ?? baseOf(target))
  const [reviewed, setReviewed] = useState<Review | null>(null)
  const [busy, setBusy] = useState(false)
  const generation = useCluster((view) => (target.kind === 'object' ? view.objects[target.resource].get(target.key)?.metadata.generation : undefined))
  // Not when it is merely older: the picture is a batch behind what was just applied.
  const changed = (generation ?? 0) > (base.generation ?? 0)

  const load = useCallback((stored?: KubernetesObject) => {
    const newest = baseOf(target, stored)
    editor.current?.replace(newest.initial)
    drafts.delete(name)
    setBase(newest)
    setReviewed(null)
  }, [target, name])
  const onReview = useCallback(async () => {
    const written = editor.current?.value() ?? ''
    setBusy(true)
    const found = await review(reader, target, written, base.initial)
    setBusy(false)
    // Who wrote on meanwhile has not seen what applying would do.
    if (editor.current?.value() !== written) return
    editor.current.mark(found.problems, found.warnings)
    setReviewed(found)
  }, [target, base])
  const onApply = useCallback(async () => {
    if (!reviewed) return
    const written = editor.current?.value()
    setBusy(true)
    const after = await applyReview(reader, reviewed)
    setBusy(false)
    // Who wrote on or went elsewhere meanwhile keeps that, and is still told.
    const isLeft = editor.current?.value() !== written
    const isSaid = after.done && after.warnings.length === 0
    if (isSaid || isLeft) useUi.getState().notify({ tone: after.done ? 'calm' : 'bad', text: after.summary })
    if (isLeft) return
    editor.current?.mark(after.problems)
    if (after.stored) load(after.stored)
    setReviewed(isSaid ? null : after)
  }, [reviewed, load])
  const onSubmit = useCallback(() => {
    if (!busy) void (reviewed?.canApply ? onApply() : onReview())
  }, [busy, reviewed, onApply, onReview])

  return (
    <>
      {(changed || reviewed?.conflict) && <p className="yaml-note" role="status">It has changed in the cluster since you opened it. <Button look="link" onClick={() => load()}>Load the newest</Button> <span>Ctrl Z brings your text back.</span></p>}
      <CodeEditor
        ref={editor}
        name={name}
        initial={draft?.text ?? base.initial}
        onChange={(text) => {
          if (text === base.initial) drafts.delete(name)
          else drafts.set(name, { ...base, text })
          setReviewed(null)
        }}
        onSubmit={onSubmit}
      />
      <LiveRegion text={reviewed ? spokenReview(reviewed) : ''} />
      {reviewed && <ReviewPanel review={reviewed} />}
      <div className="yaml-foot">
        {target.kind === 'new' && <TemplateMenu onChoose={(text) => editor.current?.replace(text)} />}
        <span className="grow" />
        <Button onClick={() => void onReview()} disabled={busy}>Review</Button>
        <Button look="primary" onClick={onSubmit} disabled={busy || (reviewed !== null && !reviewed.canApply && !reviewed.done)}>Apply</Button>
      </div>
    </>
  )
}

function baseOf(target: Target, stored?: KubernetesObject): Omit<Draft, 'text'> {
  if (target.kind === 'new') return { initial: templates[0]!.text, generation: undefined }
  const object = stored ?? (currentView().objects[target.resource].get(target.key) as KubernetesObject | undefined)
  return { initial: object ? editableYaml(object) : '', generation: object?.metadata.generation }
}

function TemplateMenu({ onChoose }: { readonly onChoose: (text: string) => void }) {
  return (
    <label className="template-choice">
      <span className="visually-hidden">Template</span>
      <select className="field" value="" onChange={(event) => onChoose(templates.find(({ title }) => title === event.target.value)?.text ?? '')}>
        <option value="" disabled>Template…</option>
        {templates.map(({ title }) => <option key={title} value={title}>{title}</option>)}
      </select>
    </label>
  )
}
