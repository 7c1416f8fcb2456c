import { Reading, type ToReading } from './reading.ts'

/** A Worker that reads manifests, in this process; `silent`: it never answers. */
export function createReadingWorker({ silent = false } = {}): Worker & { isTerminated: boolean } {
  const reading = new Reading()
  const worker: Pick<Worker, 'postMessage' | 'terminate' | 'onmessage'> & { isTerminated: boolean } = {
    isTerminated: false,
    onmessage: null,
    postMessage(message: ToReading) {
      const data: unknown = structuredClone(reading.handle(structuredClone(message)))
      if (!silent) queueMicrotask(() => worker.onmessage?.call(worker as unknown as Worker, { data } as MessageEvent))
    },
    terminate() {
      worker.isTerminated = true
    },
  }
  return worker as unknown as Worker & { isTerminated: boolean }
}
