import type { Command, TimedCommand } from '../sim/cluster/run.ts'
import type { Scenario } from './scenario.ts'
import { shopManifests, webWithImage } from './shop.ts'

/** A scenario of our own, with what there is to see in it. */
export interface GalleryEntry {
  readonly id: string
  readonly scenario: Scenario
  readonly summary: string
  /** What to watch for, in the order it happens. */
  readonly watch: readonly string[]
  /** What the visitor may do first; absent where the scenario acts by itself. */
  readonly hint?: string
}

const minute = 60_000
/** The shop has come up well before this: what happens to it happens afterwards. */
const settled = minute

function shop(id: string, title: string, commands: readonly TimedCommand[], until = settled): Scenario {
  return { title, run: { version: 1, seed: seedOf(id), options: { workers: 3, zones: 2, node: { cpu: '4', memory: '8Gi' } }, commands: [{ at: 1000, command: { kind: 'apply', manifests: shopManifests() } }, ...commands] }, until }
}

/** Any fixed number will do; one per scenario, so that their names differ. */
function seedOf(id: string): number {
  let seed = 7
  for (let at = 0; at < id.length; at += 1) seed = (seed * 31 + id.charCodeAt(at)) % 100_003
  return seed
}

function at(time: number, command: Command): TimedCommand {
  return { at: time, command }
}

/** What a visitor sees first: the shop, running, with nothing wrong. */
export const startScenario: GalleryEntry = {
  id: 'shop',
  scenario: shop('shop', 'A small shop', []),
  summary: 'Six services on three machines in two zones, all of them ready.',
  watch: ['Each pod is a row on the machine where it runs.', 'The Services at the left send requests to the pods that are ready.'],
  hint: 'Power a machine off and see what Kubernetes does about it.',
}

/** Scenarios to open from the page, the first minute's first. */
export const gallery: readonly GalleryEntry[] = [
  startScenario,
  {
    id: 'self-healing',
    scenario: shop('self-healing', 'The shop survives a lost machine', [at(settled + 10_000, { kind: 'power-off', node: 'worker-2' })], settled + 12_000),
    summary: 'worker-2 loses its power. Nobody is told; the cluster has to notice.',
    watch: ['Its lease runs out after 50 seconds: NotReady.', 'Five minutes later its pods are given up and replaced elsewhere.', 'Two machines are a little too small: one pod finds no room.'],
    hint: 'Press “next change” instead of waiting five minutes.',
  },
  {
    id: 'rolling-update',
    scenario: shop('rolling-update', 'A rolling update', [at(settled + 5000, { kind: 'apply', manifests: [webWithImage('kubarium/shop-web:1.5')] })], settled + 5000),
    summary: 'web goes from 1.4 to 1.5, one pod at a time, without a gap.',
    watch: ['A new ReplicaSet grows while the old one shrinks.', 'Never fewer than three pods are ready, never more than four exist.'],
  },
  {
    id: 'bad-rollout',
    scenario: shop('bad-rollout', 'A rollout that goes wrong', [at(settled + 5000, { kind: 'apply', manifests: [webWithImage('kubarium/shop-web:doesnotexist')] })], settled + 5000),
    summary: 'The new image does not exist. The old pods keep serving.',
    watch: ['The new pod cannot pull its image: ErrImagePull, then ImagePullBackOff.', 'The rollout stops there: three old pods stay ready.', 'After ten minutes: ProgressDeadlineExceeded.'],
    hint: 'Repair it: edit the YAML of web and apply an image that exists, kubarium/shop-web:1.5.',
  },
  {
    id: 'cut-off',
    scenario: shop('cut-off', 'A machine is cut off', [at(settled + 5000, { kind: 'cut-off', node: 'worker-3' }), at(settled + 10 * minute, { kind: 'reconnect', node: 'worker-3' })], settled + 7000),
    summary: 'worker-3 runs on, but nobody hears it. Its pods live twice for a while.',
    watch: ['From outside it looks just like a lost machine: NotReady after 50 seconds.', 'Its pods are marked for deletion, but nobody there hears of it.', 'After ten minutes it is reconnected and ends them.'],
  },
  {
    id: 'scheduler-stopped',
    scenario: shop('scheduler-stopped', 'The scheduler is stopped', [at(settled + 5000, { kind: 'stop', component: 'kube-scheduler' }), at(settled + 10_000, { kind: 'scale', resource: 'deployments', key: 'shop/web', replicas: 5 }), at(settled + 2 * minute, { kind: 'start', component: 'kube-scheduler' })], settled + 10_000),
    summary: 'New pods are made, but nobody gives them a machine.',
    watch: ['What runs runs on.', 'Two new pods of web wait without a node, and without an event.', 'Once the scheduler is back they are placed within seconds.'],
  },
  {
    id: 'full-cluster',
    scenario: shop('full-cluster', 'The cluster is full', [at(settled + 5000, { kind: 'scale', resource: 'deployments', key: 'shop/catalog', replicas: 9 })], settled + 7000),
    summary: 'catalog wants nine pods; the machines have room for fewer.',
    watch: ['The scheduler says for each pod that waits what it lacks: Insufficient cpu.', 'Free some room, or take less, and they are placed.'],
    hint: 'Scale web down, or make the requests of catalog smaller.',
  },
]
