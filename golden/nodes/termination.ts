import type { Container, Pod } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import { createTestNode, type TestNode } from '../../src/sim/kubelet/testing.ts'
import type { ContainerRecord } from '../../src/sim/runtime/node-disk.ts'
import type { ImageEntry, SigtermBehaviour } from '../../src/sim/runtime/image-catalogue.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'

/** Deletions of pods whose processes behave as told. Eviction, shutdown, preemption and stop signals are not built; facts told in words are left. */
export const termination: GoldenSet = {
  name: 'nodes/termination',
  applicable: ({ in: input, out }) => isDeletion(input, out),
  run: ({ in: input, out }) => deletion(input, out),
}

const deletedAt = 20_000

function isDeletion(input: GoldenCase['in'], out: GoldenCase['out']): boolean {
  return out.sigkillAtMs !== undefined || typeof out.sigtermAtMs?.[0] === 'number' || out.goneWithinMs !== undefined || out.lastPhase !== undefined || (out.deletionGracePeriodSeconds !== undefined && input.deletedAt === undefined)
}

function image(name: string, onSigterm: SigtermBehaviour): ImageEntry {
  return { repository: `docker.io/library/${name}`, sizeBytes: 1000, behaviour: { kind: 'server', listensAfter: 0, ports: [], lines: [] }, onSigterm }
}

function deletion(input: GoldenCase['in'], out: GoldenCase['out']): string | null {
  const behaviour = input.exitAfterSigtermMs === undefined ? (input.ignoresSigterm ? null : { after: 100, exitCode: 0 }) : { after: input.exitAfterSigtermMs, exitCode: input.exitCode }
  const node = createTestNode({ images: [image('x', behaviour)] })
  node.cluster.advanceTo(2_000)
  node.run('web', { terminationGracePeriodSeconds: input.specGraceSeconds ?? input.graceSeconds ?? 30, containers: [containerOf(input)] })
  node.cluster.advanceTo(deletedAt)
  must(node.cluster.client.delete('pods', 'default/web', input.deleteGraceSeconds === undefined ? {} : { gracePeriodSeconds: input.deleteGraceSeconds }))
  return partialDifference(expectedOf(out), observe(node, input, out))
}

function containerOf(input: GoldenCase['in']): Container {
  if (input.waiting === 'CrashLoopBackOff') return { name: 'app', image: 'busybox:1.36', command: ['false'] } as unknown as Container
  if (input.waiting === 'ImagePullBackOff') return { name: 'app', image: 'nginx:doesnotexist' } as Container
  const seconds = input.preStopSleepSeconds ?? (input.preStopMs === undefined ? undefined : input.preStopMs / 1000)
  return { name: 'app', image: 'x:1', ...(seconds !== undefined && { lifecycle: { preStop: { sleep: { seconds } } } }) } as Container
}

/** Windows are judged here, the rest as it stands. */
function expectedOf(out: GoldenCase['out']): unknown {
  const { sigkillAtMs, sigtermAtMs, goneWithinMs, ...rest } = out
  return { ...rest, ...(sigkillAtMs && { sigkill: 'in time' }), ...(sigtermAtMs && { sigterm: 'in time' }), ...(goneWithinMs && { gone: 'in time' }) }
}

function observe(node: TestNode, input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  let second = input.secondDelete
  let pod: Pod | undefined = node.pod('web')
  let last: Pod | undefined
  // The last status is written and the object deleted in one instant: only who watches sees it.
  node.cluster.client.watch('pods', 'default', {}, { event: ({ object }) => (last = object as Pod), closed: () => undefined })
  const grace: { seconds: number | undefined } = { seconds: undefined }
  let record: ContainerRecord | undefined
  let signalled: number | undefined
  for (let at = deletedAt; at <= deletedAt + 200_000 && pod; at += 50) {
    node.cluster.advanceTo(at)
    if (second && at - deletedAt >= second.atMs) {
      must(node.cluster.client.delete('pods', 'default/web', { gracePeriodSeconds: second.graceSeconds }))
      second = undefined
    }
    pod = node.pod('web')
    record = [...node.runtime.sandboxes()][0]?.containers.at(-1) ?? record
    if (record && signalled === undefined) signalled = node.runtime.stoppingUntil(record.id)?.since
    if (!pod) return verdicts({ at: at - deletedAt, lastPhase: last?.status.phase, state: last?.status.containerStatuses?.[0]?.state, grace: grace.seconds, killed: (record?.finishedAt ?? 0) - deletedAt, signalled: (signalled ?? 0) - deletedAt }, out)
    grace.seconds = pod.metadata.deletionGracePeriodSeconds
  }
  return verdicts({ at: Number.MAX_SAFE_INTEGER, lastPhase: undefined, state: undefined, grace: grace.seconds, killed: 0, signalled: 0 }, out)
}

interface Seen {
  readonly at: number
  readonly lastPhase: string | undefined
  readonly state: unknown
  readonly grace: number | undefined
  readonly killed: number
  readonly signalled: number
}

function verdicts(seen: Seen, out: GoldenCase['out']): unknown {
  const within = (time: number, window: readonly [number, number]) => (time >= window[0] && time <= window[1] ? 'in time' : `at ${time}`)
  return {
    deletionGracePeriodSeconds: seen.grace,
    lastPhase: seen.lastPhase,
    state: seen.state,
    ...(out.sigkillAtMs && { sigkill: within(seen.killed, out.sigkillAtMs) }),
    ...(out.sigtermAtMs && { sigterm: within(seen.signalled, out.sigtermAtMs) }),
    ...(out.goneWithinMs && { gone: seen.at <= out.goneWithinMs ? 'in time' : `at ${seen.at}` }),
  }
}
