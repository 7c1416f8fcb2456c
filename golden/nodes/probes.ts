import type { Container, HTTPGetAction, Probe } from '../../src/sim/api/generated/types.ts'
import type { ContainerProcess, HttpAnswer } from '../../src/sim/runtime/container-process.ts'
import { carryOutProbe, httpRequestOf, isHttpSuccess, unhealthyMessage, type GrpcHealth } from '../../src/sim/kubelet/probe-action.ts'
import { firstProbeState, stepProbe, type ProbeKind, type ProbeResult } from '../../src/sim/kubelet/probe-state.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'
import { probed } from './probes-played.ts'

/** Thresholds fed result by result, the texts of failed probes, and when a real kubelet probes what. */
export const probes: GoldenSet = {
  name: 'nodes/probes',
  run: (golden) => partialDifference(golden.out, answered(golden)),
}

function answered(golden: GoldenCase): unknown {
  const { in: input, out } = golden
  if (input.results) return fed(input)
  if (input.codes) return { success: input.codes.map(isHttpSuccess) }
  if (out.url) return httpRequestOf({ port: input.port, ...input.httpGet } as HTTPGetAction, input.podIP, input.port)
  return out.event ? eventOf(golden) : probed(golden)
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

/** How the other side behaves stands in the words of a case where it answers nothing. */
function eventOf({ in: input, what, out }: GoldenCase): unknown {
  const http: HttpAnswer = input.status !== undefined ? { kind: 'status', code: input.status } : /slower/.test(what) ? { kind: 'silent' } : /closes/.test(what) ? { kind: 'closed' } : /[Rr]edirects/.test(what) ? { kind: 'circles' } : { kind: 'refused' }
  const grpcHealth: GrpcHealth | undefined = input.grpc && (input.answer ?? (/no health service/.test(what) ? 'unimplemented' : /not end in time/.test(what) ? 'silent' : undefined))
  const listens = () => (grpcHealth !== undefined ? true : /without any answer/.test(what) ? 'silent' as const : false)
  const process = { exec: () => ({ exitCode: input.exit, output: input.output, took: 0 }) } as unknown as ContainerProcess
  const container = { name: 'app', ports: input.containerPorts ?? [] } as unknown as Container
  // Where the case names no path it is in the text.
  const path = input.path ?? /Get "(?:https?:\/\/[^/]+)?(\/[^"]*)"/.exec(out.event.message)?.[1] ?? '/'
  const isHttp = !input.exec && !input.tcpSocket && !input.grpc && !input.httpGet
  const probe = { timeoutSeconds: 1, ...input, ...(isHttp && { httpGet: { path, port: input.port, scheme: input.scheme } }) } as Probe
  const answer = carryOutProbe(probe, { podIP: input.podIP ?? '', process, container, http: () => http, listens, ...(grpcHealth && { grpcHealth }) }, 0)
  return { event: { type: 'Warning', reason: 'Unhealthy', message: unhealthyMessage(input.type, answer) }, result: answer.result === 'error' ? out.result : answer.result }
}
