import type { Node, Pod } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import { planOutOfService, planTerminated, planUnscheduledTerminating } from '../../src/sim/controllers/pod-garbage-collector/plan-pod-garbage.ts'
import type { PodRemoval } from '../../src/sim/controllers/pod-garbage-collector/plan-pod-garbage.ts'
import { startPodGarbageCollector } from '../../src/sim/controllers/pod-garbage-collector/pod-garbage-collector.ts'
import { difference } from '../harness.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from '../partial.ts'

/** Whether something here plays a case of this kind. */
export function isPodCollectorKind({ in: input }: GoldenCase): boolean {
  return Object.hasOwn(runs, input.kind)
}

/** Which pods the pod garbage collector removes, and what it writes first. */
export const podgcSet: GoldenSet = {
  name: 'controllers/podgc',
  run: (golden) => runs[golden.in.kind]?.(golden),
}

const runs: Readonly<Record<string, (golden: GoldenCase) => string | null>> = {
  terminated: ({ in: { threshold, pods }, out }) => difference([...out.deleted].sort(), planTerminated(pods.map(podOf), threshold).map(({ pod }) => pod.metadata.name).sort()),
  orphan: orphan,
  'orphan-status': ({ in: { phase }, out }) => {
    const { before, deletedAt } = removeOrphan(phase, 100_000)
    const condition = before?.status.conditions?.find(({ type }) => type === 'DisruptionTarget')
    const shown = condition && { type: condition.type, status: condition.status, reason: condition.reason, message: condition.message }
    return deletedAt === null ? 'was not deleted' : partialDifference(out, { phase: before?.status.phase, condition: shown, gracePeriodSeconds: before?.metadata.deletionGracePeriodSeconds ?? 0 })
  },
  unscheduled: ({ in: { pod }, out }) => removal(out, planUnscheduledTerminating([podOf({ name: 'p', ...pod })])),
  'out-of-service': ({ in: { pod, node }, out }) => removal(out, planOutOfService([podOf({ name: 'p', nodeName: 'n', ...pod })], () => nodeOf(node))),
}

function removal(out: GoldenCase['out'], removals: readonly PodRemoval[]): string | null {
  const [found] = removals
  const isFinished = found?.pod.status.phase === 'Succeeded' || found?.pod.status.phase === 'Failed'
  return partialDifference(out, { deleted: found !== undefined, gracePeriodSeconds: 0, phase: found && (isFinished ? found.pod.status.phase : 'Failed'), condition: found?.condition })
}

function orphan({ in: input, out }: GoldenCase): string | null {
  const { deletedAt } = removeOrphan('Running', 200_000)
  if (deletedAt === null) return out.deletedAtMs === undefined ? null : 'was not deleted'
  const off = Math.abs(deletedAt - out.deletedAtMs - (input.nodeGoneAtMs ?? 0))
  return off <= (out.toleranceMs ?? 0) ? null : `deleted at ${deletedAt} instead of ${out.deletedAtMs}`
}

/** A pod of a node that is not there: its state before it went, and when it went. */
function removeOrphan(phase: string, until: number): { readonly before: Pod | undefined; readonly deletedAt: number | null } {
  const cluster = createTestCluster()
  const spec = { nodeName: 'gone', containers: [{ name: 'c', image: 'i' }] }
  const made = must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec } as unknown as Draft<'pods'>))
  const started = must(cluster.client.updateStatus('pods', { ...made, status: { ...made.status, phase } }))
  let before: Pod | undefined
  let deletedAt: number | null = null
  must(cluster.client.watch('pods', 'default', { resourceVersion: started.metadata.resourceVersion }, {
    event({ type, object }) {
      if (type === 'DELETED') deletedAt = cluster.timeline.now
      before = object as Pod
    },
    closed() {},
  }))
  cluster.component('pod-garbage-collector', startPodGarbageCollector)
  cluster.advanceTo(until)
  return { before, deletedAt }
}

function podOf(short: GoldenCase['in']): Pod {
  const { name, phase, creationTimestamp = '2026-01-01T00:00:00Z', deletionTimestamp, terminating, nodeName, reason } = short
  const isTerminating = deletionTimestamp || terminating
  const metadata = { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp, ...(isTerminating && { deletionTimestamp: creationTimestamp }) }
  const evicted = reason ?? (short.evicted ? 'Evicted' : undefined)
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], ...(nodeName && { nodeName }) }, status: { phase, ...(evicted && { reason: evicted }) } } as unknown as Pod
}

function nodeOf({ ready, taints = [] }: { readonly ready: boolean; readonly taints?: readonly string[] }): Node {
  const status = { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints: taints.map((key) => ({ key, effect: 'NoExecute' })) }, status } as unknown as Node
}
