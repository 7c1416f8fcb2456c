import type { Page } from '@playwright/test'
import type { Deployment } from '../src/sim/api/generated/types.ts'
import { ask, expect, openShop, pause, recorded, reach, setSpeed, test } from './kubarium.ts'

async function openEditor(page: Page): Promise<void> {
  await openShop(page)
  await setSpeed(page, 30)
  await reach(page, 40_000)
  await pause(page)
  await page.getByRole('tab', { name: 'YAML' }).click()
  await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 30_000 })
}

/** Replaces the text as a person would: all selected, then typed. */
async function write(page: Page, text: string): Promise<void> {
  await page.locator('.code-editor .monaco-editor').first().click({ position: { x: 200, y: 30 } })
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  // Pasted, so that neither indentation nor completion lend a hand.
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text)
  await page.keyboard.press('Control+v')
}

/** On which lines of the text there are squiggles. */
async function squiggledLines(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const lines = [...document.querySelectorAll<HTMLElement>('.code-editor .view-line')].map((line) => line.getBoundingClientRect().top)
    const sorted = lines.toSorted((a, b) => a - b)
    const tops = [...document.querySelectorAll<HTMLElement>('.code-editor .squiggly-error')].map((mark) => mark.getBoundingClientRect().top)
    return [...new Set(tops.map((top) => sorted.findLastIndex((line) => line <= top + 2) + 1))].toSorted((a, b) => a - b)
  })
}

function deployment(page: Page, name: string): Promise<Deployment> {
  return ask(page, { kind: 'read', request: { verb: 'get', group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name } }) as Promise<Deployment>
}

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: shop\ndata:\n  a: b\n`

test('bad YAML shows its error at its line: syntax, schema and what the API refuses', async ({ page }) => {
  await openEditor(page)
  await write(page, `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndatta:\n  a: b\n`)
  await expect.poll(() => squiggledLines(page)).toEqual([5])
  await page.getByRole('button', { name: 'Review' }).click()
  const problems = page.locator('.review-problems li')
  await expect(problems).toContainText(['datta'])
  await expect(problems.first().locator('.mono')).toHaveText('5')

  // Good by the schema, refused by the API: an upper-case name on line 4, a Service's port on line 11.
  await write(page, `apiVersion: v1\nkind: Service\nmetadata:\n  name: One\nspec:\n  ports:\n    - port: 70000\n`)
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(problems.filter({ hasText: 'metadata.name' }).locator('.mono')).toHaveText('4')
  await expect(problems.filter({ hasText: 'spec.ports[0].port' }).locator('.mono')).toHaveText('7')
  await expect.poll(() => squiggledLines(page)).toEqual([4, 7])
  await expect(page.getByRole('button', { name: 'Apply' })).toBeDisabled()

  await write(page, `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "open\n`)
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(problems.first()).toBeVisible()
  await expect(page.locator('.review-summary')).toHaveText(/problem/)
  expect((await recorded(page)).commands).toHaveLength(1)
})

test('typing works as in any editor: spaces, line ends, single letters, Tab; nothing of it is a command of the page', async ({ page }) => {
  await openEditor(page)
  await write(page, '')
  await page.keyboard.type('kind: Pod', { delay: 5 })
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await page.keyboard.type('# p x c 1 2 n . [ ] e l w', { delay: 5 })
  await page.keyboard.press('Enter')
  await expect(page.locator('.code-editor .view-lines')).toContainText('kind:')
  const lines = await page.locator('.code-editor .view-line').allInnerTexts()
  expect(lines.map((line) => line.replaceAll('\u00a0', ' '))).toEqual(expect.arrayContaining(['kind: Pod', '# p x c 1 2 n . [ ] e l w']))
  expect((await recorded(page)).commands).toHaveLength(1)
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
})

test('an object is edited: e opens it, Review shows what changes, Apply does it, Ctrl+Enter too', async ({ page }) => {
  await openShop(page)
  await setSpeed(page, 30)
  await reach(page, 40_000)
  await pause(page)
  await page.locator('.pod').filter({ hasText: /^catalog/ }).first().click()
  await page.getByRole('tab', { name: 'Inspect' }).click()
  await page.getByRole('button', { name: /Deployment.*catalog|^catalog$/ }).first().click()
  await page.keyboard.press('Escape')
  await page.locator('.pod').filter({ hasText: /^catalog/ }).first().click()
  await page.keyboard.press('e')
  await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('tab', { name: /^catalog-/ })).toHaveAttribute('aria-selected', 'true')
})

test('several documents are reviewed one by one and applied together', async ({ page }) => {
  await openEditor(page)
  await write(page, `${configMap('one')}---\n${configMap('two')}`)
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(page.locator('.review-summary')).toHaveText('2 new.')
  await expect(page.locator('.review-documents li')).toHaveCount(2)
  await page.locator('.code-editor .monaco-editor').first().click({ position: { x: 200, y: 30 } })
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('.notice')).toHaveText('Applied 2 objects.')
  expect((await recorded(page)).commands.at(-1)!.command).toMatchObject({ kind: 'apply' })
  await write(page, configMap('one').replace('a: b', 'a: changed'))
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(page.locator('.review-summary')).toHaveText('1 changed.')
  await expect(page.locator('.review-difference .line-insert').first()).toBeAttached()
})

test('a draft survives looking at something else, and a template replaces it by one undoable edit', async ({ page }) => {
  await openEditor(page)
  await write(page, configMap('my-draft'))
  await page.getByRole('tab', { name: 'Events' }).click()
  await page.getByRole('tab', { name: 'YAML' }).click()
  await expect(page.locator('.code-editor .view-lines')).toContainText('my-draft')
  await page.getByLabel('Template').selectOption('Namespace')
  await expect(page.locator('.code-editor .view-lines')).toContainText('team-a')
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(page.locator('.review-summary')).toHaveText('1 new.')
  await page.locator('.code-editor .monaco-editor').first().click({ position: { x: 200, y: 30 } })
  await page.keyboard.press('Control+z')
  await expect(page.locator('.code-editor .view-lines')).toContainText('my-draft')
})

test('somebody else was faster: the conflict is said, nothing typed is lost, and the newest can be loaded', async ({ page }) => {
  await openEditor(page)
  await deployment(page, 'web')
})
