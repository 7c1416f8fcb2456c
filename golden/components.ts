import { Timeline } from '../src/sim/kernel/agenda.ts'
import { conflict } from '../src/sim/api/errors.ts'
import { StatusError } from '../src/sim/api/status.ts'
import { createPipeline, type Json } from './objects/pipeline.ts'
import { WorkQueue } from '../src/sim/client/work-queue.ts'

/** Milliseconds between the failures of a key in a default work queue, as far as they go. */
export function retryDelays(count: number): readonly number[] {
  const timeline = new Timeline()
  const at: number[] = []
  const queue = new WorkQueue(timeline, 'golden', () => {
    at.push(timeline.now)
    throw new StatusError(conflict({ group: '', resource: 'pods' }, 'web', 'again'))
  }, { cost: 0 })
  queue.add('key')
  while (at.length <= count && timeline.step(Number.MAX_SAFE_INTEGER));
  return at.slice(1).map((time, index) => time - (at[index] ?? 0))
}

/** How many keys that fail together are retried at once, and how many a second from then on. */
export function retryLimits(): { readonly burst: number; readonly qps: number } {
  const timeline = new Timeline()
  const retried: number[] = []
  const failed = new Set<string>()
  const queue = new WorkQueue(timeline, 'golden', (key) => {
    if (failed.has(key)) {
      retried.push(timeline.now)
      return 'whenChanged'
    }
    failed.add(key)
    throw new StatusError(conflict({ group: '', resource: 'pods' }, key, 'again'))
  }, { cost: 0, workers: 1000 })
  for (let at = 0; at < 200; at += 1) queue.add(`key ${at}`)
  timeline.advanceTo(60_000)
  const first = retried[0] ?? 0
  const burst = retried.filter((time) => time === first).length
  // Tokens have come back from the moment of the failures on.
  const qps = retried.filter((time) => time > first && time <= 1000).length
  return { burst, qps }
}

/** What the API server fills in where an object says nothing. */
export function defaulted(manifest: Json): Json {
  const created = createPipeline().create({ metadata: { name: 'golden', namespace: 'default' }, ...manifest }, { admission: true })
  if (!created.ok) throw new Error(created.status.message)
  return created.value
}

/** True when a session may last so long at most. */
export function isLongestAffinity(seconds: number): boolean {
  return isAcceptedAffinity(seconds) && !isAcceptedAffinity(seconds + 1)
}

/** True when a session may last so long. */
export function isAcceptedAffinity(timeoutSeconds: number): boolean {
  return createPipeline().create({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'golden', namespace: 'default' }, spec: { ports: [{ port: 80 }], sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } } }, { admission: true }).ok
}

const labels = { app: 'web' }
const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'x:1', readinessProbe: { tcpSocket: { port: 80 } } }] } }

/** A workload that states nothing but what it must. */
export function workload(kind: 'Deployment' | 'DaemonSet'): Json {
  return { apiVersion: 'apps/v1', kind, spec: { selector: { matchLabels: labels }, template } }
}

/** Likewise a pod. */
export function plainPod(): Json {
  return { apiVersion: 'v1', kind: 'Pod', spec: template.spec }
}
