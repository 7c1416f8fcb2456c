import type { Page } from '@playwright/test'
import { conditionText, inspect, shownEvents, stepUntil } from './golden.ts'
import { now } from './kubarium.ts'

/** A step of a case of nodes/node-loss. */
export interface LossStep {
  readonly id: string
  readonly after: string
  readonly plusMs: readonly [number, number]
  readonly object: string
  readonly change: {
    readonly conditions?: readonly Condition[]
    readonly condition?: Condition
    readonly addTaint?: { readonly key: string; readonly effect: string }
    readonly removeTaint?: { readonly key: string; readonly effect: string }
    readonly involvedObject?: { readonly kind: string; readonly namespace?: string; readonly name: string }
    readonly reason?: string
    readonly message?: string
    readonly removed?: boolean
    readonly restartCount?: string
    readonly event?: { readonly reason: string; readonly message: string }
  }
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

/** Goes on until the page shows the change of a step; answers when it did, for events when they say they happened. `since`: what was before does not count. */
export async function reached(page: Page, step: LossStep, since: number): Promise<{ readonly at: number }> {
  let shown: { readonly at: number } | null = null
  await stepUntil(page, async () => (shown = await isShown(page, step, since)) !== null)
  return shown!
}

/** When the last renewal of a machine's lease arrived that the page was told of. */
export function lastRenewal(page: Page, machine: string): Promise<number> {
  return page.evaluate((name) => {
    const leases = window.tap.batches.flatMap(({ changes }) => changes).filter(({ resource, key, object }) => resource === 'leases' && key === `kube-node-lease/${name}` && object)
    return Date.parse((leases.at(-1)!.object as unknown as { spec: { renewTime: string } }).spec.renewTime) - window.tap.batches[0]!.start
  }, machine)
}

/** The case's nodes are this cluster's workers. */
const real = (text: string) => text.replace(/\bn(\d)\b/, 'worker-$1')

async function isShown(page: Page, { object, change }: LossStep, since: number): Promise<{ readonly at: number } | null> {
  if (object === 'event') {
    const about = change.involvedObject!
    await inspect(page, about.kind === 'Node' ? `nodes/${real(about.name)}` : `pods/${about.namespace ?? ''}/${about.name}`)
    return findEvent(page, { reason: change.reason ?? '', message: change.message ?? '' }, since)
  }
  const [kind, ...rest] = object.split('/')
  const thing = kind === 'node' ? `nodes/${real(rest.join('/'))}` : `pods/${rest.join('/')}`
  const at = await now(page)
  if (change.removed) return (await page.locator(`.canvas [data-thing="${thing}"]`).count()) === 0 ? { at } : null
  await inspect(page, thing)
  if (change.restartCount !== undefined) {
    const isRestarted = (await page.locator('.containers').innerText()).includes(`restarted ${Number(change.restartCount)}×`)
    return isRestarted && (!change.event || (await findEvent(page, change.event, since))) ? { at } : null
  }
  for (const condition of change.conditions ?? (change.condition ? [change.condition] : [])) {
    const text = await conditionText(page, condition.type)
    if (![condition.status, condition.reason, condition.message].every((part) => part === undefined || text.includes(part))) return null
  }
  const hasTaint = (taint: { readonly key: string; readonly effect: string }) => page.locator('.inspector').getByText(`${taint.key}:${taint.effect}`).isVisible()
  if (change.addTaint && !(await hasTaint(change.addTaint))) return null
  return change.removeTaint && (await hasTaint(change.removeTaint)) ? null : { at }
}

/** An event in the list of the inspector; its time is in full seconds, and a boot id is anybody's guess. */
async function findEvent(page: Page, wanted: { readonly reason: string; readonly message: string }, since: number): Promise<{ readonly at: number } | null> {
  const plain = (text: string) => text.replace(/(?<=boot id: ).*/, '')
  return (await shownEvents(page)).find(({ at, reason, message }) => at >= since - 1000 && reason === wanted.reason && plain(message) === plain(real(wanted.message))) ?? null
}
