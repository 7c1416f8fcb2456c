// Stands in for monaco-worker-manager 2.0.1 (a dependency of monaco-yaml): since Monaco 0.53 `createWebWorker` needs the worker itself
// and no longer passes createData. The worker expects two messages before the calls begin: anything, then createData.
import type { IDisposable, Uri, editor } from 'monaco-editor/editor'

interface Options {
  readonly createData?: unknown
  readonly label: string
}

interface MonacoEditor {
  readonly editor: { createWebWorker: <T extends object>(options: editor.IInternalWebWorkerOptions) => editor.MonacoWebWorker<T> }
}

interface WorkerManager<T> extends IDisposable {
  getWorker(...resources: Uri[]): Promise<T>
  updateCreateData(createData: unknown): void
}

export function createWorkerManager<T extends object>(monaco: MonacoEditor, options: Options): WorkerManager<T> {
  let { createData } = options
  let client: editor.MonacoWebWorker<T> | undefined
  const stop = (): void => {
    client?.dispose()
    client = undefined
  }
  const hire = async (): Promise<Worker> => {
    const worker = await globalThis.MonacoEnvironment!.getWorker!('workerMain.js', options.label)
    worker.postMessage('ignore')
    worker.postMessage(createData)
    return worker
  }
  return {
    dispose: stop,
    getWorker(...resources) {
      client ??= monaco.editor.createWebWorker<T>({ worker: hire() })
      return client.withSyncedResources(resources)
    },
    updateCreateData(next) {
      createData = next
      stop()
    },
  }
}
