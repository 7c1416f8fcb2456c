// Stands in for monaco-worker-manager/worker, whose import of Monaco's worker cannot be resolved since Monaco 0.56 has an `exports` map.
import { initialize as start } from 'monaco-editor/editor/editor.worker.js'
import schema from './generated/kubernetes.schema.json'

interface Diagnostic {
  readonly severity?: number
}
type YamlWorker = Record<string, (...parameters: unknown[]) => unknown>

/** Kubernetes' kinds: here and not in createData, so that the page neither downloads nor clones them. */
const builtIn = { uri: 'inmemory://schemas/kubernetes.json', fileMatch: ['**/*.yaml'], schema }

export function initialize(create: (context: unknown, createData: unknown) => YamlWorker): void {
  self.onmessage = () =>
    start((context: unknown, data: unknown) => {
      const createData = data as { readonly schemas?: readonly unknown[] }
      const worker = create(context, { ...createData, schemas: [builtIn, ...(createData.schemas ?? [])] })
      // Monaco looks methods up on the prototype chain.
      return Object.create({ ...worker, doValidation: async (...parameters: unknown[]) => asErrors((await worker['doValidation']!(...parameters)) as Diagnostic[] | undefined) }) as object
    })
}

/** The language server calls what violates the schema a warning (2); the API server refuses it: an error (1). */
function asErrors(diagnostics: readonly Diagnostic[] | undefined): readonly Diagnostic[] | undefined {
  return diagnostics?.map((diagnostic) => (diagnostic.severity === 2 ? { ...diagnostic, severity: 1 } : diagnostic))
}
