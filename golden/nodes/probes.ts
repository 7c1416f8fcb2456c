import type { Container, Probe } from '../../src/sim/api/generated/types.ts'
import type { ContainerProcess } from '../../src/sim/runtime/container-process.ts'
import { carryOutProbe, httpAnswer, isHttpSuccess, unhealthyMessage } from '../../src/sim/kubelet/probe-action.ts'
import { firstProbeState, stepProbe, type ProbeKind, type ProbeResult } from '../../src/sim/kubelet/probe-state.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'

/** Thresholds fed result by result, and the texts of failed probes. Facts told in words and what the model cannot do (redirects, silent ports, gRPC answers) are left. */
export const probes: GoldenSet = {
  name: 'nodes/probes',
  applicable: ({ in: input, out }) => input.results !== undefined || input.codes !== undefined || (out.event !== undefined && isModelled(input) && !/i\/o timeout/.test(out.event.message)),
  run: ({ in: input, out }) => partialDifference(out, input.results ? fed(input) : input.codes ? { success: input.codes.map(isHttpSuccess) } : eventOf(input, out)),
}

function isModelled(input: GoldenCase['in']): boolean {
  return input.status !== undefined || input.exec !== undefined || input.tcpSocket !== undefined || input.httpGet !== undefined || input.scheme !== undefined || (input.grpc !== undefined && input.podIP !== undefined)
}

function fed(input: GoldenCase['in']): unknown {
  const kind: ProbeKind = input.probe.type
  const changes: object[] = []
  let state = firstProbeState(kind)
  let probesMade = 0
  let unhealthyEvents = 0
  for (const result of input.results as string[]) {
    if (state.held) break
    const at = input.firstProbeMs + probesMade * input.probe.periodSeconds * 1000
    probesMade += 1
    if (result !== 'success') unhealthyEvents += 1
    const before = state.verdict
    state = stepProbe(state, kind, input.probe as Probe, (result === 'prober-error' ? 'error' : result) as ProbeResult)
    if (state.verdict === before) continue
    if (kind === 'readiness') changes.push({ atMs: at, ready: state.verdict === 'success' })
    else changes.push({ atMs: at, ...(state.verdict === 'failure' ? { kill: true } : { started: true }) })
  }
  return { changes, probesMade, unhealthyEvents }
}

function eventOf(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  const path = input.path ?? '/healthz'
  const to = `${input.podIP}:${input.port}`
  const process = { exec: () => ({ exitCode: input.exit, output: input.output, took: 0 }) } as unknown as ContainerProcess
  const container = { name: 'app', ports: input.containerPorts ?? [] } as unknown as Container
  const target = { podIP: input.podIP ?? '', process, container, http: () => (input.status === undefined ? ({ kind: 'refused' } as const) : ({ kind: 'status', code: input.status } as const)), listens: () => false }
  const probe = { timeoutSeconds: 1, ...input } as Probe
  const answer = input.scheme ? httpAnswer({ kind: 'refused' }, `${String(input.scheme).toLowerCase()}://${to}${path}`, to) : carryOutProbe(probe, target, 0)
  return { event: { type: 'Warning', reason: 'Unhealthy', message: unhealthyMessage(input.type, answer) }, result: answer.result === 'error' ? out.result : answer.result }
}
