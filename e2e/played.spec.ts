import type { Page } from '@playwright/test'
import { conditionText, countdownOf, golden, inspect, nextChange, openHeld, shownEvents, stepUntil } from './golden.ts'
import { expect, now, test } from './kubarium.ts'
import { lastRenewal, reached, type LossStep } from './loss.ts'

test.setTimeout(180_000)

/** Where the page stands, in its own words. */
const sentence = (page: Page) => page.locator('.say p').innerText()
const chip = (page: Page, pod: string) => page.locator(`.canvas .pod[data-thing="pods/default/${pod}"]`)
const word = async (page: Page) => (await page.locator('.inspector .who-badge').innerText()).trim()

interface LossIn {
  readonly pods: readonly { readonly name: string; readonly tolerations: readonly { readonly tolerationSeconds: number }[]; readonly terminationGracePeriodSeconds: number }[]
  readonly inputs: readonly { readonly id: string; readonly node: string }[]
}

test('golden nodes/node-loss kubelet-stopped-one-of-three is played, and each of its steps is seen when it says', async ({ page }) => {
  const { in: given, out } = golden<LossIn, { readonly steps: readonly LossStep[] }>('nodes/node-loss', 'kubelet-stopped-one-of-three')
  const [pod] = given.pods
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: pod!.name, namespace: 'default' }, spec: { nodeName: 'worker-1', tolerations: pod!.tolerations, terminationGracePeriodSeconds: pod!.terminationGracePeriodSeconds, containers: [{ name: 'app', image: 'nginx:1.27' }] } }
  await openHeld(page, [manifest], 30_000)
  await inspect(page, 'nodes/worker-1')
  await page.keyboard.press('b')
  await page.getByRole('radio', { name: /Stop its kubelet/ }).check()
  await page.getByRole('combobox', { name: 'For how long' }).selectOption({ label: 'until I end it' })
  await page.getByRole('button', { name: 'Stop its kubelet' }).click()
  await expect.poll(() => sentence(page)).toContain('You stopped the kubelet of worker-1.')
  const card = page.getByRole('article', { name: 'Machine worker-1' })
  await expect(card.getByRole('button', { name: /^End: kubelet: stopped/ })).toBeVisible()

  const renewed = await lastRenewal(page, 'worker-1')
  const times = new Map([[given.inputs[0]!.id, renewed]])
  for (const step of out.steps) {
    const { at } = await reached(page, step, times.get(step.after)!)
    const since = at - times.get(step.after)!
    // Events tell full seconds.
    const slack = step.object === 'event' ? 1000 : 0
    expect(since, step.id).toBeGreaterThanOrEqual(step.plusMs[0] - slack)
    expect(since, step.id).toBeLessThanOrEqual(step.plusMs[1] + slack)
    times.set(step.id, step.object === 'event' ? Math.max(at, times.get(step.after)! + step.plusMs[0]) : at)
    await expectWords(page, step, at - renewed)
  }
  await expect(chip(page, pod!.name)).toHaveAttribute('data-state', 'leaving')
  await inspect(page, `pods/default/${pod!.name}`)
  await expect(page.locator('.why')).toContainText('You stopped the kubelet of worker-1')
  await expect(page.locator('.why')).toContainText('5 min of toleration were over')
})

/** What else the page says at some steps: its sentence, and what runs down next. */
async function expectWords(page: Page, { id }: LossStep, silent: number): Promise<void> {
  if (id === 'unknown') {
    await expect(page.getByRole('article', { name: 'Machine worker-1' })).toContainText('NotReady')
    await expect.poll(() => sentence(page)).toContain(`worker-1 has not renewed its lease for ${Math.floor(silent / 1000)} s: NotReady.`)
  }
  if (id === 'taint-noexecute') expect(countdownOf(await chip(page, 'web').innerText())).toBe(300_000)
  if (id === 'evict-web') await expect.poll(() => sentence(page)).toContain('The five minutes are over.')
}

interface Run {
  readonly restartCount: number
  readonly backOffMs: number
  readonly waiting?: { readonly reason: string; readonly message: string }
}
interface CrashTexts {
  readonly lastState: { readonly terminated: { readonly reason: string } }
  readonly event: { readonly reason: string; readonly message: string }
}
interface Told {
  readonly reason: string
  readonly message: string
}

