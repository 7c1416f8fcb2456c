import type { Container, PodSpec } from '../../src/sim/api/generated/types.ts'
import type { GoldenCase } from '../harness.ts'
import { PlayedNode } from './played-node.ts'

/** A container whose runs end with these codes, the last of them again and again. */
export interface ExitPlay {
  readonly codes: readonly number[]
  /** How long each run takes; a second where it does not say. */
  readonly runsMs?: readonly number[]
  readonly isInit?: boolean
  readonly restartPolicy: PodSpec['restartPolicy']
  readonly container?: Partial<Container>
}

/** What becomes of a pod whose container exits as told. */
export function simulated({ codes, runsMs = [], isInit = false, restartPolicy, container }: ExitPlay, count?: number): Readonly<Record<string, unknown>> {
  let runs = 0
  let mainStarted = false
  const world = new PlayedNode({
    play: (host) => {
      if (host.containerName === 'main') {
        mainStarted = true
        return
      }
      const code = codes[Math.min(runs, codes.length - 1)] ?? 0
      const run = runsMs[runs] ?? 1000
      runs += 1
      host.agenda.after(run, 'exit', () => host.exit(code))
    },
  })
  const own = { name: 'app', image: 'played:1', ...container }
  const main = { name: 'main', image: 'played:1' }
  world.run({ restartPolicy, ...(isInit ? { initContainers: [own], containers: [main] } : { containers: [own] }) })
  const gaps: number[] = []
  let phase: string | undefined
  let last = world.newest()
  const end = world.now + 120_000
  world.until(() => {
    const record = world.newest()
    // The wait before a start, less the relist (1 s) and the start itself, in whole back-offs.
    if (record && last && record.id !== last.id) gaps.push(Math.floor(((record.startedAt ?? 0) - (last.finishedAt ?? 0)) / 10_000) * 10_000)
    if (record) last = record
    // Of an init container: the phase as long as the main container has not started.
    if (!mainStarted) phase = world.lastPod?.status.phase
    return gaps.length === count || world.now >= end
  }, 120_000)
  if (!isInit) phase = world.lastPod?.status.phase
  return { restarts: runs - 1, restartCount: world.status()?.restartCount, backOffMs: gaps, mainStarted, phase }
}

/** The phase at the times of the case, counted from when all run; a status is a relist late. */
export function phases(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  const world = new PlayedNode({
    play: (host) => {
      const { atMs, code } = input.exitsMs[host.containerName]
      host.agenda.after(atMs, 'exit', () => host.exit(code))
    },
  })
  world.run({ restartPolicy: input.restartPolicy, containers: Object.keys(input.exitsMs).map((name) => ({ name, image: 'played:1' })) })
  world.until(() => world.lastPod?.status.phase === 'Running')
  const names = Object.keys(input.exitsMs)
  const startedAt = world.newest(names.at(-1))?.startedAt ?? 0
  return {
    phases: out.phases.map(({ atMs }: { atMs: number }) => {
      world.cluster.advanceTo(startedAt + atMs + 2000)
      return { atMs, phase: world.lastPod?.status.phase }
    }),
  }
}
