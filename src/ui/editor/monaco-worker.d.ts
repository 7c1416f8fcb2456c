declare module 'monaco-editor/editor/editor.worker.js' {
  export function initialize<T extends object>(callback: (context: unknown, createData: unknown) => T): void
}
