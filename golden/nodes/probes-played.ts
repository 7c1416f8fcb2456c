import type { Container, PodSpec, Probe } from '../../src/sim/api/generated/types.ts'
import { Timeline } from '../../src/sim/kernel/agenda.ts'
import { must } from '../../src/sim/api/status.ts'
import { PodProber, type ProberHost } from '../../src/sim/kubelet/pod-prober.ts'
import type { ProbeKind } from '../../src/sim/kubelet/probe-state.ts'
import type { GoldenCase } from '../harness.ts'
import { PlayedNode } from './played-node.ts'

const fails = (over: object = {}): Probe => ({ exec: { command: ['false'] }, periodSeconds: 10, failureThreshold: 3, ...over }) as unknown as Probe
const passes = (over: object = {}): Probe => fails({ exec: { command: ['true'] }, ...over })

function running(container: Partial<Container>, spec: Partial<PodSpec> = {}, image = 'plain:1'): PlayedNode {
  const world = new PlayedNode()
  world.run({ ...spec, containers: [{ name: 'app', image, ...container }] })
  world.until(() => world.isRunning())
  return world
}

/** Times of the failed probes of a kind, counted from the start of the container that runs now. */
function failures(world: PlayedNode, kind: ProbeKind): readonly number[] {
  const name = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' }[kind]
  return world.sent('Unhealthy').filter(({ message }) => message.startsWith(name)).map(({ at }) => at)
}

/** When a kubelet probes what: its failing probes tell by their events. */
export function probed({ in: input, out }: GoldenCase): unknown {
  if (input.elapsedMs) return { probed: input.elapsedMs.map((elapsed: number) => probesAfter(elapsed, input.initialDelaySeconds)) }
  if (input.restartAtMs) return afterRestart(input, out)
  if (input.containerStartMs !== undefined) return firstProbe(input, out)
  if (input.startup === 'not yet succeeded') return gated()
  if (input.startup === 'succeeded') return { startup: startupsOf('plain:1').length > 1 ? 'run' : 'not run' }
  if (input.containerRestarted) return startupAgain()
  if (input.state === 'terminated') return { ready: readyOfEnded() }
  if (input.phase) return { probed: probedAfterEnd(input.phase) }
  if (input.deleted) return whileDeleted()
  if (input.readiness) return readinessOnly()
  if (input.probeGraceSeconds) return { graceSeconds: input.probeGraceSeconds.map((seconds: number | null) => graceOf(input.podGraceSeconds, seconds)) }
  if (input.sidecar) return { probes: probesOfSidecar() }
  if (input.failures) return countedEvents(input)
  throw new Error('a form of case that is not played')
}

/** A prober of its own, whose tick falls on a moment so long after the start. */
function probesAfter(elapsed: number, initialDelaySeconds: number): boolean {
  const agenda = new Timeline()
  agenda.advanceTo(100_000)
  let probes = 0
  const host: ProberHost = { agenda, podKey: 'default/web', probe: () => ((probes += 1), { result: 'success', output: '' }), inherited: () => null, nextChange: () => null, unhealthy: () => undefined, changed: () => undefined }
  const prober = new PodProber(host, [{ name: 'app', readinessProbe: passes({ initialDelaySeconds, successThreshold: 1 }) } as unknown as Container])
  prober.started('app', 'id', agenda.now - elapsed)
  agenda.advanceTo(agenda.now)
  return probes > 0
}

function firstProbe(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  const world = running({ readinessProbe: fails(input) })
  world.until(() => failures(world, 'readiness').length > 0, 120_000)
  const at = (failures(world, 'readiness')[0] ?? Number.POSITIVE_INFINITY) - (world.newest()?.startedAt ?? 0)
  const fits = ([least, most]: [number, number]) => (at >= least && at <= most ? [least, most] : at)
  return { typicalFirstProbeMs: fits(out.typicalFirstProbeMs), firstProbeMs: fits(out.firstProbeMs) }
}

function afterRestart(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  let runs = 0
  const world = new PlayedNode({
    play: (host) => {
      runs += 1
      if (runs === 1) host.agenda.after(input.restartAtMs, 'exit', () => host.exit(1))
    },
  })
  world.run({ containers: [{ name: 'app', image: 'played:1', readinessProbe: fails({ initialDelaySeconds: input.initialDelaySeconds }) }] })
  world.until(() => (world.status()?.restartCount ?? 0) > 0)
  const again = world.newest()?.startedAt ?? 0
  world.advance(2 * input.initialDelaySeconds * 1000)
  const first = failures(world, 'readiness').find((at) => at >= again) ?? 0
  return { noProbeBeforeMs: first - again >= input.initialDelaySeconds * 1000 ? out.noProbeBeforeMs : input.restartAtMs + first - again }
}

function gated(): unknown {
  const world = running({ startupProbe: fails({ failureThreshold: 30 }), livenessProbe: fails(), readinessProbe: fails() })
  world.advance(120_000)
  const run = (kind: ProbeKind) => (failures(world, kind).length > 0 ? 'run' : 'not run')
  return { liveness: run('liveness'), readiness: run('readiness'), ready: failures(world, 'startup').length > 0 && world.status()?.ready }
}