test('golden nodes/restart crash-one-second is played: every wait is as long as it says, counted down and explained', async ({ page }) => {
  const { in: given, out } = golden<{ readonly exitCode: number; readonly runsMs: readonly number[] }, { readonly steps: readonly Run[] }>('nodes/restart', 'crash-one-second')
  const { in: named, out: texts } = golden<{ readonly uid: string }, CrashTexts>('nodes/restart', 'crash-status-and-event')
  const { out: start } = golden<object, { readonly events: readonly Told[] }>('nodes/restart', 'events-of-a-start')
  const command = ['sh', '-c', `sleep ${given.runsMs[0]! / 1000}; exit ${given.exitCode}`]
  await openHeld(page, [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { nodeName: 'worker-1', restartPolicy: 'Always', containers: [{ name: 'app', image: 'busybox:1.36', command }] } }], 1000)
  await nextChange(page)
  await inspect(page, 'pods/default/web')
  const containers = page.locator('.containers')
  const uid = await page.evaluate(() => window.tap.batches.flatMap(({ changes }) => changes).find(({ key }) => key === 'default/web')!.object!.metadata.uid)
  const last = `last: ${texts.lastState.terminated.reason}, exit ${given.exitCode}`

  const [first, ...rest] = out.steps
  // The first restart is immediate: nothing is counted down, and no back-off is told.
  const began = await stepUntil(page, async () => (await word(page)) === 'Ready')
  await expectReady(page, true)
  const words: string[] = []
  const again = await stepUntil(page, async () => {
    words.push(await word(page))
    return (await containers.innerText()).includes('restarted 1×')
  })
  expect(words).not.toContain('CrashLoopBackOff')
  expect(again - began - given.runsMs[0]!).toBeGreaterThanOrEqual(first!.backOffMs)
  expect(again - began - given.runsMs[0]!).toBeLessThanOrEqual(first!.backOffMs + 2000)
  await expect(containers).toContainText(last)

  for (const { restartCount, backOffMs, waiting } of rest) {
    const exited = await stepUntil(page, async () => (await word(page)) === waiting!.reason)
    await expect(containers).toContainText(waiting!.message.replace('UID', uid))
    await expect(containers).toContainText(`restarted ${restartCount}× · ${last}`)
    await expectReady(page, false)
    await expect(chip(page, 'web')).toHaveAttribute('data-state', 'bad')
    expect(await chip(page, 'web').innerText()).toContain('restart')
    await expect.poll(() => sentence(page)).toContain(`web keeps crashing: exit code ${given.exitCode}.`)
    await expect(page.locator('.why li').last()).toHaveText(new RegExp(`${waiting!.reason}.*exit code ${given.exitCode} \\(${texts.lastState.terminated.reason}\\), restarted ${restartCount} times?\\.`))
    const due = await countingDown(page, 'Back-off: until the restart')
    const started = await stepUntil(page, async () => (await containers.innerText()).includes(`restarted ${restartCount + 1}×`))
    // What was counted down to is what came; the pod's status follows by a moment.
    expect(started - due, `countdown of restart ${restartCount + 1}`).toBeGreaterThanOrEqual(0)
    expect(started - due, `countdown of restart ${restartCount + 1}`).toBeLessThanOrEqual(slackOf(backOffMs) + 2000)
    expect(started - exited, `restart ${restartCount + 1}`).toBeGreaterThanOrEqual(backOffMs - 1000)
    expect(started - exited, `restart ${restartCount + 1}`).toBeLessThanOrEqual(backOffMs + Math.min(backOffMs / 2, 30_000) + 2000)
    await expect(page.locator('.inspector').getByText('Back-off: until the restart')).toHaveCount(0)
  }
  const { reason, message } = texts.event
  await expectEvents(page, [{ reason, message: message.replace(named.uid, uid) }, ...start.events.map((told) => ({ ...told, message: told.message.replace('x:1', 'busybox:1.36') }))])
})

/** A wait longer than a minute is counted down to its end first, and once the worker has looked again, to the turn that follows it. */
function slackOf(backOffMs: number): number {
  return backOffMs > 60_000 ? 30_000 : 0
}

/** How long after the back-off of a pull the worker's turn comes at the latest, as the case says: 10 s and half of that, when the sync loop looks. */
const latestTurn = 16_000

/** The conditions of a pod whose only container is ready, or is not. */
async function expectReady(page: Page, isReady: boolean): Promise<void> {
  for (const type of ['Ready', 'ContainersReady']) await expect.poll(() => conditionText(page, type)).toBe(isReady ? 'True' : 'False ContainersNotReady containers with unready status: [app]')
  for (const type of ['Initialized', 'PodScheduled']) expect(await conditionText(page, type)).toBe('True')
}

/** What runs down in the inspector and on the chip: they say the same. Answers when it is over. */
async function countingDown(page: Page, title: string): Promise<number> {
  const row = page.locator('.countdowns > div', { hasText: title })
  const left = countdownOf(await row.locator('b').innerText())
  expect(countdownOf(await chip(page, 'web').innerText())).toBe(left)
  const { due } = await page.evaluate(() => window.tap.batches.at(-1)!.countdowns.find(({ about }) => about === 'pods/default/web')!)
  expect(Math.abs(due - (await now(page)) - left)).toBeLessThan(1000)
  return due
}

