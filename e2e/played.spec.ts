import type { Page } from '@playwright/test'
import { conditionText, countdownOf, golden, inspect, nextChange, openHeld, shownEvents, stepUntil } from './golden.ts'
import { expect, now, test } from './kubarium.ts'

test.setTimeout(180_000)

/** Where the page stands, in its own words. */
const sentence = (page: Page) => page.locator('.say p').innerText()
const chip = (page: Page, pod: string) => page.locator(`.canvas .pod[data-thing="pods/default/${pod}"]`)
const word = async (page: Page) => (await page.locator('.inspector .who-badge').innerText()).trim()

interface LossStep {
  readonly id: string
  readonly after: string
  readonly plusMs: readonly [number, number]
  readonly object: string
  readonly change: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string; readonly message: string }[]
    readonly condition?: { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }
    readonly addTaint?: { readonly key: string; readonly effect: string }
    readonly involvedObject?: { readonly kind: string; readonly namespace?: string; readonly name: string }
    readonly reason?: string
    readonly message?: string
  }
}
interface LossIn {
  readonly pods: readonly { readonly name: string; readonly tolerations: readonly { readonly tolerationSeconds: number }[]; readonly terminationGracePeriodSeconds: number }[]
  readonly inputs: readonly { readonly id: string; readonly node: string }[]
}

/** Is the change of a step to be seen now? For events also when they say they happened. */
async function isShown(page: Page, { object, change }: LossStep): Promise<{ readonly at: number } | null> {
  const real = (text: string) => text.replace(/\bn(\d)\b/, 'worker-$1')
  if (object === 'event') {
    const about = change.involvedObject!
    await inspect(page, about.kind === 'Node' ? `nodes/${real(about.name)}` : `pods/${about.namespace ?? ''}/${about.name}`)
    return (await shownEvents(page)).find(({ reason, message }) => reason === change.reason && message === real(change.message ?? '')) ?? null
  }
  const [kind, ...rest] = object.split('/')
  await inspect(page, kind === 'node' ? `nodes/${real(rest.join('/'))}` : `pods/${rest.join('/')}`)
  const at = await now(page)
  for (const condition of change.conditions ?? (change.condition ? [change.condition] : [])) {
    const text = await conditionText(page, condition.type)
    if (![condition.status, condition.reason, condition.message].every((part) => part === undefined || text.includes(part))) return null
  }
  if (change.addTaint && !(await page.locator('.inspector').getByText(`${change.addTaint.key}:${change.addTaint.effect}`).isVisible())) return null
  return { at }
}

test('golden nodes/node-loss kubelet-stopped-one-of-three is played, and each of its steps is seen when it says', async ({ page }) => {
  const { in: given, out } = golden<LossIn, { readonly steps: readonly LossStep[] }>('nodes/node-loss', 'kubelet-stopped-one-of-three')
  const [pod] = given.pods
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: pod!.name, namespace: 'default' }, spec: { nodeName: 'worker-1', tolerations: pod!.tolerations, terminationGracePeriodSeconds: pod!.terminationGracePeriodSeconds, containers: [{ name: 'app', image: 'nginx:1.27' }] } }
  await openHeld(page, [manifest], 30_000)
  await inspect(page, 'nodes/worker-1')
  await page.keyboard.press('b')
  await page.getByRole('radio', { name: /Stop its kubelet/ }).check()
  await page.getByLabel('For how long').selectOption({ label: 'until I end it' })
  await page.getByRole('button', { name: 'Stop its kubelet' }).click()
  await expect.poll(() => sentence(page)).toContain('You stopped the kubelet of worker-1.')
  const card = page.getByRole('article', { name: 'Machine worker-1' })
  await expect(card.getByRole('button', { name: /^End: kubelet: stopped/ })).toBeVisible()

  const renewed = await page.evaluate(() => {
    const leases = window.tap.batches.flatMap(({ changes }) => changes).filter(({ resource, key }) => resource === 'leases' && key === 'kube-node-lease/worker-1')
    return Date.parse((leases.at(-1)!.object as unknown as { spec: { renewTime: string } }).spec.renewTime) - window.tap.batches[0]!.start
  })
  const times = new Map([[given.inputs[0]!.id, renewed]])
  for (const step of out.steps) {
    const { at } = await reached(page, step)
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

async function reached(page: Page, step: LossStep): Promise<{ readonly at: number }> {
  let shown: { readonly at: number } | null = null
  await stepUntil(page, async () => (shown = await isShown(page, step)) !== null)
  return shown!
}

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

test('golden nodes/restart crash-one-second is played: every wait is as long as it says, counted down and explained', async ({ page }) => {
  const { in: given, out } = golden<{ readonly exitCode: number; readonly runsMs: readonly number[] }, { readonly steps: readonly Run[] }>('nodes/restart', 'crash-one-second')
  const command = ['sh', '-c', `sleep ${given.runsMs[0]! / 1000}; exit ${given.exitCode}`]
  await openHeld(page, [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { nodeName: 'worker-1', restartPolicy: 'Always', containers: [{ name: 'app', image: 'busybox:1.36', command }] } }], 1000)
  await nextChange(page)
  await inspect(page, 'pods/default/web')
  const containers = page.locator('.containers')
  const uid = await page.evaluate(() => window.tap.batches.flatMap(({ changes }) => changes).find(({ key }) => key === 'default/web')!.object!.metadata.uid)
  for (const { restartCount, backOffMs, waiting } of out.steps.filter((step) => step.waiting)) {
    const exited = await stepUntil(page, async () => (await word(page)) === waiting!.reason)
    await expect(containers).toContainText(waiting!.message.replace('UID', uid))
    await expect(containers).toContainText(`last: Error, exit ${given.exitCode}`)
    await expect(containers).toContainText(restartCount > 0 ? `restarted ${restartCount}×` : waiting!.reason)
    const left = countdownOf(await chip(page, 'web').innerText())
    expect(await chip(page, 'web').innerText()).toContain('restart')
    await expect.poll(() => sentence(page)).toContain(`web keeps crashing: exit code ${given.exitCode}.`)
    const started = await stepUntil(page, async () => (await containers.innerText()).includes(`restarted ${restartCount + 1}×`))
    // What was counted down is what came; the pod's status follows the exit by a moment, as upstream's tolerance allows.
    expect(Math.abs(started - exited - left), `countdown of restart ${restartCount + 1}`).toBeLessThanOrEqual(2000)
    expect(started - exited, `restart ${restartCount + 1}`).toBeGreaterThanOrEqual(backOffMs - 1000)
    expect(started - exited, `restart ${restartCount + 1}`).toBeLessThanOrEqual(backOffMs + Math.min(backOffMs / 2, 30_000) + 2000)
  }
})

