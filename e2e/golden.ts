import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { encodeLink } from '../src/scenario/link.ts'
import type { Command, Manifest, Run } from '../src/sim/cluster/run.ts'
import { expect, now, test } from './kubarium.ts'

const folder = process.env.GOLDEN ?? resolve(import.meta.dirname, '../../shared/golden')

interface GoldenCase<In, Out> {
  readonly name: string
  readonly in: In
  readonly out: Out
}

/** A case of the golden data; where the data are not at hand the test is skipped, and says so. */
export function golden<In, Out>(file: string, name: string): GoldenCase<In, Out> {
  const path = resolve(folder, `${file}.jsonl`)
  test.skip(!existsSync(path), `no golden data at ${path}`)
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  const found = lines.map((line) => JSON.parse(line) as GoldenCase<In, Out>).find((one) => one.name === name)
  if (!found) throw new Error(`${file} has no case ${name}`)
  return found
}

/** Opens a cluster of its own, held at `until`; paused, as a link is opened with care. */
export async function openHeld(page: Page, manifests: readonly Manifest[], until: number, options: Run['options'] = { workers: 3 }): Promise<void> {
  const commands = [{ at: 1000, command: { kind: 'apply', manifests } satisfies Command }]
  await page.goto(`./#${encodeLink({ title: 'Played', run: { version: 1, seed: 7, options, commands }, until })}`)
  await page.getByRole('button', { name: 'Open paused' }).click()
  await expect(page.getByRole('article', { name: 'Machine worker-1', exact: true })).toBeVisible()
  expect(await now(page)).toBe(until)
}

/** On to the next change that the page shows; answers when that is. */
export async function nextChange(page: Page): Promise<number> {
  const before = await page.evaluate(() => window.tap.batches.length)
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('n')
  // The search may take several slices: it is over when no more batches come. Counted in frames, which a busy machine makes late, too.
  await page.waitForFunction((count) => {
    const state = window as unknown as { quiet?: { readonly count: number; frames: number } }
    const { length } = window.tap.batches
    if (length === count || state.quiet?.count !== length) {
      state.quiet = { count: length, frames: 0 }
      return false
    }
    state.quiet.frames += 1
    return state.quiet.frames > 10
  }, before, { polling: 'raf' })
  return now(page)
}

/** From change to change until the page shows it; answers when it first did. */
export async function stepUntil(page: Page, isShown: () => Promise<boolean>, stepsAtMost = 40): Promise<number> {
  for (let steps = 0; steps < stepsAtMost; steps += 1) {
    if (await isShown()) return now(page)
    await nextChange(page)
  }
  throw new Error(`not shown within ${stepsAtMost} changes`)
}

/** `0:14` or `5:03` as milliseconds. */
export function countdownOf(text: string): number {
  const found = /(\d+):(\d\d)/.exec(text)
  return found ? (Number(found[1]) * 60 + Number(found[2])) * 1000 : Number.NaN
}

/** Selects a thing on the canvas: the inspector follows. */
export async function inspect(page: Page, id: string): Promise<void> {
  await page.locator(`.canvas button[data-thing="${id}"]`).first().click()
  await expect(page.locator('.inspector')).toHaveAttribute('aria-label', new RegExp(`${id.split('/').at(-1) ?? ''}$`))
}

/** What the inspector says about a condition: status, reason and message in one line; empty when it has none of that type. */
export async function conditionText(page: Page, type: string): Promise<string> {
  const row = page.locator('.conditions > div').filter({ has: page.locator('dt', { hasText: new RegExp(`^${type}$`) }) })
  return (await row.count()) === 0 ? '' : (await row.locator('dd').innerText()).replace(/\s+/g, ' ').trim()
}

interface ShownEvent {
  readonly at: number
  readonly reason: string
  readonly message: string
}

/** The events that the inspector lists about the selected thing; times are full seconds. */
export function shownEvents(page: Page): Promise<ShownEvent[]> {
  return page.locator('.inspector .event').evaluateAll((rows) => rows.map((row) => {
    const [minutes = 0, seconds = 0] = (row.querySelector('time')?.textContent ?? '').split(':').map(Number)
    return { at: (minutes * 60 + seconds) * 1000, reason: row.querySelector('b')?.textContent ?? '', message: row.querySelector('p')?.textContent ?? '' }
  }))
}