interface PullEvents {
  readonly events: readonly Told[]
  readonly waiting: { readonly reason: string; readonly message: string }
}
interface Attempt {
  readonly attempt: number
  readonly backOffMs: number
  readonly notBeforeMs: number
}

test('golden nodes/images is played: a missing image fails, waits and is tried again when it says', async ({ page }) => {
  const failure = golden<{ readonly image: string; readonly error: string }, PullEvents>('nodes/images', 'events-failure')
  const backOff = golden<{ readonly previousError: string }, PullEvents>('nodes/images', 'events-back-off')
  const { out } = golden<object, { readonly attempts: readonly Attempt[] }>('nodes/images', 'back-off-times')
  const { image } = failure.in
  await openHeld(page, [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { nodeName: 'worker-1', containers: [{ name: 'app', image }] } }], 1000)
  await nextChange(page)
  await inspect(page, 'pods/default/web')
  const containers = page.locator('.containers')
  const firstFailed = await stepUntil(page, async () => (await word(page)) === failure.out.waiting.reason)
  let failed = firstFailed
  // The case leaves the runtime's own words open: the page shows the registry's.
  const error = (await containers.locator('p').last().innerText()).trim()
  expect(error).toContain('not')
  await expect.poll(() => sentence(page)).toContain(`web cannot pull ${image}.`)
  for (const { backOffMs, notBeforeMs, attempt } of out.attempts) {
    await stepUntil(page, async () => (await word(page)) === backOff.out.waiting.reason)
    await expect(containers).toContainText(backOff.out.waiting.message.replace(backOff.in.previousError, error))
    await expectReady(page, false)
    await expect(chip(page, 'web')).toHaveAttribute('data-state', 'bad')
    expect(await chip(page, 'web').innerText()).toContain('pull again')
    await expect(page.locator('.why li').last()).toContainText(`${backOff.out.waiting.reason}app cannot pull ${image}.`)
    const due = await countingDown(page, 'Back-off: until it pulls again')
    expect(due - failed, `back-off ${attempt}`).toBeGreaterThanOrEqual(backOffMs)
    expect(due - failed, `back-off ${attempt}`).toBeLessThanOrEqual(backOffMs + latestTurn)
    const again = await stepUntil(page, async () => (await word(page)) === failure.out.waiting.reason)
    await expect(containers).toContainText(error)
    expect(again - failed, `attempt ${attempt + 1}`).toBeGreaterThanOrEqual(backOffMs)
    expect(again - failed, `attempt ${attempt + 1}`).toBeLessThanOrEqual(backOffMs + latestTurn + 2000)
    expect(again - firstFailed, `attempt ${attempt + 1}`).toBeGreaterThanOrEqual(notBeforeMs)
    expect(again - due, `countdown to attempt ${attempt + 1}`).toBeGreaterThanOrEqual(0)
    expect(again - due, `countdown to attempt ${attempt + 1}`).toBeLessThanOrEqual(latestTurn + 2000)
    failed = again
    // Upstream's recorder says each thing at most 25 times at once and then one in 5 minutes: what is told is told while it is new.
    if (attempt === 1) await expectEvents(page, [...failure.out.events, ...backOff.out.events].map(({ reason, message }) => ({ reason, message: message.replace(failure.in.error, error) })))
  }
})

async function expectEvents(page: Page, told: readonly Told[]): Promise<void> {
  const shown = (await shownEvents(page)).map(({ reason, message }) => ({ reason, message }))
  for (const { reason, message } of told) expect(shown).toContainEqual({ reason, message })
}

interface Scaling {
  readonly replicaSet: 'new' | 'old'
  readonly from: number
  readonly to: number
}
interface Sizes {
  readonly new: number
  readonly old: number
}
interface Rollout {
  readonly steps: readonly { readonly scale: readonly Scaling[]; readonly sizes: Sizes; readonly available: Sizes }[]
}