/** The moments at which startup probes are made: those that come before a success fail. */
function startupsOf(image: string): readonly number[] {
  const agenda = new Timeline()
  const at: number[] = []
  const host: ProberHost = { agenda, podKey: 'default/web', probe: (kind) => (kind === 'startup' && at.push(agenda.now), { result: 'success', output: '' }), inherited: () => null, nextChange: () => 'unknown', unhealthy: () => undefined, changed: () => undefined }
  const prober = new PodProber(host, [{ name: 'app', image, startupProbe: passes({ successThreshold: 1 }) } as unknown as Container])
  prober.started('app', 'id', 0)
  agenda.advanceTo(300_000)
  return at
}

/** The startup probe of the second run fails: its events show that it is made. */
function startupAgain(): unknown {
  let runs = 0
  const world = new PlayedNode({
    play: (host) => {
      runs += 1
      if (runs === 1) host.agenda.after(60_000, 'exit', () => host.exit(1))
      if (runs === 2) host.serve(() => false)
    },
  })
  world.run({ containers: [{ name: 'app', image: 'played:1', startupProbe: { tcpSocket: { port: 80 }, periodSeconds: 10, failureThreshold: 30 } as unknown as Probe }] })
  world.until(() => world.status()?.started === true)
  world.until(() => world.status()?.restartCount === 1 && world.status()?.state?.running !== undefined)
  world.advance(15_000)
  return { started: world.status()?.started, startup: failures(world, 'startup').length > 0 ? 'run' : 'not run' }
}

function readyOfEnded(): boolean | undefined {
  const world = new PlayedNode({ play: (host) => host.agenda.after(30_000, 'exit', () => host.exit(0)) })
  world.run({ restartPolicy: 'Never', containers: [{ name: 'app', image: 'played:1', readinessProbe: passes() }] })
  world.until(() => world.status()?.ready === true)
  world.until(() => world.status()?.state?.terminated !== undefined)
  return world.status()?.ready
}

function probedAfterEnd(phase: string): boolean {
  const world = new PlayedNode({ play: (host) => host.agenda.after(30_000, 'exit', () => host.exit(phase === 'Failed' ? 1 : 0)) })
  world.run({ restartPolicy: 'Never', containers: [{ name: 'app', image: 'played:1', readinessProbe: fails({ periodSeconds: 1 }) }] })
  world.until(() => world.lastPod?.status.phase === phase)
  const since = world.now
  world.advance(60_000)
  return failures(world, 'readiness').some((at) => at > since)
}

/** A process that ignores SIGTERM and whose probe fails: whether it goes on shows in the events. */
function whileDeleted(): unknown {
  const goesOn = (kind: ProbeKind) => {
    const world = running({ [`${kind}Probe`]: fails({ periodSeconds: 5, failureThreshold: 1000 }) }, { terminationGracePeriodSeconds: 60 }, 'stubborn:1')
    world.advance(20_000)
    must(world.cluster.client.delete('pods', 'default/web', {}))
    world.advance(1000)
    const since = world.now
    const before = failures(world, kind).length
    world.advance(20_000)
    return before > 0 && failures(world, kind).some((at) => at > since) ? 'goes on' : 'stopped'
  }
  return { liveness: goesOn('liveness'), readiness: goesOn('readiness'), startup: goesOn('startup') }
}

function readinessOnly(): unknown {
  const world = running({ readinessProbe: fails() })
  world.advance(600_000)
  return { restarts: world.status()?.restartCount, phase: world.lastPod?.status.phase }
}

/** Seconds between the verdict of a liveness probe and SIGKILL. */
function graceOf(podGraceSeconds: number, probeGraceSeconds: number | null): number {
  const probe = fails({ failureThreshold: 1, ...(probeGraceSeconds !== null && { terminationGracePeriodSeconds: probeGraceSeconds }) })
  const world = running({ livenessProbe: probe }, { terminationGracePeriodSeconds: podGraceSeconds }, 'stubborn:1')
  const record = world.newest()
  world.until(() => world.sent('Killing').length > 0)
  const since = world.sent('Killing')[0]?.at ?? 0
  world.until(() => record?.state === 'exited')
  return Math.round(((record?.finishedAt ?? 0) - since) / 1000)
}

function probesOfSidecar(): readonly string[] {
  const kinds = ['startup', 'readiness', 'liveness'] as const
  return kinds.filter((kind) => {
    const world = new PlayedNode()
    world.run({ initContainers: [{ name: 'sidecar', image: 'plain:1', restartPolicy: 'Always', [`${kind}Probe`]: fails() }], containers: [{ name: 'app', image: 'plain:1' }] })
    world.advance(40_000)
    return failures(world, kind).length > 0
  })
}

function countedEvents(input: GoldenCase['in']): unknown {
  const world = running({ livenessProbe: fails({ failureThreshold: input.failureThreshold }) })
  world.until(() => world.sent('Killing').length > 0)
  world.advance(1000)
  const last = world.sent('Unhealthy').at(-1)
  return { events: { reason: last?.reason, type: last?.type, count: last?.count } }
}
