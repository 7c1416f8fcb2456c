// Upstream: pkg/kubelet/prober/prober.go, pkg/probe/{http,tcp,exec,grpc} (v1.36). Left out: TLS.
import type { Container, HTTPGetAction, Probe } from '../api/generated/types.ts'
import type { Millis } from '../kernel/agenda.ts'
import { unreachable } from '../kernel/assert.ts'
import type { ContainerProcess, HttpAnswer } from '../runtime/container-process.ts'
import { kubeletConstants } from './flags.ts'
import type { ProbeKind, ProbeResult } from './probe-state.ts'

/** What one probe found; `output` ends the event's message when it did not succeed. */
export interface ProbeAnswer {
  readonly result: ProbeResult
  readonly output: string
  /** It succeeded, with a warning. */
  readonly warns?: boolean
}

/** What a probe can reach: its own container, and every port of the pod's network. */
export interface ProbeTarget {
  readonly podIP: string
  readonly process: ContainerProcess
  readonly container: Container
  http(port: number, path: string): HttpAnswer
  /** `silent`: packets get no answer, not even that nobody is there. */
  listens(port: number): boolean | 'silent'
  /** What a health service says; absent: whoever listens serves. */
  readonly grpcHealth?: GrpcHealth
}

/** How a port takes a question about its health. */
export type GrpcHealth = 'NOT_SERVING' | 'UNKNOWN' | 'SERVICE_UNKNOWN' | 'SERVING' | 'unimplemented' | 'silent'

/** Headers of an HTTP probe that names none of these itself. */
const probeHeaders: Readonly<Record<string, string>> = { 'User-Agent': 'kube-probe/1.36', Accept: '*/*' }

/** The request of an HTTP probe: to the pod unless it names a host. */
export function httpRequestOf({ path = '/', scheme = 'HTTP', host, httpHeaders = [] }: HTTPGetAction, podIP: string, port: number): { readonly url: string; readonly to: string; readonly headers: Readonly<Record<string, string>> } {
  const to = `${bracketed(host || podIP)}:${port}`
  const given = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]))
  return { url: `${scheme.toLowerCase()}://${to}${path.startsWith('/') ? path : `/${path}`}`, to, headers: { ...probeHeaders, ...given } }
}

/** Codes from 200 to 399 are a success. */
export function isHttpSuccess(code: number): boolean {
  return code >= 200 && code < 400
}

/** `Readiness probe failed: …`, the message of the Unhealthy event. */
export function unhealthyMessage(kind: ProbeKind, { result, output }: ProbeAnswer): string {
  return `${nameOf(kind)} probe ${result === 'error' ? 'errored and resulted in unknown state' : 'failed'}: ${output}`
}

/** `Liveness probe warning: …`, the message of the ProbeWarning event. */
export function warningMessage(kind: ProbeKind, { output }: ProbeAnswer): string {
  return `${nameOf(kind)} probe warning: ${output}`
}

function nameOf(kind: ProbeKind): string {
  return kind === 'startup' ? 'Startup' : kind === 'readiness' ? 'Readiness' : 'Liveness'
}

/** Carries out one probe, up to three times while it cannot be carried out. */
export function probeWithRetries(probe: Probe, target: ProbeTarget, now: Millis): ProbeAnswer {
  let answer = carryOutProbe(probe, target, now)
  for (let tries = 1; answer.result === 'error' && tries < kubeletConstants.probeTries; tries += 1) answer = carryOutProbe(probe, target, now)
  return answer
}

/** Carries out one probe. */
export function carryOutProbe(probe: Probe, target: ProbeTarget, now: Millis): ProbeAnswer {
  if (probe.exec) return execProbe(probe, target, now)
  if (probe.httpGet) {
    const { path = '/' } = probe.httpGet
    const port = portNumber(probe.httpGet.port, target.container)
    if (port === null) return unknownPort(probe.httpGet.port)
    const { url, to } = httpRequestOf(probe.httpGet, target.podIP, port)
    return httpAnswer(target.http(port, path), url, to)
  }
  if (probe.tcpSocket) {
    const port = portNumber(probe.tcpSocket.port, target.container)
    if (port === null) return unknownPort(probe.tcpSocket.port)
    const to = `${bracketed(probe.tcpSocket.host || target.podIP)}:${port}`
    const listens = target.listens(port)
    return listens === true ? passed : failed(`dial tcp ${to}: ${listens === 'silent' ? 'i/o timeout' : 'connect: connection refused'}`)
  }
  if (probe.grpc) {
    const to = `${bracketed(target.podIP)}:${probe.grpc.port}`
    return target.listens(probe.grpc.port) === true ? grpcAnswer(target.grpcHealth ?? 'SERVING', probe.timeoutSeconds) : failed(`timeout: failed to connect service "${to}" within ${probe.timeoutSeconds}s: context deadline exceeded`)
  }
  return { result: 'error', output: `missing probe handler for ${target.container.name}` }
}

/** What an HTTP answer means for the probe. */
export function httpAnswer(answer: HttpAnswer, url: string, to: string): ProbeAnswer {
  switch (answer.kind) {
    case 'status':
      if (answer.code >= 300 && isHttpSuccess(answer.code)) return { result: 'success', output: `Probe terminated redirects, Response body: ${answer.body ?? ''}`, warns: true }
      return isHttpSuccess(answer.code) ? passed : failed(`HTTP probe failed with statuscode: ${answer.code}`)
    case 'refused':
      return failed(`Get "${url}": dial tcp ${to}: connect: connection refused`)
    case 'silent':
      return failed(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`)
    case 'closed':
      return failed(`Get "${url}": EOF`)
    case 'circles':
      return failed(`Get "${url.replace(/^[a-z]+:\/\/[^/]+/, '')}": stopped after 10 redirects`)
    default:
      return unreachable(answer)
  }
}

const passed: ProbeAnswer = { result: 'success', output: '' }

function failed(output: string): ProbeAnswer {
  return { result: 'failure', output }
}

function grpcAnswer(health: GrpcHealth, timeoutSeconds: number): ProbeAnswer {
  if (health === 'SERVING') return passed
  if (health === 'silent') return failed(`timeout: health rpc did not complete within ${timeoutSeconds}s`)
  if (health === 'unimplemented') return failed('error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service grpc.health.v1.Health')
  return failed(`service unhealthy (responded with "${health}")`)
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
