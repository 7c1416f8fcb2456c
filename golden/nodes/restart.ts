import type { Probe } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import { must } from '../../src/sim/api/status.ts'
import { BackOff } from '../../src/sim/kubelet/back-off.ts'
import { defaultKubeletFlags, kubeletConstants } from '../../src/sim/kubelet/flags.ts'
import { durationText } from '../../src/sim/kubelet/go-duration.ts'
import { createNodeDisk } from '../../src/sim/runtime/node-disk.ts'
import { canonicalImage } from '../../src/sim/runtime/image-reference.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'
import { PlayedNode, told } from './played-node.ts'
import { phases, simulated, type ExitPlay } from './restart-runs.ts'

/** Back-off arithmetic, and what a real kubelet does with containers that exit, fail their probes and hooks, or lose their sandbox. */
export const restart: GoldenSet = {
  name: 'nodes/restart',
  run: (golden) => {
    const { in: input, out } = golden
    if (out.steps) return partialDifference(out, { steps: steps(input.runsMs) })
    if (Array.isArray(input.ms)) return partialDifference(out, { text: input.ms.map(durationText) })
    // The words of kubectl's column are judged with kubectl.
    const { kubectlStatus: _, ...rest } = out
    return partialDifference(rest, answered(golden))
  },
}

function answered(golden: GoldenCase): unknown {
  const { in: input, out } = golden
  if (input.exitsMs) return phases(input, out)
  if (input.exits || input.init) return simulated({ ...input, codes: input.init?.exits ?? input.exits, isInit: input.init !== undefined } as ExitPlay)
  if (input.then) return imageChanged(input)
  if (input.runsMs) return { ...simulated({ ...input, codes: [input.exitCode], runsMs: input.runsMs } as ExitPlay, input.runsMs.length), terminatedReason: terminatedBy(input.exitCode)?.reason }
  if (input.backOff) return inBackOff(input)
  if (input.signal) return { terminated: afterSignal(input.signal) }
  if (input.sidecar) return sidecarKilled(golden)
  if (input.livenessProbe || input.startupProbe) return killedByProbe(input, out)
  if (input.postStart) return postStartFails(input)
  if (input.postStartMs !== undefined) return postStartTakes(input)
  if (input.restartCountBefore !== undefined) return { restartCount: countAfterReboot(input.restartCountBefore) }
  if (input.sandboxLost) return initRunsAgain()
  if (input.podReplaced) return { restartCount: countOfReplaced() }
  if (input.mainIgnoresSigterm) return sidecarOutOfGrace(input)
  if (input.imagePresent) return eventsOfStart(input)
  throw new Error('a form of case that is not played')
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

/** A container that exits a second after each start, until it waits with so many restarts. */
function inBackOff(input: GoldenCase['in']): unknown {
  const world = new PlayedNode({ play: (host) => host.agenda.after(1000, 'exit', () => host.exit(input.lastExit)) })
  world.run({ containers: [{ name: input.container, image: 'played:1' }] })
  world.until(() => world.status(input.container)?.restartCount === input.restarts && world.status(input.container)?.state?.waiting?.reason === 'CrashLoopBackOff')
  const uid = world.pod?.metadata.uid ?? ''
  const asTold = (text = '') => text.replaceAll(uid, input.uid)
  const { state, lastState, restartCount } = world.status(input.container) ?? {}
  world.advance(1000)
  const event = world.sent('BackOff').at(-1)
  return { state: { waiting: { ...state?.waiting, message: asTold(state?.waiting?.message) } }, lastState, restartCount, event: event && { ...told(event), message: asTold(event.message) } }
}

function terminatedBy(exitCode: number) {
  const world = new PlayedNode({ play: (host) => host.agenda.after(1000, 'exit', () => host.exit(exitCode)) })
  world.run({ restartPolicy: 'Never', containers: [{ name: 'app', image: 'played:1' }] })
  world.until(() => world.status()?.state?.terminated !== undefined)
  return world.status()?.state?.terminated
}

function afterSignal(signal: number): unknown {
  const world = new PlayedNode()
  world.run({ containers: [{ name: 'app', image: signal === 9 ? 'stubborn:1' : 'killed:1' }] })
  world.until(() => world.isRunning())
  world.advance(5000)
  must(world.cluster.client.delete('pods', 'default/web', {}))
  world.until(() => world.isGone)
  return world.status()?.state?.terminated
}

/** Crashes as told, then runs on; its image is changed. */
function imageChanged(input: GoldenCase['in']): unknown {
  let runs = 0
  const play = (host: { agenda: { after(delay: number, label: string, run: () => void): unknown }; exit(code: number): void }) => {
    const run = input.runsMs[runs]
    runs += 1
    if (run !== undefined) host.agenda.after(run, 'exit', () => host.exit(1))
  }
  const world = new PlayedNode({ play })
  world.run({ containers: [{ name: 'app', image: 'played:1' }] })
  const backOffMs: number[] = []
  for (let run = 0; run < input.runsMs.length; run += 1) {
    world.until(() => world.newest()?.attempt === run && world.newest()?.state === 'exited')
    const exited = world.newest()?.finishedAt ?? 0
    world.until(() => world.newest()?.attempt === run + 1)
    backOffMs.push(wholeBackOff((world.newest()?.startedAt ?? 0) - exited))
  }
  world.advance(5000)
  const { pod } = world
  if (!pod) return undefined
  must(world.cluster.client.update('pods', { ...pod, spec: { ...pod.spec, containers: pod.spec.containers.map((container) => ({ ...container, image: 'played:2' })) } }))
  const old = world.newest()
  world.until(() => world.newest() !== old)
  world.advance(1000)
  const event = world.sent('Killing').at(-1)
  return { backOffMs, afterChange: { backOffMs: wholeBackOff((world.newest()?.startedAt ?? 0) - (old?.finishedAt ?? 0)) }, event: event && told(event) }
}

/** The wait before a start, less the relist (1 s) and the start itself, in whole back-offs. */
function wholeBackOff(gap: number): number {
  return Math.floor(gap / kubeletConstants.containerBackOffInitial) * kubeletConstants.containerBackOffInitial
}

const failing = { exec: { command: ['false'] }, periodSeconds: 10, failureThreshold: 3 } as Partial<Probe> as Probe

function killedByProbe(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  const world = new PlayedNode()
  const probes = { ...(input.livenessProbe && { livenessProbe: { ...failing, ...input.livenessProbe } }), ...(input.startupProbe && { startupProbe: { ...failing, ...input.startupProbe } }) }
  world.run({ restartPolicy: input.restartPolicy, containers: [{ name: 'app', image: 'killed:1', ...probes }] })
  world.until(() => world.sent('Killing').length > 0)
  const count = world.events.length
  world.advance(10_000)
  const [failed] = String(out.phase ?? '').split(' when ')
  return { events: world.events.slice(0, count).filter(({ reason }) => reason === 'Killing').map(told), ...(out.phase && { phase: world.lastPod?.status.phase === failed && world.status()?.state?.terminated?.exitCode !== 0 ? out.phase : world.lastPod?.status.phase }) }
}

/** Which of its probes fails is said only in the words of the case. */
function sidecarKilled({ in: input, what, out }: GoldenCase): unknown {
  const kind = /liveness/.test(what) ? 'livenessProbe' : 'startupProbe'
  const world = new PlayedNode()
  const sidecar = { name: input.sidecar, image: 'plain:1', restartPolicy: 'Always', [kind]: failing }
  world.run({ initContainers: [sidecar, { name: 'next', image: 'busybox:1.36', command: ['true'] }], containers: [{ name: 'app', image: 'plain:1' }] })
  world.until(() => world.sent('Killing').length > 0)
  const main = world.newest()
  world.until(() => (world.status(input.sidecar)?.restartCount ?? 0) > 0)
  const kept = world.newest() === main && world.isRunning()
  return {
    events: world.sent('Killing').slice(0, 1).map(told),
    ...(out.mainContainers && { mainContainers: kept ? 'keep running' : 'do not run on' }),
    ...(out.nextInitContainer && { nextInitContainer: world.newest('next') ? 'started' : 'not started' }),
  }
}

function postStartFails(input: GoldenCase['in']): unknown {
  const world = new PlayedNode()
  world.run({ containers: [{ name: 'app', image: 'plain:1', lifecycle: { postStart: { exec: { command: input.postStart.exec } } } }] })
  const waiting: string[] = []
  world.until(() => {
    const reason = world.status()?.state?.waiting?.reason
    if (reason !== undefined && reason !== 'ContainerCreating' && waiting.at(-1) !== reason) waiting.push(reason)
    return waiting.includes('CrashLoopBackOff')
  }, 120_000)
  const first = world.events.findIndex(({ reason }) => reason === 'Killing')
  const events = world.events.slice(0, first + 1).filter(({ kind, reason }) => kind === 'Pod' && reason !== 'Pulling' && reason !== 'Pulled').map(told)
  return { events, waitingReason: waiting[0], then: waiting[1] }
}

function postStartTakes(input: GoldenCase['in']): unknown {
  const world = new PlayedNode()
  const [first, second] = input.containers
  world.run({ containers: [{ name: first, image: 'plain:1', lifecycle: { postStart: { sleep: { seconds: input.postStartMs / 1000 } } } }, { name: second, image: 'plain:1' }] })
  world.until(() => world.isRunning(second))
  const after = (world.newest(second)?.startedAt ?? 0) - (world.newest(first)?.startedAt ?? 0)
  return { bStartsNotBeforeMs: after >= input.postStartMs ? input.postStartMs : after }
}

function countAfterReboot(before: number): number | undefined {
  let runs = 0
  const world = new PlayedNode({
    play: (host) => {
      runs += 1
      if (runs <= before) host.agenda.after(1000, 'exit', () => host.exit(1))
    },
  })
  world.run({ containers: [{ name: 'app', image: 'played:1' }] })
  world.until(() => world.status()?.restartCount === before && world.status()?.state?.running !== undefined)
  const after = world.reboot(() => undefined)
  after.until(() => after.status()?.state?.running !== undefined)
  return after.status()?.restartCount
}

function initRunsAgain(): unknown {
  const world = new PlayedNode()
  world.run({ initContainers: [{ name: 'init', image: 'busybox:1.36', command: ['true'] }], containers: [{ name: 'app', image: 'plain:1' }] })
  world.until(() => world.status()?.state?.running !== undefined)
  const first = world.newest('init')
  const after = world.reboot()
  after.until(() => after.sent('SandboxChanged').length > 0 && after.newest('init') !== first)
  after.advance(5000)
  const event = after.sent('SandboxChanged')[0]
  return { event: event && told(event), initRunsAgain: after.newest('init') !== first && after.newest('init')?.exitCode === 0 }
}

function countOfReplaced(): number | undefined {
  const world = new PlayedNode({ play: (host) => host.agenda.after(1000, 'exit', () => host.exit(1)) })
  world.run({ containers: [{ name: 'app', image: 'played:1' }] })
  world.until(() => (world.status()?.restartCount ?? 0) > 1)
  const { pod } = world
  must(world.cluster.client.delete('pods', pod ? keyOf(pod) : '', {}))
  world.until(() => world.isGone)
  world.run({ containers: [{ name: 'app', image: 'plain:1' }] })
  world.until(() => world.status()?.state?.running !== undefined)
  return world.status()?.restartCount
}

function sidecarOutOfGrace(input: GoldenCase['in']): unknown {
  const world = new PlayedNode()
  world.run({ terminationGracePeriodSeconds: input.graceSeconds, initContainers: [{ name: 'sidecar', image: 'stubborn:1', restartPolicy: 'Always' }], containers: [{ name: 'app', image: 'stubborn:1' }] })
  world.until(() => world.status()?.state?.running !== undefined)
  const [main, sidecar] = [world.newest(), world.newest('sidecar')]
  const deleted = world.now
  must(world.cluster.client.delete('pods', 'default/web', {}))
  let signalled: number | undefined
  world.until(() => {
    signalled ??= world.node.runtime.stoppingUntil(sidecar?.id ?? '')?.since
    return world.isGone
  })
  const since = (time: number | null | undefined) => Math.floor(((time ?? 0) - deleted) / 1000) * 1000
  return { mainKilledAtMs: since(main?.finishedAt), sidecarSigtermAtMs: since(signalled), sidecarKilledAtMs: since(sidecar?.finishedAt) }
}

function eventsOfStart(input: GoldenCase['in']): unknown {
  const name = canonicalImage('x:1')
  const world = new PlayedNode({ disk: createNodeDisk([{ name, digest: 'sha256:0', sizeBytes: 1000 }]) })
  world.run({ containers: [{ name: 'app', image: 'x:1', imagePullPolicy: input.pullPolicy }] })
  world.until(() => world.status()?.state?.running !== undefined)
  world.advance(1000)
  const events = world.events.filter(({ kind }) => kind === 'Pod')
  return { events: events.map(told), fieldPath: events[0]?.fieldPath }
}
