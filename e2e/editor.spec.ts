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

/** Finds an object by the command palette and opens its YAML. */
async function edit(page: Page, name: string, kind: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type(name)
  await page.getByRole('option').filter({ hasText: kind }).first().click()
  await page.keyboard.press('e')
  await expect(page.getByRole('tab', { name, exact: true })).toHaveAttribute('aria-selected', 'true')
  await expect(page.locator('.code-editor .view-lines')).toContainText('replicas')
}

/** The whole text, as a person would copy it. */
async function textOf(page: Page): Promise<string> {
  await page.locator('.code-editor .monaco-editor').first().click({ position: { x: 200, y: 30 } })
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+c')
  return page.evaluate(() => navigator.clipboard.readText())
}

/** Changes the text, as one paste. */
async function change(page: Page, from: string, to: string): Promise<void> {
  const text = await textOf(page)
  expect(text).toContain(from)
  await write(page, text.replace(from, to))
}

test('an object is edited: e opens it, Review shows what changes, Ctrl+Enter applies it while heartbeats go on', async ({ page }) => {
  await openShop(page)
  await setSpeed(page, 30)
  await reach(page, 40_000)
  await edit(page, 'web', 'Deployment')
  await change(page, 'replicas: 3', 'replicas: 4')
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(page.locator('.review-summary')).toHaveText('This changes:')
  await expect(page.locator('.review-difference .line-insert').first()).toBeAttached()
  await page.locator('.code-editor .monaco-editor').first().click({ position: { x: 200, y: 30 } })
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('.notice')).toHaveText('Applied.')
  expect((await deployment(page, 'web')).spec.replicas).toBe(4)
  // The status moves on by itself now; that is nobody's conflict.
  await change(page, 'replicas: 4', 'replicas: 2')
  await reach(page, (await recorded(page)).now + 60_000)
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('.review-summary')).toHaveText('This changes:')
  await page.keyboard.press('Control+Enter')
  await expect.poll(async () => (await deployment(page, 'web')).spec.replicas).toBe(2)
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

test('on a phone, too, manifests are written and events are read when nothing is selected, in a sheet that goes away', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await openShop(page)
  const sheet = page.getByRole('complementary', { name: 'Details' })
  const command = async (text: string): Promise<void> => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
  }
  await command('Write YAML')
  await expect(sheet.locator('.view-line').first()).toBeVisible({ timeout: 30_000 })
  await write(page, configMap('small'))
  await sheet.getByRole('button', { name: 'Review' }).click()
  await expect(sheet.locator('.review-summary')).toHaveText('1 new.')
  await sheet.getByRole('button', { name: 'Apply' }).click()
  await expect(page.locator('.notice')).toHaveText('Applied.')
  await sheet.getByRole('button', { name: 'Close the dock' }).click()
  await expect(sheet).toHaveCount(0)
  await command('Events')
  await expect(sheet.locator('.event-who').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)
})

test('what the API server warns of is shown before and after applying, is said politely, and stands in nobody\'s way', async ({ page }) => {
  await openEditor(page)
  const endpoints = (name: string, ip: string) => `apiVersion: v1\nkind: Endpoints\nmetadata:\n  name: ${name}\n  namespace: shop\nsubsets:\n  - addresses:\n      - ip: "${ip}"\n`
  await write(page, [endpoints('old', '10.9.8.7'), endpoints('older', 'FD00::1'), configMap('new')].join('---\n'))
  await page.getByRole('button', { name: 'Review' }).click()
  const warnings = page.locator('.review-warnings li')
  const texts = [/Warning: v1 Endpoints is deprecated/, /Warning: subsets\[0\]\.addresses\[0\]\.ip: IPv6 address "FD00::1" should be/]
  await expect(warnings).toHaveText(texts)
  await expect(warnings.locator('.mono')).toHaveText(['1', '17'])
  await expect(page.locator('.review-summary')).toHaveText('3 new.')
  await expect(page.getByRole('status').filter({ hasText: '3 new.' })).toContainText('Warning: v1 Endpoints is deprecated')
  await expect(page.locator('.code-editor .squiggly-warning').first()).toBeAttached()
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.locator('.review-summary')).toHaveText('Applied 3 objects.')
  await expect(warnings).toHaveText(texts)
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.locator('.review-summary')).toHaveText('3 unchanged.')
  // What a button does warns, too.
  await page.getByRole('button', { name: /^Service mail/ }).click()
  await page.getByRole('tab', { name: 'Inspect' }).click()
  await page.getByRole('button', { name: 'Endpoints', exact: true }).click()
  await page.locator('.inspector').getByRole('button', { name: 'Delete' }).click()
  await expect(page.locator('.notice')).toHaveText(/^Warning: v1 Endpoints is deprecated/)
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
  await openShop(page)
  await setSpeed(page, 30)
  await reach(page, 40_000)
  await pause(page)
  await edit(page, 'web', 'Deployment')
  await change(page, 'replicas: 3', 'replicas: 1')
  // Somebody else scales it meanwhile.
  await page.getByRole('button', { name: 'Search or run a command' }).click()
  await page.keyboard.type('Scale web')
  await page.keyboard.press('Enter')
  await page.getByLabel('Replicas').fill('5')
  await page.getByRole('button', { name: 'Scale to 5' }).click()
  await expect(page.locator('.yaml-note')).toContainText('It has changed in the cluster')
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(page.locator('.review-summary')).toContainText('changed in the cluster meanwhile')
  await expect(page.getByRole('button', { name: 'Apply' })).toBeDisabled()
  expect(await textOf(page)).toContain('replicas: 1\n')
  // Looked at something else and came back: the edit is still there, and still in conflict.
  await page.getByRole('tab', { name: 'Inspect' }).click()
  await page.getByRole('tab', { name: 'YAML' }).click()
  expect(await textOf(page)).toContain('replicas: 1\n')
  await page.getByRole('button', { name: 'Load the newest' }).click()
  expect(await textOf(page)).toContain('replicas: 5\n')
  await expect(page.locator('.yaml-note')).toHaveCount(0)
  await page.keyboard.press('Control+z')
  expect(await textOf(page)).toContain('replicas: 1\n')
  expect((await deployment(page, 'web')).spec.replicas).toBe(5)
})