test('golden controllers/deployment rollout-r3-surge25pct-unav25pct is played: the revisions grow and shrink step by step', async ({ page }) => {
  const { in: given, out } = golden<{ readonly deployment: { readonly metadata: { readonly name: string }; readonly spec: Record<string, unknown> & { readonly replicas: number } } }, Rollout>('controllers/deployment', 'rollout-r3-surge25pct-unav25pct')
  const { name } = given.deployment.metadata
  const { replicas } = given.deployment.spec
  const manifest = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' }, spec: { ...given.deployment.spec, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] } } } }
  await openHeld(page, [manifest], 60_000)
  await page.getByRole('tab', { name: 'Applications' }).click()
  const card = page.getByRole('region', { name: `deployments ${name}` })
  await card.getByRole('button', { name, exact: true }).click()
  await page.keyboard.press('e')
  await expect(page.locator('.code-editor .view-lines')).toContainText('nginx:1.27', { timeout: 30_000 })
  await page.locator('.code-editor .monaco-editor').first().click({ position: { x: 200, y: 30 } })
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+c')
  const text = await page.evaluate(() => navigator.clipboard.readText())
  await page.evaluate((edited) => navigator.clipboard.writeText(edited), text.replace('nginx:1.27', 'nginx:1.28'))
  await page.keyboard.press('Control+v')
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(page.locator('.review-summary')).toHaveText('This changes:')
  await page.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(page.locator('.say p')).toContainText(`${name} rolls out a new version.`)
  await page.getByRole('tab', { name: 'Inspect' }).click()

  const seen: string[] = []
  const rests: string[] = []
  const look = async () => {
    rests.push(JSON.stringify([await revisionOf(page, 2), await revisionOf(page, 1)]))
    const rows = await card.locator('.revision-name').allInnerTexts()
    const wants = (revision: number) => Number(/wants (\d+)/.exec(rows.find((row) => row.startsWith(`Revision ${revision} `)) ?? '')?.[1] ?? 0)
    const sizes = JSON.stringify([wants(2), wants(1)])
    if (seen.at(-1) !== sizes) seen.push(sizes)
    // It promised never to have fewer than it may; while it goes on it says so.
    expect(await conditionText(page, 'Available')).toMatch(/^True MinimumReplicasAvailable/)
    expect(await conditionText(page, 'Progressing')).toMatch(/^True (ReplicaSetUpdated|NewReplicaSetCreated|NewReplicaSetAvailable)/)
    return (await page.locator('.say p').innerText()).includes(`The new version of ${name} is out: ${replicas} of ${replicas} ready.`)
  }
  await stepUntil(page, look, 80)
  // Each scaling of the case in its order; two at one instant may be seen as one.
  const path = [[0, replicas]]
  for (const { scale } of out.steps) for (const { replicaSet, to } of scale) path.push(replicaSet === 'new' ? [to, path.at(-1)![1]!] : [path.at(-1)![0]!, to])
  const allowed = path.map((sizes) => JSON.stringify(sizes))
  expect(seen.every((sizes, index) => allowed.includes(sizes) && (index === 0 || allowed.indexOf(sizes) > allowed.indexOf(seen[index - 1]!)))).toBe(true)
  expect(seen).toEqual(expect.arrayContaining(out.steps.map(({ sizes }) => JSON.stringify([sizes.new, sizes.old]))))
  // Each resting point of the case, in its order, with as many pods available as it says.
  let from = 0
  for (const { sizes, available } of out.steps) {
    const at = rests.indexOf(JSON.stringify([{ ready: available.new, wants: sizes.new }, { ready: available.old, wants: sizes.old }]), from)
    expect(at, `${JSON.stringify({ sizes, available })} in ${rests.join(' ')}`).toBeGreaterThanOrEqual(from)
    from = at + 1
  }
  await expect(card.getByText('1 older revision is kept for undo.')).toBeVisible()
  await expect(card.getByText(`${replicas} of ${replicas}`, { exact: true })).toBeVisible()
  const events = (await shownEvents(page)).filter(({ reason }) => reason === 'ScalingReplicaSet').toReversed().map(({ message }) => message)
  const told = events.map((message) => /^Scaled (up|down) replica set \S+ from (\d+) to (\d+)$/.exec(message)?.slice(1).join(' ')).slice(-path.length + 1)
  expect(told.toSorted()).toEqual(out.steps.flatMap(({ scale }) => scale.map(({ from, to }) => `${to > from ? 'up' : 'down'} ${from} ${to}`)).toSorted())
  expect(await conditionText(page, 'Progressing')).toContain('NewReplicaSetAvailable')
})

/** What the inspector says of one revision: how many it wants, how many of them are ready. */
async function revisionOf(page: Page, revision: number): Promise<{ readonly ready: number; readonly wants: number }> {
  const rows = await page.locator('.inspector section', { hasText: 'Revisions' }).locator('li').allInnerTexts()
  const [, ready, wants] = /(\d+) of (\d+) ready/.exec(rows.find((row) => row.startsWith(`${revision} ·`)) ?? '') ?? []
  return { ready: Number(ready ?? 0), wants: Number(wants ?? 0) }
}
