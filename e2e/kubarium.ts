import { test as base, expect, type BrowserContext, type Page } from '@playwright/test'
import type { Batch, ToPage } from '../src/bridge/protocol.ts'
import type { ClusterQuestion } from '../src/sim/cluster/cluster.ts'
import type { Run } from '../src/sim/cluster/run.ts'

/** What the tests hear of the conversation between the page and its Worker. */
interface Tap {
  readonly workers: Worker[]
  readonly batches: Batch[]
  violations: string[]
}

declare global {
  interface Window {
    tap: Tap
  }
}

/** Runs in the page before anything else: listens to the cluster's Worker and to the security policy. Nothing in the product knows of it. */
function listenIn(): void {
  const tap: Tap = { workers: [], batches: [], violations: [] }
  window.tap = tap
  const RealWorker = window.Worker
  window.Worker = class extends RealWorker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      if (options?.name !== 'cluster') return
      tap.workers.push(this)
      this.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
        if (data.type === 'batch') tap.batches.push(data)
      })
    }
  }
  document.addEventListener('securitypolicyviolation', (event) => tap.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))
}

/** Everything that must not happen on any page of any test. */
export class Watcher {
  readonly troubles: string[] = []

  async follow(context: BrowserContext): Promise<void> {
    await context.addInitScript(listenIn)
    context.on('page', (page) => this.watch(page))
  }

  private watch(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.troubles.push(`console ${message.type()}: ${message.text()} (${message.location().url})`)
    })
    page.on('pageerror', (error) => this.troubles.push(`page error: ${error.stack ?? error.message}`))
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.protocol.startsWith('http') && url.hostname !== '127.0.0.1') this.troubles.push(`request to another origin: ${request.url()}`)
    })
    page.on('dialog', (dialog) => {
      this.troubles.push(`a script opened a dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
  }
}

/** Every test: no console error, no violation of the policy, no request elsewhere. */
export const test = base.extend<{ watcher: Watcher }>({
  watcher: [
    async ({ context }, use) => {
      const watcher = new Watcher()
      await watcher.follow(context)
      await use(watcher)
      for (const page of context.pages()) watcher.troubles.push(...(await page.evaluate(() => window.tap?.violations ?? []).catch(() => [])))
      expect(watcher.troubles).toEqual([])
    },
    { auto: true },
  ],
})

export { expect }

/** Opens the page, with the hint and the speed as a first visitor meets them, and waits for the shop. */
export async function openShop(page: Page): Promise<void> {
  await page.goto('./')
  await expect(page.getByRole('article', { name: 'Machine worker-3' })).toBeVisible()
  await expect(page.locator('.pod[data-state=ready]').first()).toBeVisible()
}

/** Chooses a speed in the time bar. */
export async function setSpeed(page: Page, speed: number): Promise<void> {
  await page.getByRole('button', { name: /^Speed:/ }).click()
  await page.getByRole('menuitemradio', { name: new RegExp(`^${speed}×`) }).click()
}

/** Holds the clock, and waits until the page has heard the last of it. */
export async function pause(page: Page): Promise<number> {
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.waitForFunction(() => window.tap.batches.at(-1)?.pace.paused === true)
  return now(page)
}

/** Virtual time of the last batch. */
export function now(page: Page): Promise<number> {
  return page.evaluate(() => window.tap.batches.at(-1)?.now ?? -1)
}

/** Waits until the cluster has reached this virtual time. */
export async function reach(page: Page, time: number): Promise<void> {
  await page.waitForFunction((least) => (window.tap.batches.at(-1)?.now ?? -1) >= least, time, { timeout: 60_000 })
}

/** Asks the page's own Worker; what is asked leaves no mark on the run. */
export function ask(page: Page, question: ClusterQuestion): Promise<unknown> {
  return page.evaluate(
    (asked) =>
      new Promise((resolve) => {
        const worker = window.tap.workers.at(-1)!
        const id = -Math.ceil(Math.random() * 1e9)
        const listen = ({ data }: MessageEvent<ToPage>): void => {
          if (data.type !== 'answer' || data.id !== id) return
          worker.removeEventListener('message', listen)
          resolve(data.result.ok ? data.result.value : data.result.status)
        }
        worker.addEventListener('message', listen)
        worker.postMessage({ type: 'ask', id, question: asked })
      }),
    question,
  )
}

/** The commands given so far, and when it is. */
export function recorded(page: Page): Promise<{ readonly commands: Run['commands']; readonly now: number }> {
  return page.evaluate(() => {
    const { commands, now: time } = window.tap.batches.at(-1)!
    return { commands, now: time }
  })
}
