import { openHeld } from './golden.ts'
import { ask, expect, now, openShop, pause, reach, setSpeed, test } from './kubarium.ts'

test('the shop comes up: machines, services and ready pods, without the editor having been loaded', async ({ page }) => {
  const scripts: string[] = []
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) scripts.push(new URL(response.url()).pathname)
  })
  await openShop(page)
  for (const machine of ['worker-1', 'worker-2', 'worker-3']) await expect(page.getByRole('article', { name: `Machine ${machine}` })).toBeVisible()
  await setSpeed(page, 30)
  await expect(page.locator('.pod:not([data-state=ready])')).toHaveCount(0)
  expect(await page.locator('.pod[data-state=ready]').count()).toBeGreaterThanOrEqual(10)
  await expect(page.getByText('pods are ready').first()).toBeAttached()
  expect(scripts.filter((path) => /YamlPanel|editor|yaml\.worker/.test(path))).toEqual([])
  expect(scripts).toHaveLength(2)
})

test('time is held, stepped and sped up from the keyboard', async ({ page }) => {
  await openShop(page)
  await page.keyboard.press('Space')
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
  await page.waitForTimeout(150)
  const held = await now(page)
  await page.waitForTimeout(250)
  expect(await now(page)).toBe(held)
  await page.keyboard.press('.')
  await expect.poll(() => now(page)).toBeGreaterThan(held)
  await page.keyboard.press('Space')
  await page.keyboard.press(']')
  await reach(page, (await now(page)) + 1000)
})

test('nothing the page shows disturbs the run: what a watched Worker did is what an unwatched cluster does', async ({ page }) => {
  const { Cluster } = await import('../src/sim/cluster/cluster.ts')
  const { startScenario } = await import('../src/scenario/gallery.ts')
  await openShop(page)
  await setSpeed(page, 1000)
  await reach(page, 600_000)
  const time = await pause(page)
  const { seed, options, commands } = startScenario.scenario.run
  const cluster = new Cluster(seed, options)
  for (const { at, command } of commands) {
    cluster.advanceTo(at)
    cluster.perform(command)
  }
  cluster.advanceTo(time)
  expect(await ask(page, { kind: 'hash' })).toBe(cluster.hash())
})

test('of a Service one reads the rules that a node holds, and the chains that decide about a request', async ({ page }) => {
  await openShop(page)
  await page.getByRole('button', { name: /^Service web:/ }).click()
  const inspector = page.getByRole('complementary', { name: 'Details' })
  await expect(inspector.getByText(/KUBE-SVC-\w+ → KUBE-SEP-\w+/).first()).toBeVisible()
  await inspector.getByRole('button', { name: 'Rules on a node' }).click()
  await expect(inspector.getByLabel('Rules on worker-1')).toContainText('-j KUBE-SVC-')
  await inspector.getByLabel('Node', { exact: true }).selectOption('worker-2')
  await expect(inspector.getByLabel('Rules on worker-2')).toContainText('--to-destination')
})

for (const viewport of [{ width: 390, height: 844 }, { width: 1440, height: 480 }]) {
  test(`who follows a link in the inspector begins at the top, and keeps the place while the object only changes, ${viewport.width}×${viewport.height}`, async ({ page }) => {
    await page.setViewportSize(viewport)
    await openShop(page)
    await setSpeed(page, 10)
    const inspector = page.locator('.inspector')
    const panel = page.locator('.dock-panel')
    const scrolled = () => panel.evaluate(({ scrollTop }) => scrollTop)
    const follow = async (kind: RegExp): Promise<void> => {
      await panel.evaluate((element) => element.scrollTo(0, 9999))
      expect(await scrolled()).toBeGreaterThan(0)
      await inspector.locator('section', { hasText: 'Belongs to' }).getByRole('button').click()
      await expect(inspector).toHaveAttribute('aria-label', kind)
      expect(await scrolled()).toBe(0)
      await expect(panel).toBeFocused()
    }
    await page.getByRole('button', { name: /^Pod web-/ }).first().click()
    await follow(/^ReplicaSet web-/)
    await follow(/^Deployment web$/)
    await panel.evaluate((element) => element.scrollTo(0, 40))
    await page.keyboard.press('s')
    await page.getByLabel('Replicas').fill('5')
    await page.getByRole('button', { name: 'Scale to 5' }).click()
    await expect(inspector).toContainText('5 wanted · 5 there')
    expect(await scrolled()).toBe(40)
  })
}

test('a pod that finds no room can be clicked where it waits, and “Why not?” opens the scheduler’s table', async ({ page }) => {
  const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu: '64' } } }] } })
  await openHeld(page, [pod('large'), pod('larger')], 5000)
  const tray = page.getByRole('region', { name: 'Pods that wait for a node' })
  await tray.getByRole('button', { name: /^Pod larger:/ }).click()
  await expect(page.locator('.inspector')).toHaveAttribute('aria-label', 'Pod larger')
  await expect(page.locator('.why li').last()).toContainText('Scheduler found no node')
  await tray.getByRole('button', { name: 'Why not?' }).click()
  await expect(page.locator('.inspector')).toHaveAttribute('aria-label', 'Pod large')
  await expect(page.locator('.scheduling')).toContainText('Insufficient cpu · NodeResourcesFit')
  await expect(page.locator('.inspector').getByRole('button', { name: 'Kill container' })).toHaveCount(0)
})
