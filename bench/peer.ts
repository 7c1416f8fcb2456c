import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { deployments } from './workload.ts'

/** The one other simulator with real control loops; measured with the same Deployments in the same process, and never part of the product. */
const peer = { name: '@ngrok/webernetes', version: '0.3.5' }

/** What the comparison needs of the peer's public classes. */
interface PeerModule {
  readonly Cluster: new (options: { nodes: number }) => PeerCluster
  readonly BaseImage: new () => object
}

interface PeerCluster {
  readonly clock: PeerClock
  readonly api: { readonly corev1: { listNamespacedPod(request: { namespace: string }): Promise<{ items: PeerPod[] }> } }
  init(): Promise<void>
  registerImage(image: unknown): void
  apply(manifests: unknown): Promise<unknown>
  close(): Promise<void>
}

interface PeerPod {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

interface PeerTask {
  readonly handle: number
  readonly callback: () => void
  cancelled: boolean
  dueAtMs: number
  readonly intervalMs?: number
}

/** The parts of the peer's clock that are replaced: it has no fast one, it waits with the host's timers. */
interface PeerClock {
  readonly tasks: Map<number, PeerTask>
  nowMs(): number
  scheduleTask(task: PeerTask): void
  unscheduleTask(task: PeerTask): void
}

/** One run of the peer. */
export interface PeerFigures {
  /** By its own clock, as whoever uses it waits for it: its loops go on working while the pods come up. */
  readonly secondsUntilReady: number
  /** By a clock that stands still while it computes, as ours does. */
  readonly secondsUntilReadyFastClock: number
  /** Virtual seconds a real second, by the fast clock. */
  readonly steady: number
  readonly heapBytesPerPod: number
  readonly longestTurnMs: number
}

/** Brings the peer's pods to Ready, by either clock, and lets them be for a while; null when that takes longer than `limitSeconds`. */
export async function runPeer(nodes: number, pods: number, limitSeconds: number, collectedHeap: () => number): Promise<PeerFigures | null> {
  const module = (await import(pathToFileURL(await install()).href)) as PeerModule
  const secondsUntilReady = await runWaiting(module, nodes, pods, limitSeconds)
  const cluster = clusterOf(module, nodes)
  const clock = new FastClock(cluster.clock)
  try {
    await clock.whileWaiting(cluster.init())
    await clock.advance(10_000, Infinity)
    const heapBefore = collectedHeap()
    const start = performance.now()
    const limit = start + limitSeconds * 1000
    let looking = 0
    await clock.whileWaiting(cluster.apply(deployments(pods)))
    for (;;) {
      await clock.advance(1000, limit)
      const lookedAt = performance.now()
      const ready = await clock.whileWaiting(readyPods(cluster))
      looking += performance.now() - lookedAt
      if (ready === pods) break
      if (performance.now() > limit) return null
    }
    const seconds = (performance.now() - start - looking) / 1000
    const heapAfter = collectedHeap()
    if (secondsUntilReady === null) return null
    return { secondsUntilReady, secondsUntilReadyFastClock: seconds, steady: await steady(clock), heapBytesPerPod: Math.round((heapAfter - heapBefore) / pods), longestTurnMs: Math.round(clock.longestTurnMs) }
  } finally {
    await Promise.race([cluster.close(), pause(2000)])
  }
}

/** Real seconds until all pods are Ready, its clock untouched. */
async function runWaiting(module: PeerModule, nodes: number, pods: number, limitSeconds: number): Promise<number | null> {
  const cluster = clusterOf(module, nodes)
  try {
    await cluster.init()
    await pause(2000)
    const start = performance.now()
    await cluster.apply(deployments(pods))
    while ((await readyPods(cluster)) < pods) {
      if (performance.now() - start > limitSeconds * 1000) return null
      await pause(pods < 100 ? 20 : 250)
    }
    return (performance.now() - start) / 1000
  } finally {
    await Promise.race([cluster.close(), pause(2000)])
  }
}

function clusterOf({ Cluster, BaseImage }: PeerModule, nodes: number): PeerCluster {
  const cluster = new Cluster({ nodes })
  cluster.registerImage(serverImage(BaseImage))
  return cluster
}

async function readyPods(cluster: PeerCluster): Promise<number> {
  return (await cluster.api.corev1.listNamespacedPod({ namespace: 'default' })).items.filter(isReady).length
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}

/** Virtual seconds a real second, over a real time long enough to hold whole heartbeat periods. */
async function steady(clock: FastClock): Promise<number> {
  await clock.advance(30_000, performance.now() + 20_000)
  const from = clock.now
  const start = performance.now()
  await clock.advance(600_000, start + 20_000)
  return (clock.now - from) / (performance.now() - start)
}

/** Replaces waiting by jumping to the next task; a heap, where the peer itself would look through all tasks. */
class FastClock {
  now: number
  longestTurnMs = 0
  private readonly heap: PeerTask[] = []

