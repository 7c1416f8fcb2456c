import type { Pod } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Client, DeleteOptions, Draft } from '../../src/sim/client/component.ts'
import { createTestCluster, type TestCluster } from '../../src/sim/cluster/testing.ts'
import { startPodGarbageCollector } from '../../src/sim/controllers/pod-garbage-collector/pod-garbage-collector.ts'
import { difference } from '../harness.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from '../partial.ts'

/** Whether something here plays a case of this kind. */
export function isPodCollectorKind({ in: input }: GoldenCase): boolean {
  return Object.hasOwn(runs, input.kind)
}

/** Which pods the pod garbage collector removes from a real API server, when, and what it writes first. */
export const podgcSet: GoldenSet = {
  name: 'controllers/podgc',
  run: (golden) => runs[golden.in.kind]?.(golden),
}

interface GivenPod {
  readonly name: string
  readonly phase: string
  readonly nodeName?: string
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: unknown
  readonly terminating?: boolean
  readonly reason?: string
  readonly evicted?: boolean
}

/** Long enough for two looks, so that what is left alone stays. */
const afterwards = 45_000

const runs: Readonly<Record<string, (golden: GoldenCase) => string | null>> = {
  terminated: ({ in: { threshold, pods }, out }) => {
    const world = new CollectedWorld()
    for (const pod of (pods as readonly GivenPod[]).toSorted((a, b) => Date.parse(a.creationTimestamp ?? '') - Date.parse(b.creationTimestamp ?? ''))) {
      // The API says when a pod was created: it is, so much later than the others.
      world.advance(Date.parse(pod.creationTimestamp ?? '') - Date.parse('2026-01-01T00:00:00Z') - world.sinceStart)
      world.createPod({ nodeName: 'n', ...pod })
    }
    world.createNode({ ready: true, taints: [] })
    world.collect(afterwards, { terminatedPodGcThreshold: threshold })
    return difference([...out.deleted].sort(), [...world.deletions.keys()].sort())
  },
  orphan: ({ in: { nodeGoneAtMs = 0, checksAtMs = [0] }, out }) => {
    const world = new CollectedWorld()
    world.createNode({ ready: true, taints: [] })
    world.createPod({ name: 'p', phase: 'Running', nodeName: 'n' })
    const start = world.now
    const [firstCheck] = checksAtMs as readonly [number]
    // The collector's first look is its start; what happens at the same time is there already.
    if (nodeGoneAtMs > firstCheck) world.collect(nodeGoneAtMs)
    must(world.cluster.client.delete('nodes', 'n'))
    if (nodeGoneAtMs <= firstCheck) world.collect(0)
    world.advance(200_000)
    const deletion = world.deletions.get('p')
    if (!deletion) return out.deletedAtMs === undefined ? null : 'was not deleted'
    const at = deletion.at - start
    return Math.abs(at - out.deletedAtMs) <= (out.toleranceMs ?? 0) ? null : `deleted at ${at} instead of ${out.deletedAtMs}`
  },
  'orphan-status': ({ in: { phase }, out }) => {
    const world = new CollectedWorld()
    world.createPod({ name: 'p', phase, nodeName: 'gone' })
    world.collect(100_000)
    return world.judge(out)
  },
  unscheduled: ({ in: { pod }, out }) => {
    const world = new CollectedWorld()
    world.createPod({ name: 'p', ...pod })
    world.collect(afterwards)
    return world.judge(out)
  },
  'out-of-service': ({ in: { pod, node }, out }) => {
    const world = new CollectedWorld()
    world.createNode(node)
    world.createPod({ name: 'p', nodeName: 'n', ...pod })
    world.collect(afterwards)
    return world.judge(out)
  },
}

/** What the collector asked the API to remove, and the pod as it was then. */
interface Deletion {
  readonly at: number
  readonly options: DeleteOptions
  readonly pod: Pod
}

/** A real API server with pods that no kubelet looks after, and the collector. */
class CollectedWorld {
  readonly cluster: TestCluster = createTestCluster()
  /** By the pod's name. */
  readonly deletions = new Map<string, Deletion>()
  private readonly start = this.now

  get now(): number {
    return this.cluster.timeline.now
  }

  get sinceStart(): number {
    return this.now - this.start
  }

  advance(millis: number): void {
    this.cluster.advanceTo(this.now + millis)
  }

  createNode({ ready, taints }: { readonly ready: boolean; readonly taints?: readonly string[] }): void {
    const { client } = this.cluster
    const node = must(client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints: (taints ?? []).map((key) => ({ key, effect: 'NoExecute' })) } } as unknown as Draft<'nodes'>))
    must(client.updateStatus('nodes', { ...node, status: { ...node.status, conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] } }))
  }

  /** A pod without a node stays while it is deleted only because somebody's finalizer holds it. */
  createPod({ name, phase, nodeName, deletionTimestamp, terminating, reason, evicted }: GivenPod): void {
    const { client } = this.cluster
    const spec = { ...(nodeName && { nodeName }), containers: [{ name: 'c', image: 'i' }] }
    const isTerminating = Boolean(deletionTimestamp ?? terminating)
    const finalizers = isTerminating && !nodeName ? ['golden.test/held'] : []
    const made = must(client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', finalizers }, spec } as unknown as Draft<'pods'>))
    const why = reason ?? (evicted ? 'Evicted' : undefined)
    must(client.updateStatus('pods', { ...made, status: { ...made.status, phase, ...(why && { reason: why }) } }))
    if (isTerminating) must(client.delete('pods', `default/${name}`))
  }

  /** Starts the collector, and goes on. */
  collect(millis: number, flags: { readonly terminatedPodGcThreshold?: number } = {}): void {
    this.cluster.component('pod-garbage-collector', (context) => {
      const remove: Client['delete'] = (resource, key, options = {}) => {
        const pod = must(context.client.get('pods', key))
        this.deletions.set(pod.metadata.name, { at: this.now, options, pod })
        return context.client.delete(resource, key, options)
      }
      const client = new Proxy(context.client, { get: (target, name) => (name === 'delete' ? remove : Reflect.get(target, name, target)) })
      startPodGarbageCollector({ ...context, client }, flags)
    })
    this.advance(millis)
  }

  judge(out: GoldenCase['out']): string | null {
    const deletion = this.deletions.get('p')
    if (!deletion) return out.deleted === false ? null : 'was not deleted'
    const found = deletion.pod.status.conditions?.find(({ type }) => type === 'DisruptionTarget')
    const condition = found && { type: found.type, status: found.status, reason: found.reason, message: found.message }
    return partialDifference(out, { deleted: true, phase: deletion.pod.status.phase, condition, gracePeriodSeconds: deletion.options.gracePeriodSeconds })
  }
}
