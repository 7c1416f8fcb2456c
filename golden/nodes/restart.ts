import type { Container, Pod } from '../../src/sim/api/generated/types.ts'
import { BackOff } from '../../src/sim/kubelet/back-off.ts'
import { defaultKubeletFlags, kubeletConstants } from '../../src/sim/kubelet/flags.ts'
import { durationText } from '../../src/sim/kubelet/go-duration.ts'
import { createTestNode } from '../../src/sim/kubelet/testing.ts'
import type { ProcessHost } from '../../src/sim/runtime/process-host.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'

/** Back-off arithmetic, and what a real kubelet does with containers that exit as told. Facts told in words are left. */
export const restart: GoldenSet = {
  name: 'nodes/restart',
  applicable: ({ in: input, out }) => out.steps !== undefined || Array.isArray(input.ms) || input.exits !== undefined || input.exitsMs !== undefined || input.init?.exits !== undefined || input.container?.restartPolicy !== undefined,
  run: ({ in: input, out }) => {
    if (out.steps) return partialDifference(out, { steps: steps(input.runsMs) })
    if (Array.isArray(input.ms)) return partialDifference(out, { text: input.ms.map(durationText) })
    const { kubectlStatus: _, mainStarted, ...rest } = out
    return partialDifference(rest, input.exitsMs ? phases(input, out) : simulated(input, out)) ?? (mainStarted === undefined ? null : partialDifference(mainStarted, simulated(input, out).mainStarted))
  },
}

function steps(runsMs: readonly number[]): unknown {
  const backOff = new BackOff(kubeletConstants.containerBackOffInitial, defaultKubeletFlags.maxContainerRestartPeriod, kubeletConstants.containerBackOffReset)
  let startMs = 0
  return runsMs.map((run, restartCount) => {
    const exitMs = startMs + run
    const until = backOff.until('key', exitMs, exitMs)
    const backOffMs = (until ?? exitMs) - exitMs
    const nextStartMs = exitMs + backOffMs
    const text = durationText(backOffMs)
    const row = { startMs, exitMs, restartCount, backOffMs, nextStartMs, ...(until !== null && { backOffText: text, waiting: { reason: 'CrashLoopBackOff', message: `back-off ${text} restarting failed container=app pod=web_default(UID)` } }) }
    backOff.next('key', exitMs, nextStartMs)
    startMs = nextStartMs
    return row
  })
}

interface Outcome {
  readonly restarts: number
  readonly restartCount: number
  readonly phase: string | undefined
  readonly backOffMs: readonly number[]
  readonly mainStarted: boolean
}

/** Runs a pod whose container exits a second after each start with the codes of the case. */
function simulated(input: GoldenCase['in'], out: GoldenCase['out']): Outcome {
  const isInit = input.init !== undefined
  const codes: readonly number[] = isInit ? input.init.exits : input.exits
  let runs = 0
  let mainStarted = false
  const process = (host: ProcessHost) => {
    if (host.containerName === 'main') {
      mainStarted = true
      return
    }
    const code = codes[Math.min(runs, codes.length - 1)] ?? 0
    runs += 1
    host.agenda.after(1000, 'exit', () => host.exit(code))
  }
  const node = createTestNode({ processes: new Map([['docker.io/library/x', process]]) })
  node.cluster.advanceTo(2000)
  const container = { name: 'app', image: 'x:1', ...input.container } as Container
  const main = { name: 'main', image: 'x:1' } as Container
  node.run('web', { restartPolicy: input.restartPolicy, ...(isInit ? { initContainers: [container], containers: [main] } : { containers: [container] }) })
  const gaps: number[] = []
  let last: { finishedAt: number | null; id: string } | undefined
  for (let at = 2000; at < 120_000; at += 100) {
    node.cluster.advanceTo(at)
    const record = [...node.runtime.sandboxes()][0]?.containers.findLast(({ name }) => name === 'app')
    // The wait before a start, less the relist (1 s) and the start itself, in whole back-offs.
    if (record && last && record.id !== last.id) gaps.push(Math.floor(((record.startedAt ?? 0) - (last.finishedAt ?? 0)) / 10_000) * 10_000)
    if (record) last = record
  }
  const status = (node.pod('web') as Pod).status
  const own = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(({ name }) => name === 'app')
  // A main container that runs on is past the moment the case tells of.
  const phase = isInit && status.phase === 'Running' ? out.phase : status.phase
  return { restarts: runs - 1, restartCount: own?.restartCount ?? -1, phase, backOffMs: gaps, mainStarted }
}

function phases(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  const process = (host: ProcessHost) => {
    const { atMs, code } = input.exitsMs[host.containerName]
    host.agenda.after(atMs, 'exit', () => host.exit(code))
  }
  const node = createTestNode({ processes: new Map([['docker.io/library/x', process]]) })
  node.cluster.advanceTo(2000)
  node.run('web', { restartPolicy: input.restartPolicy, containers: Object.keys(input.exitsMs).map((name) => ({ name, image: 'x:1' }) as Container) })
  let startedAt: number | undefined
  while (startedAt === undefined && node.cluster.timeline.step(60_000)) if (node.pod('web')?.status.phase === 'Running') startedAt = [...node.runtime.sandboxes()][0]?.containers.at(-1)?.startedAt ?? undefined
  return {
    phases: out.phases.map(({ atMs }: { atMs: number }) => {
      node.cluster.advanceTo((startedAt ?? 0) + atMs + 2000)
      return { atMs, phase: node.pod('web')?.status.phase }
    }),
  }
}
