import type { Page } from '@playwright/test'
import { openShop, pause, reach, setSpeed, test, now, expect } from './kubarium.ts'

const sizes = [{ width: 1440, height: 900 }, { width: 1280, height: 720 }, { width: 390, height: 844 }]

/** To be looked at beside the design's: `artifacts/` is not kept. */
for (const size of sizes) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`screenshots at ${size.width}×${size.height}, ${colorScheme}`, async ({ page }) => {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const isPhone = size.width < 700
      const take = (name: string) => page.screenshot({ path: `artifacts/${name}-${size.width}x${size.height}-${colorScheme}.png` })
      await openShop(page)
      await setSpeed(page, 30)
      await reach(page, 60_000)
      await setSpeed(page, 1)
      await take('1-shop')
      await powerOff(page, isPhone)
      await setSpeed(page, 10)
      await reach(page, (await now(page)) + 27_000)
      await pause(page)
      await take('2-lost')
      await page.getByRole('button', { name: 'Play' }).click()
      await setSpeed(page, 100)
      await reach(page, (await now(page)) + 390_000)
      await pause(page)
      await take('3-replaced')
      if (!isPhone) await editor(page, take)
      await openFromMenu(page, 'Gallery of scenarios')
      await take('6-gallery')
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Share' }).click()
      await take('7-share')
    })
  }
}

async function powerOff(page: Page, isPhone: boolean): Promise<void> {
  if (isPhone) await page.getByText('worker-2', { exact: true }).first().click()
  else await page.getByRole('button', { name: 'worker-2', exact: true }).click()
  await page.keyboard.press('p')
  // The sheet over the time bar goes away.
  if (isPhone) await page.keyboard.press('Escape')
}

async function openFromMenu(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Menu', exact: true }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

async function editor(page: Page, take: (name: string) => Promise<unknown>): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Write YAML')
  await page.keyboard.press('Enter')
  const code = page.locator('.code-editor .monaco-editor').first()
  await expect(page.locator('.code-editor .view-line').first()).toBeVisible({ timeout: 30_000 })
  await code.click({ position: { x: 200, y: 30 } })
  await page.keyboard.press('Control+Home')
  for (let line = 0; line < 5; line += 1) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  await page.keyboard.type('0')
  await page.keyboard.press('Control+Home')
  for (let line = 0; line < 12; line += 1) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('b!')
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(page.locator('.review')).toBeVisible()
  await page.waitForTimeout(600)
  await take('4-yaml-error')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Edit YAML web')
  await page.keyboard.press('Enter')
  await expect(page.locator('.code-editor .view-lines')).toContainText('replicas')
  await code.click({ position: { x: 200, y: 30 } })
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+c')
  const text = await page.evaluate(() => navigator.clipboard.readText())
  await page.evaluate((edited) => navigator.clipboard.writeText(edited), text.replace('replicas: 3', 'replicas: 5'))
  await page.keyboard.press('Control+v')
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(page.locator('.review')).toBeVisible()
  await page.waitForTimeout(600)
  await take('5-yaml-review')
}
