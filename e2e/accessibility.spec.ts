import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, now, openShop, pause, reach, recorded, setSpeed, test } from './kubarium.ts'

async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']).analyze()
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`))
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await openShop(page)
    await setSpeed(page, 100)
    await reach(page, 40_000)
    await page.getByRole('button', { name: 'worker-2', exact: true }).click()
    await page.keyboard.press('p')
    await reach(page, 440_000)
    await pause(page)
    const found: Record<string, string[]> = { machines: await seriousFaults(page) }
    await page.locator('.pod').first().click()
    found['pod'] = await seriousFaults(page)
    await page.keyboard.press('e')
    await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 30_000 })
    await page.waitForTimeout(500)
    found['yaml'] = await seriousFaults(page)
    await page.getByRole('tab', { name: 'Applications' }).click()
    found['applications'] = await seriousFaults(page)
    await page.getByRole('tab', { name: 'Control plane' }).click()
    found['control plane'] = await seriousFaults(page)
    await page.getByRole('button', { name: 'Menu', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Gallery of scenarios' }).click()
    found['gallery'] = await seriousFaults(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Share' }).click()
    found['share'] = await seriousFaults(page)
    expect(Object.entries(found).filter(([, faults]) => faults.length > 0)).toEqual([])
  })
}

test('the keyboard alone is enough: find a machine, power it off, go to the next change, read why, share', async ({ page }) => {
  await openShop(page)
  await setSpeed(page, 30)
  await reach(page, 30_000)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Power off worker-2')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('article', { name: 'Machine worker-2' })).toHaveAttribute('data-power', 'off')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Pause')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => window.tap.batches.at(-1)?.pace.paused === true)
  const before = await now(page)
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('n')
  await expect.poll(() => now(page)).toBeGreaterThan(before)
  await page.keyboard.press('Shift+?')
  await expect(page.getByRole('dialog', { name: 'Keys and help' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect((await recorded(page)).commands.at(-1)!.command).toEqual({ kind: 'power-off', node: 'worker-2' })
})

test('under reduced motion nothing moves', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await openShop(page)
  await setSpeed(page, 10)
  await reach(page, 20_000)
  const moving = await page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === 'running' && Number(animation.effect?.getComputedTiming().duration) > 1).map((animation) => String((animation.effect as KeyframeEffect).target?.className)))
  expect(moving).toEqual([])
})
