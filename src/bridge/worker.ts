import type { ToWorker } from './protocol.ts'
import { Session } from './session.ts'

/** The Worker: hears messages between slices and paces itself; a page that sleeps is not flooded, as only acknowledged batches go out. */
Object.freeze(Object.prototype)

const session = new Session((message) => self.postMessage(message), () => performance.now())
let planned = false

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  session.handle(data)
  plan(0)
})

function plan(delay: number): void {
  if (planned) return
  planned = true
  setTimeout(() => {
    planned = false
    if (session.tick()) plan(4)
  }, delay)
}
