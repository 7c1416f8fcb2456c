import type { BrowserContext, Page } from '@playwright/test'
import { decodeLink } from '../src/scenario/link.ts'
import { Cluster } from '../src/sim/cluster/cluster.ts'
import type { Run } from '../src/sim/cluster/run.ts'
import { ask, expect, now, openShop, pause, reach, recorded, setSpeed, test } from './kubarium.ts'

/** The same run in this Node process. */
function hashInNode({ seed, options, commands }: Run, until: number): string {
  const cluster = new Cluster(seed, options)
  for (const { at, command } of commands) {
    cluster.advanceTo(at)
    cluster.perform(command)
  }
  cluster.advanceTo(until)
  return cluster.hash()
}

/** What a person does: a machine lost, something scaled, and time held at an odd moment. */
async function brokenShop(page: Page): Promise<number> {
  await openShop(page)
  await setSpeed(page, 100)
  await reach(page, 40_000)
  await page.getByRole('button', { name: 'worker-2', exact: true }).focus()
  await page.keyboard.press('p')
  await reach(page, 420_000)
  await page.getByRole('button', { name: 'worker-1', exact: true }).focus()
  await page.keyboard.press('c')
  await reach(page, 450_000)
  return pause(page)
}

function podsOf(page: Page): Promise<string[]> {
  return page.locator('.pod').evaluateAll((chips) => chips.map((chip) => `${chip.getAttribute('data-thing')} ${chip.getAttribute('data-state')}`).sort())
}

async function inFreshProfile(context: BrowserContext, link: string): Promise<Page> {
  const fresh = await context.browser()!.newContext()
  await fresh.addInitScript(() => {
    const RealWorker = window.Worker
    window.tap = { workers: [], batches: [], violations: [] }
    window.Worker = class extends RealWorker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options)
        if (options?.name !== 'cluster') return
        window.tap.workers.push(this)
        this.addEventListener('message', ({ data }) => {
          if (data.type === 'batch') window.tap.batches.push(data)
        })
      }
    }
  })
  const page = await fresh.newPage()
  await page.goto(link)
  return page
}

test('a link opened in a fresh profile gives the same cluster and the same hash, and so does Node', async ({ page, context }) => {
  const time = await brokenShop(page)
  const hash = await ask(page, { kind: 'hash' })
  await page.getByRole('button', { name: 'Share' }).click()
  await page.getByRole('button', { name: 'Copy link' }).click()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).toBe(await page.getByLabel('Link', { exact: true }).inputValue())
  const reading = decodeLink(new URL(link).hash)
  if (!reading.ok) throw new Error(reading.problem)
  expect(reading.scenario.until).toBe(time)
  expect(hashInNode(reading.scenario.run, time)).toBe(hash)

  const other = await inFreshProfile(context, link)
  await expect(other.getByRole('dialog', { name: 'Open this scenario?' })).toBeVisible()
  expect(await now(other)).toBe(-1)
  await other.getByRole('button', { name: 'Open paused' }).click()
  await expect(other.locator('.pod').first()).toBeVisible()
  expect(await now(other)).toBe(time)
  expect(await ask(other, { kind: 'hash' })).toBe(hash)
  expect(await podsOf(other)).toEqual(await podsOf(page))
  expect(other.url()).not.toContain('#')
  await other.context().close()
})

test('a reload loses nothing: commands, moment and picture are back', async ({ page }) => {
  const time = await brokenShop(page)
  const before = { hash: await ask(page, { kind: 'hash' }), pods: await podsOf(page), ...(await recorded(page)) }
  await expect.poll(() => page.evaluate(() => new Promise((resolve) => {
    const opening = indexedDB.open('kubarium')
    opening.onsuccess = () => {
      const reading = opening.result.transaction('work').objectStore('work').get('open')
      reading.onsuccess = () => resolve((JSON.parse(String(reading.result)) as { until: number }).until)
    }
  }))).toBe(time)
  await page.reload()
  await expect(page.locator('.pod').first()).toBeVisible()
  await pause(page)
  const after = await recorded(page)
  expect(after.commands).toEqual(before.commands)
  expect(await page.evaluate(() => window.tap.batches[0]!.now)).toBe(time)
  await expect(page.getByRole('article', { name: 'Machine worker-2' })).toHaveAttribute('data-power', 'off')
})

test('a scenario saved to a file opens again, as a preview first', async ({ page }) => {
  await brokenShop(page)
  const hash = await ask(page, { kind: 'hash' })
  await page.getByRole('button', { name: 'Share' }).click()
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save to a file' }).click()
  const file = await (await downloading).path()
  await page.getByLabel('Scenario file').setInputFiles(file)
  await page.getByRole('button', { name: 'Open paused' }).click()
  await page.waitForFunction(() => window.tap.batches.filter((batch) => batch.fresh).length === 2)
  expect(await ask(page, { kind: 'hash' })).toBe(hash)
})
