import type { Page } from '@playwright/test'
import type { Event, Lease, Node, Pod } from '../src/sim/api/generated/types.ts'
import { expect, now, openShop, pause, reach, recorded, setSpeed, test } from './kubarium.ts'

interface Loss {
  readonly renewed: number
  readonly unknownSince: number
  readonly noExecuteAt: number
  /** By pod: when it was told to go. */
  readonly evictedAt: readonly number[]
  readonly events: readonly string[]
  readonly replacedAt: readonly number[]
  readonly start: number
}

/** What the page was told about a machine that fell silent, in milliseconds since 1970. */
function lossOf(page: Page, machine: string): Promise<Loss> {
  return page.evaluate((name) => {
    const seconds = (text: string | undefined) => (text ? Date.parse(text) : Number.NaN)
    const changes = window.tap.batches.flatMap((batch) => batch.changes)
    const latest = <T>(resource: string, key: string) => changes.filter((change) => change.resource === resource && change.key === key && change.object).at(-1)?.object as T
    const node = latest<Node>('nodes', name)
    const pods = changes.filter(({ resource, object }) => resource === 'pods' && object).map(({ object }) => object as Pod)
    const isOurs = (pod: Pod) => pod.metadata.namespace === 'shop'
    const evicted = pods.filter((pod) => isOurs(pod) && pod.spec.nodeName === name && pod.metadata.deletionTimestamp)
    const evictedAt = evicted.map((pod) => seconds(pod.metadata.deletionTimestamp ?? undefined) - (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000)
    const first = Math.min(...evictedAt)
    const events = changes.filter(({ resource, object }) => resource === 'events' && object).map(({ object }) => object as Event)
    return {
      start: window.tap.batches[0]!.start,
      renewed: seconds(latest<Lease>('leases', `kube-node-lease/${name}`).spec.renewTime ?? undefined),
      unknownSince: seconds(node.status.conditions?.find(({ type, status }) => type === 'Ready' && status === 'Unknown')?.lastTransitionTime ?? undefined),
      noExecuteAt: seconds(node.spec.taints?.find(({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute')?.timeAdded ?? undefined),
      evictedAt: [...new Set(evictedAt)],
      events: events.filter(({ involvedObject }) => involvedObject.name === name || evicted.some((pod) => pod.metadata.name === involvedObject.name)).map(({ reason }) => reason ?? ''),
      replacedAt: [...new Set(pods.filter((pod) => isOurs(pod) && seconds(pod.metadata.creationTimestamp) >= first).map((pod) => seconds(pod.metadata.creationTimestamp)))],
    }
  }, machine)
}

/** nodes/node-loss: 50 to 60 s after the last renewal, the NoExecute taint one pass of 5 s later, eviction 300 s after that; objects hold whole seconds. */
function expectGoldenTimes(loss: Loss): void {
  expect(loss.unknownSince - loss.renewed).toBeGreaterThanOrEqual(49_000)
  expect(loss.unknownSince - loss.renewed).toBeLessThanOrEqual(60_000)
  expect(loss.noExecuteAt - loss.unknownSince).toBeGreaterThanOrEqual(5000)
  expect(loss.noExecuteAt - loss.unknownSince).toBeLessThanOrEqual(6000)
  expect(loss.evictedAt.length).toBeGreaterThan(0)
  for (const at of loss.evictedAt) {
    expect(at - loss.noExecuteAt).toBeGreaterThanOrEqual(300_000)
    expect(at - loss.noExecuteAt).toBeLessThanOrEqual(301_000)
  }
  for (const at of loss.replacedAt) expect(at - loss.noExecuteAt).toBeLessThanOrEqual(302_000)
  expect(loss.replacedAt.length).toBeGreaterThan(0)
  expect(loss.events).toEqual(expect.arrayContaining(['NodeNotReady', 'TaintManagerEviction']))
}

async function settled(page: Page): Promise<void> {
  await openShop(page)
  await setSpeed(page, 100)
  await reach(page, 60_000)
}

test('a machine powered off from its menu turns NotReady and its pods are replaced, as golden nodes/node-loss says', async ({ page }) => {
  await settled(page)
  await setSpeed(page, 1)
  await page.getByRole('button', { name: 'Actions for worker-2' }).click()
  await page.getByRole('menuitem', { name: /^Power off/ }).click()
  const card = page.getByRole('article', { name: 'Machine worker-2' })
  await expect(card).toHaveAttribute('data-power', 'off')
  await expect(card.getByText(/Powered off for/)).toBeVisible()
  const off = await now(page)
  await setSpeed(page, 1000)
  await reach(page, off + 420_000)
  expectGoldenTimes(await lossOf(page, 'worker-2'))
  await expect(card.getByText('NotReady').first()).toBeVisible()
  await expect(page.locator('.say')).toContainText('Tell me why')
})

test('the same from the keyboard: the arrows find the machine, p powers it off and on again', async ({ page }) => {
  await settled(page)
  await page.getByRole('button', { name: 'worker-3', exact: true }).focus()
  await page.keyboard.press('p')
  const card = page.getByRole('article', { name: 'Machine worker-3' })
  await expect(card).toHaveAttribute('data-power', 'off')
  const off = await now(page)
  await setSpeed(page, 1000)
  await reach(page, off + 420_000)
  expectGoldenTimes(await lossOf(page, 'worker-3'))
  await page.getByRole('button', { name: 'worker-3', exact: true }).focus()
  await page.keyboard.press('p')
  await expect(card).toHaveAttribute('data-power', 'on')
  await expect(card.getByText('NotReady')).toHaveCount(0)
  expect((await recorded(page)).commands.map(({ command }) => command.kind)).toEqual(['apply', 'power-off', 'power-on'])
})

test('“next change” goes straight to what happens, and Undo back to before it', async ({ page }) => {
  await settled(page)
  await pause(page)
  await page.getByRole('button', { name: 'worker-2', exact: true }).focus()
  await page.keyboard.press('p')
  const card = page.getByRole('article', { name: 'Machine worker-2' })
  await expect(card).toHaveAttribute('data-power', 'off')
  const off = await now(page)
  for (let presses = 0; presses < 12 && (await card.getByText('NotReady').count()) === 0; presses += 1) {
    const before = await now(page)
    await page.keyboard.press('n')
    await expect.poll(() => now(page)).toBeGreaterThan(before)
  }
  await expect(card.getByText('NotReady').first()).toBeVisible()
  expect(await now(page)).toBeGreaterThanOrEqual(off + 35_000)
  await page.keyboard.press('Control+z')
  await expect(card).toHaveAttribute('data-power', 'on')
  expect(await now(page)).toBe(off)
})
