import type { Page } from '@playwright/test'
import type { Event, Lease, Node, Pod } from '../src/sim/api/generated/types.ts'
import { countdownOf, golden, inspect, openHeld, stepUntil } from './golden.ts'
import { expect, now, openShop, pause, reach, recorded, setSpeed, test } from './kubarium.ts'
import { lastRenewal, reached, type LossStep } from './loss.ts'

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

interface Rebooted {
  readonly pods: readonly { readonly name: string; readonly owner?: string; readonly tolerations: readonly object[]; readonly terminationGracePeriodSeconds: number }[]
  readonly inputs: readonly { readonly id: string; readonly atMs: number }[]
}

const sentence = (page: Page) => page.locator('.say p')
const chip = (page: Page, pod: string) => page.locator(`.canvas .pod[data-thing="pods/default/${pod}"]`)

/** The pods of the case, all on worker-1; the one that will be given up belongs to a ReplicaSet, which adopts it, so that its successor is seen too. */
function manifestsOf(pods: Rebooted['pods']): readonly Readonly<Record<string, unknown>>[] {
  const spec = ({ tolerations, terminationGracePeriodSeconds }: Rebooted['pods'][number]) => ({ tolerations, terminationGracePeriodSeconds, containers: [{ name: 'app', image: 'nginx:1.27' }] })
  const own = pods.map((pod) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: pod.name, namespace: 'default', labels: { app: pod.name } }, spec: { nodeName: 'worker-1', ...spec(pod) } }))
  const labels = { app: pods[0]!.name }
  return [...own, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'keeper', namespace: 'default' }, spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: spec(pods[0]!) } } }]
}

/** Every step of the case that is due is seen when the case says; what else the page says then is `atStep`'s. */
async function expectSteps(page: Page, steps: readonly LossStep[], times: Map<string, number>, atStep: (step: LossStep, at: number) => Promise<void>): Promise<void> {
  for (const step of steps) {
    const after = times.get(step.after)!
    const { at } = await reached(page, step, after)
    // Events tell full seconds.
    const slack = step.object === 'event' ? 1000 : 0
    expect(at - after, step.id).toBeGreaterThanOrEqual(step.plusMs[0] - slack)
    expect(at - after, step.id).toBeLessThanOrEqual(step.plusMs[1] + slack)
    times.set(step.id, step.object === 'event' ? Math.max(at, after + step.plusMs[0]) : at)
    await atStep(step, at)
  }
}

test('golden nodes/node-loss reboot-after-eviction is played: what runs down, what is said and what becomes of every pod, until the machine is back', async ({ page }) => {
  test.setTimeout(180_000)
  const { in: given, out } = golden<Rebooted, { readonly steps: readonly LossStep[] }>('nodes/node-loss', 'reboot-after-eviction')
  const [lost, back] = given.inputs
  await openHeld(page, manifestsOf(given.pods), 30_000)
  const card = page.getByRole('article', { name: 'Machine worker-1' })
  await page.getByRole('button', { name: 'worker-1', exact: true }).focus()
  await page.keyboard.press('p')
  await expect(card).toHaveAttribute('data-power', 'off')
  await expect(card).toContainText('Powered off for')
  await expect(sentence(page)).toContainText('You powered off worker-1.')
  const renewed = await lastRenewal(page, 'worker-1')
  const times = new Map([[lost!.id, renewed]])

  // Nobody knows yet; the page counts down to when somebody will.
  await setSpeed(page, 10)
  await page.getByRole('button', { name: 'Play' }).click()
  await reach(page, renewed + 20_000)
  const paused = await pause(page)
  expect(paused - renewed).toBeLessThan(50_000)
  // The page's clock runs ahead between two batches, and stands when it has drawn the last one.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
  const givenUp = paused + countdownOf(await card.locator('.facts b').innerText())
  let evicted = 0
  const isBackStep = ({ after, object }: LossStep) => after === back!.id || after === 'ready' || object === ''
  await expectSteps(page, out.steps.filter((step) => !isBackStep(step)), times, async ({ id }, at) => {
    if (id === 'unknown') {
      expect(Math.abs(at - givenUp)).toBeLessThanOrEqual(1000)
      await expect(card).toContainText('NotReady')
      await expect(sentence(page)).toContainText(`worker-1 has not renewed its lease for ${Math.floor((at - renewed) / 1000)} s: NotReady.`)
      for (const { name } of given.pods) await expect(chip(page, name)).toHaveAttribute('data-state', 'unknown')
    }
    if (id === 'taint-noexecute') {
      await expect(chip(page, 'web')).toContainText('evict')
      expect(countdownOf(await chip(page, 'web').innerText())).toBe(300_000)
      // This one tolerates the loss for ever: nothing runs down.
      expect(await chip(page, 'ds').innerText()).not.toMatch(/\d:\d\d/)
      evicted = at + 300_000
    }
    if (id === 'evict-web') {
      expect(Math.abs(at - evicted)).toBeLessThanOrEqual(1000)
      await expect(chip(page, 'web')).toHaveAttribute('data-state', 'leaving')
      await expect(chip(page, 'web')).toContainText('lost')
      await expect(sentence(page)).toContainText('The five minutes are over. The pod of worker-1 is given up; its owner')
    }
  })
  // Its owner makes another one at once, elsewhere; the old one stays, for nobody confirms its end.
  const successor = page.locator('.pod[data-thing^="pods/default/keeper-"]')
  await stepUntil(page, async () => (await successor.and(page.locator('[data-state=ready]')).count()) === 1)
  await expect(page.getByRole('article', { name: /^Machine worker-[23]$/ }).filter({ has: successor })).toBeVisible()
  await expect(sentence(page)).toContainText('its owner has made a new one: 1 runs.')
  await expect(chip(page, 'web')).toHaveAttribute('data-state', 'leaving')

  await setSpeed(page, 100)
  await page.getByRole('button', { name: 'Play' }).click()
  await reach(page, renewed + back!.atMs)
  times.set(back!.id, await pause(page))
  await page.getByRole('button', { name: 'worker-1', exact: true }).focus()
  await page.keyboard.press('p')
  await expect(card).toHaveAttribute('data-power', 'on')
  await expectSteps(page, out.steps.filter(isBackStep), times, async ({ id }) => {
    if (id === 'ready') await expect(sentence(page)).toContainText('worker-1 is Ready. Its lease is renewed again')
  })
  await stepUntil(page, async () => {
    await inspect(page, 'nodes/worker-1')
    return !(await page.locator('.inspector').innerText()).includes('node.kubernetes.io/')
  })
  await expect(card).not.toContainText('NotReady')
  await expect(chip(page, 'ds')).toHaveAttribute('data-state', 'ready')
  await inspect(page, 'nodes/worker-1')
  await expect(page.locator('.why')).toContainText('You powered')
})