interface PullEvents {
  readonly events: readonly { readonly reason: string; readonly message: string }[]
  readonly waiting: { readonly reason: string; readonly message: string }
}

test('golden nodes/images is played: a missing image fails, waits and is tried again when it says', async ({ page }) => {
  const failure = golden<{ readonly image: string; readonly error: string }, PullEvents>('nodes/images', 'events-failure')
  const backOff = golden<{ readonly previousError: string }, PullEvents>('nodes/images', 'events-back-off')
  const { out } = golden<object, { readonly attempts: readonly { readonly attempt: number; readonly backOffMs: number }[] }>('nodes/images', 'back-off-times')
  const { image } = failure.in
  await openHeld(page, [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { nodeName: 'worker-1', containers: [{ name: 'app', image }] } }], 1000)
  await nextChange(page)
  await inspect(page, 'pods/default/web')
  const containers = page.locator('.containers')
  let failed = await stepUntil(page, async () => (await word(page)) === failure.out.waiting.reason)
  // The case leaves the runtime's own words open: the page shows the registry's.
  const error = (await containers.locator('p').last().innerText()).trim()
  expect(error).toContain('not')
  await expect.poll(() => sentence(page)).toContain(`web cannot pull ${image}.`)
  for (const { backOffMs, attempt } of out.attempts.slice(0, 6)) {
    await stepUntil(page, async () => (await word(page)) === backOff.out.waiting.reason)
    await expect(containers).toContainText(backOff.out.waiting.message.replace(backOff.in.previousError, error))
    const text = await chip(page, 'web').innerText()
    expect(text).toContain('pull again')
    const left = countdownOf(text)
    const here = await now(page)
    const again = await stepUntil(page, async () => (await word(page)) === failure.out.waiting.reason)
    expect(again - failed, `attempt ${attempt + 1}`).toBeGreaterThanOrEqual(backOffMs)
    expect(again - failed, `attempt ${attempt + 1}`).toBeLessThanOrEqual(backOffMs + 18_000)
    expect(Math.abs(again - here - left), `countdown to attempt ${attempt + 1}`).toBeLessThanOrEqual(18_000)
    failed = again
  }
  const shown = (await shownEvents(page)).map(({ reason, message }) => ({ reason, message }))
  for (const { reason, message } of [...failure.out.events, ...backOff.out.events]) expect(shown).toContainEqual({ reason, message: message.replace(failure.in.error, error) })
})

interface Scaling {
  readonly replicaSet: 'new' | 'old'
  readonly from: number
  readonly to: number
}
interface Rollout {
  readonly steps: readonly { readonly scale: readonly Scaling[]; readonly sizes: { readonly new: number; readonly old: number } }[]
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
  const look = async () => {
    const rows = await card.locator('.revision-name').allInnerTexts()
    const wants = (revision: number) => Number(/wants (\d+)/.exec(rows.find((row) => row.startsWith(`Revision ${revision} `)) ?? '')?.[1] ?? 0)
    const sizes = JSON.stringify([wants(2), wants(1)])
    if (seen.at(-1) !== sizes) seen.push(sizes)
    return (await page.locator('.say p').innerText()).includes(`The new version of ${name} is out: ${replicas} of ${replicas} ready.`)
  }
  await stepUntil(page, look, 80)
  // Each scaling of the case in its order; two at one instant may be seen as one.
  const path = [[0, replicas]]
  for (const { scale } of out.steps) for (const { replicaSet, to } of scale) path.push(replicaSet === 'new' ? [to, path.at(-1)![1]!] : [path.at(-1)![0]!, to])
  const allowed = path.map((sizes) => JSON.stringify(sizes))
  expect(seen.every((sizes, index) => allowed.includes(sizes) && (index === 0 || allowed.indexOf(sizes) > allowed.indexOf(seen[index - 1]!)))).toBe(true)
  expect(seen).toEqual(expect.arrayContaining(out.steps.map(({ sizes }) => JSON.stringify([sizes.new, sizes.old]))))
  const events = (await shownEvents(page)).filter(({ reason }) => reason === 'ScalingReplicaSet').toReversed().map(({ message }) => message)
  const told = events.map((message) => /^Scaled (up|down) replica set \S+ from (\d+) to (\d+)$/.exec(message)?.slice(1).join(' ')).slice(-path.length + 1)
  expect(told.toSorted()).toEqual(out.steps.flatMap(({ scale }) => scale.map(({ from, to }) => `${to > from ? 'up' : 'down'} ${from} ${to}`)).toSorted())
  expect(await conditionText(page, 'Progressing')).toContain('NewReplicaSetAvailable')
})
