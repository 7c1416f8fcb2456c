import { deflateRawSync } from 'node:zlib'
import { encodeLink } from '../src/scenario/link.ts'
import { expect, openShop, pause, reach, setSpeed, test } from './kubarium.ts'

const nested = `{"kubarium":1,"title":"deep","seed":1,"options":{},"commands":[{"at":0,"kind":"apply","manifests":[{"kind":"ConfigMap","data":${'['.repeat(20_000)}${']'.repeat(20_000)}}]}]}`
const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024, 32), { level: 9 }).toString('base64url')
const hostileLinks = { garbage: 'garbage', 'a damaged checksum': `1abcdef${Buffer.from('x').toString('base64url')}`, 'a bomb': `1000000${bomb}`, 'deep nesting': `1000000${deflateRawSync(nested).toString('base64url')}`, 'half an escape': '%E0%A4%A', 'a script': '1<img src=x onerror=alert(1)>', 'another format': '9abcdefghijk' }

for (const [what, fragment] of Object.entries(hostileLinks)) {
  test(`a link with ${what} is refused in words, and the page goes on`, async ({ page }) => {
    await page.goto(`./#${fragment}`)
    await expect(page.getByRole('dialog', { name: 'This link cannot be opened' })).toBeVisible({ timeout: 5000 })
    await page.getByRole('button', { name: 'Go on' }).click()
    await expect(page.locator('.pod').first()).toBeVisible()
    expect(page.url()).not.toContain('#')
  })
}

test('scripts in titles, names, annotations and messages stay text, everywhere they are shown', async ({ page }) => {
  const script = `"><img src=x onerror="document.title='run'"><script>document.title='run'</script>javascript:alert(1)`
  const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations: { note: script }, labels: { constructor: 'constructor' } }, spec: { containers: [{ name: 'main', image: 'nginx:1.27', command: ['sh', '-c', script], env: [{ name: 'A', value: script }] }] } })
  const link = encodeLink({
    title: script,
    run: { version: 1, seed: 1, options: { workers: 2 }, commands: [{ at: 1000, command: { kind: 'apply', manifests: [pod('fine'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'hostile' }, data: { ['__proto__']: script, constructor: script } }] } }, { at: 1005, command: { kind: 'power-off', node: script } }, { at: 1006, command: { kind: 'apply', manifests: [pod(script)] } }] },
  })
  await page.goto(`./#${link}`)
  await expect(page.getByRole('dialog', { name: 'Open this scenario?' })).toContainText('onerror')
  await page.getByRole('button', { name: 'Open and run' }).click()
  await expect(page.locator('.pod').first()).toBeVisible()
  await setSpeed(page, 100)
  await reach(page, 30_000)
  await pause(page)
  await page.locator('.pod').first().click()
  await page.getByRole('tab', { name: 'Events' }).click()
  await page.getByRole('tab', { name: 'YAML' }).click()
  await expect(page.locator('.code-editor .view-lines')).toContainText('kind')
  await page.getByRole('button', { name: 'Share' }).click()
  await expect(page.locator('img')).toHaveCount(0)
  expect(await page.title()).not.toBe('run')
})

test('a link that arrives while something is open replaces nothing without a click', async ({ page }) => {
  await openShop(page)
  const link = encodeLink({ title: 'Other', run: { version: 1, seed: 2, options: { workers: 1 }, commands: [] } })
  await page.evaluate((fragment) => { location.hash = fragment }, link)
  await expect(page.getByRole('dialog', { name: 'Open this scenario?' })).toContainText('What is open now is replaced.')
  await page.getByRole('button', { name: 'Keep what I have' }).click()
  await expect(page.getByRole('article', { name: 'Machine worker-3' })).toBeVisible()
  expect(await page.evaluate(() => window.tap.batches.filter((batch) => batch.fresh).length)).toBe(1)
})
