import { ask, expect, openShop, pause, reach, recorded, setSpeed, test } from './kubarium.ts'

test('a killed Worker comes back within seconds: the run is replayed, the person is told, nothing is lost', async ({ page }) => {
  await openShop(page)
  await setSpeed(page, 100)
  await reach(page, 60_000)
  await page.getByRole('button', { name: 'worker-2', exact: true }).focus()
  await page.keyboard.press('p')
  await reach(page, 150_000)
  const time = await pause(page)
  const hash = await ask(page, { kind: 'hash' })
  const { commands } = await recorded(page)
  // Terminated behind the page's back: no event is fired for that, as for a hang or a lack of memory.
  await page.evaluate(() => window.tap.workers[0]!.terminate())
  await expect(page.getByRole('alert').filter({ hasText: 'was replaced' })).toBeVisible({ timeout: 6000 })
  await page.waitForFunction(() => window.tap.workers.length === 2 && window.tap.batches.filter((batch) => batch.fresh).length === 2)
  expect(await recorded(page)).toEqual({ commands, now: time })
  expect(await ask(page, { kind: 'hash' })).toBe(hash)
  await expect(page.getByRole('article', { name: 'Machine worker-2' })).toHaveAttribute('data-power', 'off')
  await page.getByRole('button', { name: 'Play' }).click()
  await reach(page, time + 5000)
})

test('a Worker that fails again and again is not replaced for ever: the page stands still and says so', async ({ page, watcher }) => {
  await page.addInitScript(() => {
    const Listening = window.Worker
    // Dies at once, each time.
    window.Worker = class extends Listening {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options)
        if (options?.name === 'cluster') setTimeout(() => this.dispatchEvent(new ErrorEvent('error', { message: 'out of stack' })), 20)
      }
    }
  })
  await page.goto('./')
  await expect(page.getByRole('alert')).toContainText('was stopped', { timeout: 20_000 })
  const count = await page.evaluate(() => window.tap.workers.length)
  expect(count).toBeLessThanOrEqual(8)
  await page.waitForTimeout(1500)
  expect(await page.evaluate(() => window.tap.workers.length)).toBe(count)
  expect(watcher.troubles).toEqual([])
})
