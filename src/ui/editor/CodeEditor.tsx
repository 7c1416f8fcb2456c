import { useEffect, useImperativeHandle, useRef, type Ref } from 'react'
import type { TextProblem } from '../../scenario/yaml.ts'
import { editorOptions, editorTheme, monaco } from './monaco.ts'

export interface CodeEditorHandle {
  value(): string
  /** As one edit: undo brings the old text back. */
  replace(text: string): void
  mark(problems: readonly TextProblem[], warnings?: readonly TextProblem[]): void
}

interface CodeEditorProps {
  readonly ref: Ref<CodeEditorHandle>
  /** Of the model; the same name finds the same text again, with its undo history. */
  readonly name: string
  /** The text to begin with; later ones come by `replace`. */
  readonly initial: string
  onChange(text: string): void
  onSubmit(): void
}

/** Monaco with Kubernetes' schema. The model outlives the component; the editor does not. */
export function CodeEditor({ ref, name, initial, onChange, onSubmit }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<monaco.editor.IStandaloneCodeEditor | null>(null)
  const first = useRef(initial)
  const handlers = useRef({ onChange, onSubmit })
  useEffect(() => {
    handlers.current = { onChange, onSubmit }
  })

  useEffect(() => {
    const uri = monaco.Uri.parse(`file:///${name}.yaml`)
    const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel(first.current, 'yaml', uri)
    if (model.getValue() !== first.current) model.setValue(first.current)
    const created = monaco.editor.create(host.current!, { ...editorOptions, model, theme: editorTheme(), ariaLabel: 'Manifest editor' })
    editor.current = created
    const listening = created.onDidChangeModelContent(() => {
      monaco.editor.setModelMarkers(model, 'kubarium', [])
      handlers.current.onChange(model.getValue())
    })
    for (const key of [monaco.KeyCode.Enter, monaco.KeyCode.KeyS]) created.addCommand(monaco.KeyMod.CtrlCmd | key, () => handlers.current.onSubmit())
    const followTheme = new MutationObserver(() => monaco.editor.setTheme(editorTheme()))
    followTheme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => {
      followTheme.disconnect()
      listening.dispose()
      created.dispose()
      editor.current = null
    }
  }, [name])

  useImperativeHandle(ref, () => ({
    value: () => editor.current?.getModel()?.getValue() ?? '',
    replace(text) {
      const model = editor.current?.getModel()
      if (model) editor.current?.executeEdits('replace', [{ range: model.getFullModelRange(), text }])
    },
    mark(problems, warnings = []) {
      const model = editor.current?.getModel()
      if (!model) return
      const markerOf = (severity: monaco.MarkerSeverity) => ({ line, column, message }: TextProblem) => ({ severity, message, startLineNumber: line, startColumn: column, endLineNumber: line, endColumn: model.getLineMaxColumn(Math.min(line, model.getLineCount())) })
      monaco.editor.setModelMarkers(model, 'kubarium', [...problems.map(markerOf(monaco.MarkerSeverity.Error)), ...warnings.map(markerOf(monaco.MarkerSeverity.Warning))])
      if (problems[0]) editor.current?.revealLineInCenterIfOutsideViewport(problems[0].line)
    },
  }))

  return <div ref={host} className="code-editor nokey" data-testid="editor" />
}
