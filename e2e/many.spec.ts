import { openHeld } from './golden.ts'
import { expect, test } from './kubarium.ts'

declare global {
  interface Window {
    /** How many machines and pods were drawn, frame by frame. */
    drawn: (readonly [machines: number, pods: number])[]
  }
}

test('a cluster with a thousand pods is drawn over several frames, none of which takes much, and then it is whole', async ({ page }) => {
  await page.addInitScript(() => {
    window.drawn = []
    const look = (): void => {
      window.drawn.push([document.querySelectorAll('.machine').length, document.querySelectorAll('.pod-square').length])
      requestAnimationFrame(look)
    }
    look()
  })
  const names = Array.from({ length: 10 }, (_, index) => `web-${index}`)
  const deployment = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas: 100, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } } })
  await openHeld(page, names.map(deployment), 200_000, { workers: 100 })
  await expect(page.locator('.machine')).toHaveCount(100)
  await expect(page.locator('.pod-square')).toHaveCount(1000)
  const drawn = await page.evaluate(() => window.drawn)
  for (const [index, [machines, pods]] of drawn.entries()) {
    const [before, podsBefore] = drawn[index - 1] ?? [0, 0]
    expect(machines - before).toBeLessThanOrEqual(10)
    expect(pods - podsBefore).toBeLessThanOrEqual(100)
  }
})
