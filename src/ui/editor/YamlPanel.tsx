import { useCallback, useEffect, useRef, useState } from 'react'
import type { KubernetesObject } from '../../sim/api/objects.ts'
import { Button } from '../design/Button.tsx'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { CodeEditor, type CodeEditorHandle } from './CodeEditor.tsx'
import { editableYaml } from './documents.ts'
import { applyReview, review, type Review, type Target } from './review.ts'
import { ReviewPanel } from './ReviewPanel.tsx'
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
  return (
    <div className="yaml-panel nokey">
      <div className="yaml-head">
        <div className="segments" role="tablist" aria-label="What is edited">
          <button type="button" role="tab" aria-selected={showsObject} disabled={resource === null || !exists} onClick={() => setWriting(false)}>{resource && exists ? key.split('/').at(-1) : 'Nothing selected'}</button>
          <button type="button" role="tab" aria-selected={!showsObject} onClick={() => setWriting(true)}>New</button>
        </div>
      </div>
      <Editing key={showsObject ? `${resource}/${key}` : 'new'} target={target} />
    </div>
  )
}

/** Survives the tab: what somebody writes is not lost when they look at something else. */
let draft = templates[0]!.text

function Editing({ target }: { readonly target: Target }) {
  const editor = useRef<CodeEditorHandle>(null)
  const [initial, setInitial] = useState(() => textOf(target))
  const [reviewed, setReviewed] = useState<Review | null>(null)
  const [busy, setBusy] = useState(false)
  const changed = useNewerVersion(target, initial)

  const onReview = useCallback(async () => {
    setBusy(true)
    const found = await review(target, editor.current?.value() ?? '')
    editor.current?.mark(found.problems)
    setReviewed(found)
    setBusy(false)
  }, [target])
  const onApply = useCallback(async () => {
    if (!reviewed) return
    setBusy(true)
    const after = await applyReview(reviewed)
    editor.current?.mark(after.problems)
    setReviewed(after.done ? null : after)
    setBusy(false)
    if (!after.done) return
    useUi.getState().notify({ tone: 'calm', text: after.summary })
    if (target.kind === 'object') setInitial(textOf(target))
  }, [reviewed, target])
  const reload = () => {
    const text = textOf(target)
    setInitial(text)
    setReviewed(null)
    editor.current?.replace(text)
  }

  return (
    <>
      {changed && <p className="yaml-note" role="status">It has changed in the cluster since you opened it. <Button look="link" onClick={reload}>Load the newest</Button></p>}
      <CodeEditor
        ref={editor}
        name={target.kind === 'object' ? `${target.resource}-${target.key.replaceAll('/', '-')}` : 'new'}
        initial={initial}
        onChange={(text) => {
          if (target.kind === 'new') draft = text
          setReviewed(null)
        }}
        onSubmit={() => void (reviewed?.canApply ? onApply() : onReview())}
      />
      {reviewed && <ReviewPanel review={reviewed} />}
      <div className="yaml-foot">
        {target.kind === 'new' && <TemplateMenu onChoose={(text) => editor.current?.replace(text)} />}
        <span className="grow" />
        <Button onClick={() => void onReview()} disabled={busy}>Review</Button>
        <Button look="primary" onClick={() => void (reviewed?.canApply ? onApply() : onReview())} disabled={busy || (reviewed !== null && !reviewed.canApply)}>Apply</Button>
      </div>
    </>
  )
}

function textOf(target: Target): string {
  if (target.kind === 'new') return draft
  const object = currentView().objects[target.resource].get(target.key) as KubernetesObject | undefined
  return object ? editableYaml(object) : ''
}

/** Whether somebody else changed the object, its status and heartbeats aside. */
function useNewerVersion(target: Target, initial: string): boolean {
  const version = useCluster((view) => (target.kind === 'object' ? view.objects[target.resource].get(target.key)?.metadata.generation : undefined))
  const [first, setFirst] = useState({ initial, version })
  useEffect(() => setFirst((before) => (before.initial === initial ? before : { initial, version })), [initial, version])
  return first.initial === initial && first.version !== version
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
