// Upstream: pkg/apis/core/validation validateProbe, validateLifecycle (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { forbidden, invalid, required } from '../field-errors.ts'
import type { Lifecycle, LifecycleHandler, PodSpec, Probe } from '../generated/types.ts'
import { checkHttpHeaderName } from '../names.ts'
import { checkChoice, checkNonNegative, checkPort, checkRequired, faultsOf } from './checks.ts'

/** A container's three probes. */
export function validateProbes(container: Readonly<Partial<Record<ProbeName, Probe>>>, gracePeriod: number | undefined, path: string): FieldError[] {
  return probeNames.flatMap((name) => {
    const probe = container[name]
    return probe ? validateProbe(probe, name, gracePeriod, `${path}.${name}`) : []
  })
}

type ProbeName = 'livenessProbe' | 'readinessProbe' | 'startupProbe'

/** In the order in which they are checked. */
export const probeNames: readonly ProbeName[] = ['livenessProbe', 'readinessProbe', 'startupProbe']

function validateProbe(probe: Probe, name: ProbeName, gracePeriod: number | undefined, path: string): FieldError[] {
  const faults = validateHandler(probe, gracePeriod, path)
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    addAll(faults, checkNonNegative(`${path}.${field}`, probe[field]))
  }
  const grace = probe.terminationGracePeriodSeconds
  if (grace !== undefined && grace <= 0) faults.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'))
  if (name !== 'readinessProbe' && probe.successThreshold !== 1) faults.push(invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'))
  if (name === 'readinessProbe' && grace !== undefined) faults.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'))
  return faults
}

export function validateLifecycle(lifecycle: Lifecycle | undefined, { terminationGracePeriodSeconds: gracePeriod, os }: Pick<PodSpec, 'terminationGracePeriodSeconds'> & { readonly os?: PodSpec['os'] }, path: string): FieldError[] {
  const { postStart, preStop, stopSignal } = lifecycle ?? {}
  return [
    ...(postStart ? validateHandler(postStart, gracePeriod, `${path}.postStart`) : []),
    ...(preStop ? validateHandler(preStop, gracePeriod, `${path}.preStop`) : []),
    ...(stopSignal === undefined ? [] : validateStopSignal(stopSignal, os?.name, `${path}.stopSignal`)),
  ]
}

const countTo = (last: number): readonly number[] => Array.from({ length: last }, (_, at) => at + 1)

/** In the order of their names, as the refusal lists them. */
const linuxSignals = [
  ...'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX'.split(' '),
  ...countTo(15).map((number) => `RTMIN+${number}`),
  ...countTo(14).map((number) => `RTMAX-${number}`),
].map((name) => `SIG${name}`).toSorted()

/** Which signals there are depends on the system. */
function validateStopSignal(signal: string, os: string | undefined, path: string): FieldError[] {
  if (os === undefined) return [forbidden(path, 'may not be set for containers with empty `spec.os.name`')]
  return checkChoice(path, signal, os === 'windows' ? ['SIGKILL', 'SIGTERM'] : linuxSignals)
}

/** Exactly one way of asking, and that one well-formed. */
function validateHandler(handler: LifecycleHandler & Pick<Probe, 'grpc'>, gracePeriod: number | undefined, path: string): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler
  const ways: readonly (readonly [name: string, given: unknown, validate: () => FieldError[]])[] = [
    ['exec', exec, () => (exec?.command?.length ? [] : [required(`${path}.exec.command`, '')])],
    ['httpGet', httpGet, () => (httpGet ? validateHttpGet(httpGet, `${path}.httpGet`) : [])],
    ['tcpSocket', tcpSocket, () => checkPort(`${path}.tcpSocket.port`, tcpSocket?.port)],
    ['grpc', grpc, () => checkPort(`${path}.grpc.port`, grpc?.port)],
    ['sleep', sleep, () => (sleep ? validateSleep(sleep.seconds, gracePeriod, `${path}.sleep`) : [])],
  ]
  const given = ways.filter(([, way]) => way !== undefined)
  const [first, ...others] = given
  if (!first) return [required(path, 'must specify a handler type')]
  return [...first[2](), ...others.map(([name]) => forbidden(`${path}.${name}`, 'may not specify more than 1 handler type'))]
}

function validateHttpGet(action: NonNullable<Probe['httpGet']>, path: string): FieldError[] {
  return [
    ...checkRequired(`${path}.path`, action.path),
    ...checkPort(`${path}.port`, action.port),
    ...checkChoice(`${path}.scheme`, action.scheme, ['HTTP', 'HTTPS']),
    ...(action.httpHeaders ?? []).flatMap((header) => faultsOf(`${path}.httpHeaders`, header.name, checkHttpHeaderName(header.name))),
  ]
}

function validateSleep(seconds: number, gracePeriod: number | undefined, path: string): FieldError[] {
  if (gracePeriod === undefined || (seconds >= 0 && seconds <= gracePeriod)) return []
  return [invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`)]
}
