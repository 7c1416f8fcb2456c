import * as monaco from 'monaco-editor/editor'
import 'monaco-editor/features/register.all'
import 'monaco-editor/languages/definitions/yaml/register'
import { configureMonacoYaml } from 'monaco-yaml'

globalThis.MonacoEnvironment = {
  getWorker: (_module: string, label: string) =>
    label === 'yaml' ? new Worker(new URL('./yaml.worker.ts', import.meta.url), { type: 'module', name: 'yaml' }) : new Worker(new URL('./editor.worker.ts', import.meta.url), { type: 'module', name: 'editor' }),
}

// The built-in kinds are added inside the worker (worker-init.ts); nothing is ever fetched.
configureMonacoYaml(monaco as never, { enableSchemaRequest: false, isKubernetes: true, schemas: [] })

/** What YAML needs other than Monaco's defaults: values complete while typing, and Enter stays Enter. */
export const editorOptions: monaco.editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  fontFamily: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSize: 12.5,
  fontLigatures: false,
  minimap: { enabled: false },
  fixedOverflowWidgets: true,
  scrollBeyondLastLine: false,
  lineNumbersMinChars: 3,
  tabSize: 2,
  insertSpaces: true,
  detectIndentation: false,
  quickSuggestions: { other: true, strings: true, comments: false },
  acceptSuggestionOnEnter: 'smart',
  wordBasedSuggestions: 'off',
  padding: { top: 8, bottom: 8 },
}

// Monaco's own grounds beside the page's look like patches.
monaco.editor.defineTheme('kubarium-dark', { base: 'vs-dark', inherit: true, rules: [], colors: { 'editor.background': '#161b22', 'editorStickyScroll.background': '#161b22', 'editorGutter.background': '#161b22' } })

/** Monaco's theme that goes with the page's. */
export function editorTheme(): 'vs' | 'kubarium-dark' {
  return document.documentElement.dataset['theme'] === 'dark' ? 'kubarium-dark' : 'vs'
}

export { monaco }
