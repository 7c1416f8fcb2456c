import type { ToWorker } from './protocol.ts'
import { Session } from './session.ts'

/** The Worker: hears messages between slices and paces itself; a page that sleeps is not flooded, as only acknowledged batches go out. */
sealPrototype()

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

/**
 * Nobody's manifest changes what all objects inherit. Freezing alone would make `labels['constructor'] = …` throw on objects of their own,
 * which Node allows: what is inherited becomes accessors whose setters define an own property instead.
 */
function sealPrototype(): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(Object.prototype))) {
    if (!('value' in descriptor)) continue
    const inherited: unknown = descriptor.value
    Object.defineProperty(Object.prototype, name, {
      get: () => inherited,
      set(this: object, value: unknown) {
        if (this === Object.prototype) throw new TypeError(`Object.prototype.${name} is not to be changed`)
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
      },
      enumerable: false,
    })
  }
  Object.freeze(Object.prototype)
}
