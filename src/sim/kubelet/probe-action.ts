// Upstream: pkg/kubelet/prober/prober.go, pkg/probe/{http,tcp,exec,grpc} (v1.36). Left out: redirects, headers, TLS, retries.
import type { Container, Probe } from '../api/generated/types.ts'
import type { Millis } from '../kernel/agenda.ts'
import type { ContainerProcess, HttpAnswer } from '../runtime/container-process.ts'
import type { ProbeKind, ProbeResult } from './probe-state.ts'

/** What one probe found; `output` ends the event's message when it did not succeed. */
export interface ProbeAnswer {
  readonly result: ProbeResult
  readonly output: string
}

/** What a probe can reach: its own container, and every port of the pod's network. */
export interface ProbeTarget {
  readonly podIP: string
  readonly process: ContainerProcess
  readonly container: Container
  http(port: number, path: string): HttpAnswer
  listens(port: number): boolean
}

/** Codes from 200 to 399 are a success. */
export function isHttpSuccess(code: number): boolean {
  return code >= 200 && code < 400
}

/** `Readiness probe failed: …`, the message of the Unhealthy event. */
export function unhealthyMessage(kind: ProbeKind, { result, output }: ProbeAnswer): string {
  const name = kind === 'startup' ? 'Startup' : kind === 'readiness' ? 'Readiness' : 'Liveness'
  return `${name} probe ${result === 'error' ? 'errored and resulted in unknown state' : 'failed'}: ${output}`
}

/** Carries out one probe. */
export function carryOutProbe(probe: Probe, target: ProbeTarget, now: Millis): ProbeAnswer {
  if (probe.exec) return execProbe(probe, target, now)
  if (probe.httpGet) {
    const { path = '/', scheme = 'HTTP', host } = probe.httpGet
    const port = portNumber(probe.httpGet.port, target.container)
    if (port === null) return unknownPort(probe.httpGet.port)
    const to = `${bracketed(host || target.podIP)}:${port}`
    return httpAnswer(target.http(port, path), `${scheme.toLowerCase()}://${to}${path.startsWith('/') ? path : `/${path}`}`, to)
  }
  if (probe.tcpSocket) {
    const port = portNumber(probe.tcpSocket.port, target.container)
    if (port === null) return unknownPort(probe.tcpSocket.port)
    const to = `${bracketed(probe.tcpSocket.host || target.podIP)}:${port}`
    return target.listens(port) ? passed : failed(`dial tcp ${to}: connect: connection refused`)
  }
  if (probe.grpc) {
    const to = `${bracketed(target.podIP)}:${probe.grpc.port}`
    return target.listens(probe.grpc.port) ? passed : failed(`timeout: failed to connect service "${to}" within ${probe.timeoutSeconds}s: context deadline exceeded`)
  }
  return { result: 'error', output: `missing probe handler for ${target.container.name}` }
}

/** What an HTTP answer means for the probe. */
export function httpAnswer(answer: HttpAnswer, url: string, to: string): ProbeAnswer {
  if (answer.kind === 'refused') return failed(`Get "${url}": dial tcp ${to}: connect: connection refused`)
  return isHttpSuccess(answer.code) ? passed : failed(`HTTP probe failed with statuscode: ${answer.code}`)
}

const passed: ProbeAnswer = { result: 'success', output: '' }

function failed(output: string): ProbeAnswer {
  return { result: 'failure', output }
}

function execProbe(probe: Probe, target: ProbeTarget, now: Millis): ProbeAnswer {
  const command = probe.exec?.command ?? []
  const answer = target.process.exec(command, now)
  if (answer.took > probe.timeoutSeconds * 1000) return failed(`command timed out: "${command.join(' ')}" timed out after ${probe.timeoutSeconds}s`)
  return answer.exitCode === 0 ? passed : failed(answer.output)
}

/** A number, or the name of one of the container's ports; null when no port has the name. */
export function portNumber(port: number | string, container: Container): number | null {
  if (typeof port === 'number') return port
  const named = container.ports?.find((candidate) => candidate.name === port)
  return named ? named.containerPort : /^\d+$/.test(port) ? Number(port) : null
}

function unknownPort(port: number | string): ProbeAnswer {
  return { result: 'error', output: `strconv.Atoi: parsing "${port}": invalid syntax` }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
