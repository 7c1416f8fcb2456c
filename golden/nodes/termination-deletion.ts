import type { Container } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import type { GoldenCase } from '../harness.ts'
import { partialDifference } from './partial.ts'
import { PlayedNode, serverImage } from './played-node.ts'

/** The delete comes when all runs. */
const settledAt = 20_000

/** One pod, one container, one delete or two: when signals come, when it is gone, what its last status says. */
export function isPlainDeletion({ in: input, out }: GoldenCase): boolean {
  if (input.containers !== undefined || input.deletedAt !== undefined) return false
  return out.sigkillAtMs !== undefined || typeof out.sigtermAtMs?.[0] === 'number' || out.goneWithinMs !== undefined || out.lastPhase !== undefined || out.steps !== undefined || out.deletionGracePeriodSeconds !== undefined
}

export function deletion({ in: input, out }: GoldenCase): string | null {
  const onSigterm = input.exitAfterSigtermMs === undefined ? (input.ignoresSigterm ? null : { after: 100, exitCode: 0 }) : { after: input.exitAfterSigtermMs, exitCode: input.exitCode ?? 0 }
  const world = new PlayedNode({ images: [serverImage('x', onSigterm)] })
  world.run({ terminationGracePeriodSeconds: input.specGraceSeconds ?? input.graceSeconds ?? 30, containers: [containerOf(input)] })
  world.cluster.advanceTo(settledAt)
  const since = (time: number | null | undefined) => (time ?? 0) - settledAt
  const record = world.newest()
  must(world.cluster.client.delete('pods', 'default/web', input.deleteGraceSeconds === undefined ? {} : { gracePeriodSeconds: input.deleteGraceSeconds }))
  const second = input.secondDelete
  if (second) world.cluster.timeline.after(second.atMs, 'second delete', () => void world.cluster.client.delete('pods', 'default/web', { gracePeriodSeconds: second.graceSeconds }))
  let signalled: number | undefined
  let grace: number | undefined
  world.until(() => {
    signalled ??= record && world.node.runtime.stoppingUntil(record.id)?.since
    const told = world.pod?.metadata.deletionGracePeriodSeconds
    if (told) grace = told
    return world.isGone
  })
  const within = (window: readonly [number, number], time: number) => time >= window[0] && time <= window[1]
  const goneAt = since(world.now)
  if (out.steps) return stepsDifference(out.steps, world, { deleted: settledAt, signalled })
  const { sigkillAtMs, sigtermAtMs, goneWithinMs, ...rest } = out
  if (sigkillAtMs && !within(sigkillAtMs, since(record?.finishedAt))) return `killed at ${since(record?.finishedAt)}`
  if (sigtermAtMs && !within(sigtermAtMs, since(signalled))) return `signalled at ${since(signalled)}`
  if (goneWithinMs && goneAt > goneWithinMs) return `gone at ${goneAt}`
  return partialDifference(rest, { deletionGracePeriodSeconds: grace, lastPhase: world.lastPod?.status.phase, state: world.status()?.state })
}

interface Step {
  readonly atMs: readonly [number, number]
  readonly api?: string
  readonly status?: string
  readonly container?: string
  readonly event?: object
}

/** What a case tells step by step: of the words those count that name a phase, a reason or an exit code. */
function stepsDifference(steps: readonly Step[], world: PlayedNode, { deleted, signalled }: { deleted: number; signalled: number | undefined }): string | null {
  const after = world.states.filter(({ at }) => at >= deleted)
  const marked = after.find(({ pod }) => pod.metadata.deletionTimestamp !== undefined)
  for (const step of steps) {
    const inTime = (at: number | undefined) => at !== undefined && at - deleted >= step.atMs[0] && at - deleted <= step.atMs[1]
    if (step.event) {
      const killing = world.sent('Killing')[0]
      const wrong = partialDifference(step.event, killing)
      if (wrong || !inTime(killing?.at)) return wrong ?? `Killing at ${killing?.at}`
    } else if (step.container) {
      if (!inTime(signalled)) return `${step.container} at ${signalled}`
    } else if (step.status) {
      const phase = /phase (\w+)/.exec(step.status)?.[1]
      const found = after.find(({ pod }) => pod.status.phase === phase)
      const ended = found?.pod.status.containerStatuses?.[0]?.state?.terminated
      const wrong = partialDifference({ exitCode: Number(/exitCode (\d+)/.exec(step.status)?.[1]), reason: /reason (\w+)/.exec(step.status)?.[1] }, ended)
      if (wrong || !inTime(found?.at)) return wrong ?? `${phase} at ${found?.at}`
    } else if (step.api?.includes('gone')) {
      if (!inTime(world.now)) return `gone at ${world.now}`
    } else {
      const seconds = Number(/deletionGracePeriodSeconds (\d+)/.exec(step.api ?? '')?.[1])
      const wrong = partialDifference({ metadata: { deletionGracePeriodSeconds: seconds }, status: { phase: 'Running' } }, marked?.pod)
      if (wrong || !inTime(marked?.at)) return wrong ?? `marked at ${marked?.at}`
    }
  }
  return null
}

function containerOf(input: GoldenCase['in']): Partial<Container> {
  if (input.waiting === 'CrashLoopBackOff') return { name: 'app', image: 'busybox:1.36', command: ['false'] }
  if (input.waiting === 'ImagePullBackOff') return { name: 'app', image: 'nginx:doesnotexist' }
  const seconds = input.preStopSleepSeconds ?? (input.preStopMs === undefined ? undefined : input.preStopMs / 1000)
  return { name: 'app', image: 'x:1', ...(seconds !== undefined && { lifecycle: { preStop: { sleep: { seconds } } } }) }
}
