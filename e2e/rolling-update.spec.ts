import type { Pod } from '../src/sim/api/generated/types.ts'
import { expect, openShop, reach, test, now, setSpeed } from './kubarium.ts'

test('a rolling update keeps its promise: web never falls below three ready pods and never has more than four', async ({ page }) => {
  await openShop(page)
  await page.getByRole('button', { name: 'Menu', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Gallery of scenarios' }).click()
  await page.getByRole('button', { name: 'Start: A rolling update' }).click()
  await page.waitForFunction(() => window.tap.batches.filter((batch) => batch.fresh).length >= 2)
  await setSpeed(page, 10)
  await reach(page, (await now(page)) + 40_000)
  const samples = await page.evaluate(() => {
    const batches = window.tap.batches.slice(window.tap.batches.findLastIndex((batch) => batch.fresh))
    const pods = new Map<string, Pod>()
    return batches.map((batch) => {
      for (const { resource, key, object } of batch.changes) {
        if (resource !== 'pods' || !key.startsWith('shop/web-')) continue
        if (object) pods.set(key, object as Pod)
        else pods.delete(key)
      }
      // What the Deployment promises about: pods that are not on their way out.
      const standing = [...pods.values()].filter((pod) => !pod.metadata.deletionTimestamp)
      const ready = standing.filter((pod) => pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
      return { ready: ready.length, standing: standing.length, images: [...new Set(standing.map((pod) => pod.spec.containers[0]!.image))] }
    })
  })
  expect(samples.length).toBeGreaterThan(50)
  expect(Math.min(...samples.map(({ ready }) => ready))).toBeGreaterThanOrEqual(3)
  expect(Math.max(...samples.map(({ standing }) => standing))).toBe(4)
  expect(samples.some(({ images }) => images.length === 2)).toBe(true)
  expect(samples.at(-1)).toEqual({ ready: 3, standing: 3, images: ['kubarium/shop-web:1.5'] })
})
