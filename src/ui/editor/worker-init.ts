// Stands in for monaco-worker-manager/worker, whose import of Monaco's worker cannot be resolved since Monaco 0.56 has an `exports` map.
import { initialize as start } from 'monaco-editor/editor/editor.worker.js'
import schema from './generated/kubernetes.schema.json'

interface Diagnostic {
  readonly severity?: number
}
interface DocumentSymbol {
  readonly children?: readonly DocumentSymbol[]
}
type YamlWorker = Record<string, (...parameters: unknown[]) => unknown>

/** Kubernetes' kinds: here and not in createData, so that the page neither downloads nor clones them. */
const builtIn = { uri: 'inmemory://schemas/kubernetes.json', fileMatch: ['**/*.yaml'], schema }

export function initialize(create: (context: unknown, createData: unknown) => YamlWorker): void {
  self.onmessage = () =>
    start((context: unknown, data: unknown) => {
      const createData = data as { readonly schemas?: readonly unknown[] }
      const worker = create(context, { ...createData, schemas: [builtIn, ...(createData.schemas ?? [])] })
      const bounded: YamlWorker = {
        doValidation: async (...parameters) => asErrors((await worker['doValidation']!(...parameters)) as Diagnostic[] | undefined),
        getFoldingRanges: async (...parameters) => ((await worker['getFoldingRanges']!(...parameters)) as unknown[] | undefined)?.slice(0, mostSymbols),
        findDocumentSymbols: async (...parameters) => firstOf((await worker['findDocumentSymbols']!(...parameters)) as DocumentSymbol[] | undefined, { left: mostSymbols }),
      }
      // Monaco looks methods up on the prototype chain.
      return Object.create({ ...worker, ...bounded }) as object
    })
}

/** The page draws what is found, and a stranger's text can have a hundred thousand mistakes, or items of one list. */
const mostDiagnostics = 1000
const mostSymbols = 10_000

/** The language server calls what violates the schema a warning (2); the API server refuses it: an error (1). */
function asErrors(diagnostics: readonly Diagnostic[] | undefined): readonly Diagnostic[] | undefined {
  return diagnostics?.slice(0, mostDiagnostics).map((diagnostic) => (diagnostic.severity === 2 ? { ...diagnostic, severity: 1 } : diagnostic))
}

/** The first symbols of a tree, each before what is in it. */
function firstOf(symbols: readonly DocumentSymbol[] | undefined, room: { left: number }): readonly DocumentSymbol[] | undefined {
  const kept: DocumentSymbol[] = []
  for (const symbol of symbols ?? []) {
    if ((room.left -= 1) < 0) break
    kept.push(symbol.children ? { ...symbol, children: firstOf(symbol.children, room)! } : symbol)
  }
  return symbols && kept
}
