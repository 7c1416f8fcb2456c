import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser } from '@playwright/test'
import type { ToPage, ToWorker } from '../src/bridge/protocol.ts'
import type { Run } from '../src/sim/cluster/run.ts'
import { shortRun } from '../fuzz/hash.ts'
import { expect, test } from './kubarium.ts'

const seeds = Array.from({ length: 50 }, (_, index) => index + 1)

/** Half an hour off, three quarters off, languages with other digits, other capitals and another order. */
const places = [
  { timezoneId: 'Asia/Kathmandu', offset: -345, locale: 'tr-TR', language: 'tr_TR.UTF-8' },
  { timezoneId: 'America/St_Johns', offset: 210, locale: 'ar-EG', language: 'ar_EG.UTF-8' },
  { timezoneId: 'UTC', offset: 0, locale: 'en-US', language: 'C' },
] as const

interface Case {
  readonly run: Run
  readonly until: number
}

/** The hashes that another Node process makes, in a time zone and a language. */
async function hashesInNode(timezone: string, language: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/run-typescript.mjs', 'fuzz/hashes.ts', String(seeds.length)], { env: { ...process.env, TZ: timezone, LANG: language, LC_ALL: language } })
  return stdout.trim().split('\n')
}

/** The hashes that the page's Worker makes, one run after the other. */
async function hashesInWorker(browser: Browser, place: (typeof places)[number], cases: readonly Case[]): Promise<string[]> {
  const context = await browser.newContext({ timezoneId: place.timezoneId, locale: place.locale })
  await context.addInitScript(() => {
    const RealWorker = window.Worker
    window.tap = { workers: [], batches: [], violations: [] }
    window.Worker = class extends RealWorker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options)
        if (options?.name === 'cluster') window.tap.workers.push(this)
      }
    }
  })
  const page = await context.newPage()
  await page.goto('./')
  await page.waitForFunction(() => window.tap.workers.length > 0)
  expect(await page.evaluate(() => [new Date(1_767_225_600_000).getTimezoneOffset(), navigator.language])).toEqual([place.offset, place.locale])
  const hashes = await page.evaluate(async (all) => {
    const worker = window.tap.workers[0]!
    const found: string[] = []
    for (const [index, { run, until }] of all.entries()) {
      const id = -1000 - index
      found.push(await new Promise<string>((resolve, reject) => {
        const listen = ({ data }: MessageEvent<ToPage>): void => {
          if (data.type === 'defect') reject(new Error(`seed ${run.seed}: ${data.message}`))
          if (data.type !== 'answer' || data.id !== id) return
          worker.removeEventListener('message', listen)
          resolve(data.result.ok ? String(data.result.value) : data.result.status.message ?? 'refused')
        }
        worker.addEventListener('message', listen)
        const say = (message: ToWorker): void => worker.postMessage(message)
        say({ type: 'boot', run, until, pace: { speed: 1, paused: true } })
        // The answer waits until the run has been played.
        say({ type: 'ask', id, question: { kind: 'hash' } })
      }))
    }
    return found
  }, cases)
  await context.close()
  return hashes
}

test('fifty random runs with faults have the same hash in Node and in the Worker, in three time zones and languages', async ({ browser }) => {
  test.setTimeout(900_000)
  const here = seeds.map(shortRun)
  const due = here.map(({ hash }) => hash)
  expect(new Set(due).size).toBe(seeds.length)
  const cases = here.map(({ run, until }) => ({ run, until }))
  for (const place of places) {
    const [inNode, inWorker] = await Promise.all([hashesInNode(place.timezoneId, place.language), hashesInWorker(browser, place, cases)])
    expect(inNode, `Node in ${place.timezoneId}, ${place.language}`).toEqual(due)
    expect(inWorker, `Chromium in ${place.timezoneId}, ${place.locale}`).toEqual(due)
  }
})