  constructor(clock: PeerClock) {
    this.now = clock.nowMs()
    this.tasks = clock.tasks
    clock.nowMs = () => this.now
    clock.scheduleTask = (task) => this.push(task)
    clock.unscheduleTask = () => {}
  }

  private readonly tasks: Map<number, PeerTask>

  /** Runs what is due within `millis`, until the real time `limit`. */
  async advance(millis: number, limit: number): Promise<void> {
    const until = this.now + millis
    while (performance.now() < limit && (await this.turn(until)));
    if (performance.now() < limit) this.now = until
  }

  /** Lets time pass until a promise of the peer is kept. */
  async whileWaiting<T>(promise: Promise<T>): Promise<T> {
    let isKept = false
    const kept = () => {
      isKept = true
    }
    promise.then(kept, kept)
    await macrotask()
    while (!isKept) await this.turn(Infinity)
    return promise
  }

  /** One task and all that follows from it without waiting. */
  private async turn(until: number): Promise<boolean> {
    const start = performance.now()
    await macrotask()
    const task = this.heap[0]
    const isDue = task !== undefined && task.dueAtMs <= until
    if (isDue) {
      this.pop()
      this.run(task)
      await macrotask()
    }
    this.longestTurnMs = Math.max(this.longestTurnMs, performance.now() - start)
    return isDue
  }

  private run(task: PeerTask): void {
    if (task.cancelled || this.tasks.get(task.handle) !== task) return
    this.now = Math.max(this.now, task.dueAtMs)
    task.callback()
    if (task.cancelled || task.intervalMs === undefined) {
      this.tasks.delete(task.handle)
      return
    }
    task.dueAtMs = this.now + task.intervalMs
    this.push(task)
  }

  private push(task: PeerTask): void {
    const { heap } = this
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(task, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = task
  }

  private pop(): void {
    const { heap } = this
    const task = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (!isBefore(heap[child]!, task)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = task
  }
}

function isBefore(a: PeerTask, b: PeerTask): boolean {
  return a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.handle < b.handle)
}

/** All promises that can be kept now are kept when it returns. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function isReady({ status }: PeerPod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true
}

/** The image of the workload: a server that runs until it is killed. */
function serverImage(BaseImage: PeerModule['BaseImage']): unknown {
  return class extends BaseImage {
    static readonly imageName = 'nginx'
    static readonly imageVersion = '1.27'
    readonly defaultCommand = ['server']
    exec(context: { waitUntilKilled(): Promise<number> }): Promise<number> {
      return context.waitUntilKilled()
    }
  }
}

/** Installs the peer into a folder of its own and makes one file of it: its own files import one another in a way that only bundlers understand. */
async function install(): Promise<string> {
  const folder = join(process.cwd(), 'node_modules', '.cache', 'peer')
  const bundle = join(folder, `webernetes-${peer.version}.mjs`)
  if (existsSync(bundle)) return bundle
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [peer.name]: peer.version } }))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const built = await rolldown({ input: join(folder, 'node_modules', ...peer.name.split('/'), 'dist', 'index.js'), platform: 'node', logLevel: 'silent' })
  await built.write({ file: bundle, format: 'esm', codeSplitting: false })
  await built.close()
  return bundle
}
