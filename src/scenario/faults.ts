import type { ComponentName, FaultKind } from '../sim/cluster/run.ts'

type Field = 'node' | 'component' | 'image' | 'direction' | 'by' | 'relist' | 'oneIn' | 'retryAfterSeconds' | 'times'

/** What each fault may say about itself; what it must say has an exclamation mark. */
const fieldsOf: Readonly<Record<FaultKind, readonly (Field | `${Field}!`)[]>> = {
  'power-off': ['node!'], 'shut-down': ['node!'], reboot: ['node!'], freeze: ['node', 'component'], 'cut-off': ['node', 'component', 'direction'], 'clock-skew': ['node!', 'by!'],
  stop: ['component!', 'node'], restart: ['component!', 'node'], slow: ['component!', 'node', 'by!'], stale: ['component!', 'node', 'relist'], compact: [],
  'drop-watches': ['component', 'node'], 'lose-answers': ['component', 'node', 'oneIn'], throttle: ['component', 'node', 'oneIn', 'retryAfterSeconds'],
  'registry-slow': ['image', 'times'], 'registry-failing': ['image'], 'registry-unreachable': ['image'],
}

/** The processes that faults can be aimed at. */
export const faultComponents: readonly ComponentName[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'containerd']

/** The most that a fault may say, in milliseconds where it is a time. */
export const faultLimits = { for: 86_400_000, slow: 60_000, skew: 86_400_000, oneIn: 1000, retryAfterSeconds: 600, times: 1000 } as const

/** Every kind of fault. */
export const faultKinds = Object.keys(fieldsOf) as readonly FaultKind[]

/** What a kind of fault may say about itself. */
export function fieldsOfFault(kind: FaultKind): readonly Field[] {
  return fieldsOf[kind].map((field) => field.replace('!', '') as Field)
}

/** Why this is no fault by its form; whether there is what it hits is the cluster's to say. */
export function wrongFault(fault: Readonly<Record<string, unknown>>): string | null {
  const { kind, ...said } = fault
  if (!isKind(kind)) return `there is no fault ${JSON.stringify(kind ?? null).slice(0, 40)}`
  const missing = fieldsOf[kind].find((field) => field.endsWith('!') && said[field.slice(0, -1)] === undefined)
  if (missing) return `${kind} needs ${missing.slice(0, -1)}`
  if ((kind === 'freeze' || kind === 'cut-off') && said['node'] === undefined && said['component'] === undefined) return `${kind} needs node or component`
  const known = fieldsOfFault(kind)
  const wrong = Object.keys(said).find((field) => !known.includes(field as Field) || !isRight(field as Field, said[field], kind))
  return wrong === undefined ? null : `${kind} cannot have ${wrong} ${JSON.stringify(said[wrong]).slice(0, 40)}`
}

/** Why a fault cannot last so long. */
export function wrongLength(length: unknown): string | null {
  return isWholeIn(length, 1, faultLimits.for) ? null : `for must be a whole number of milliseconds from 1 to ${faultLimits.for}`
}

/** Why this describes no fault that could be ended. */
export function wrongPattern(pattern: Readonly<Record<string, unknown>>): string | null {
  const { kind, ...said } = pattern
  if (kind !== undefined && !isKind(kind)) return `there is no fault ${JSON.stringify(kind).slice(0, 40)}`
  const wrong = Object.keys(said).find((field) => !['node', 'component', 'image'].includes(field) || !isRight(field as Field, said[field], kind))
  return wrong === undefined ? null : `a fault is not found by ${wrong} ${JSON.stringify(said[wrong]).slice(0, 40)}`
}

function isKind(kind: unknown): kind is FaultKind {
  return typeof kind === 'string' && Object.hasOwn(fieldsOf, kind)
}

function isRight(field: Field, value: unknown, kind: FaultKind | undefined): boolean {
  switch (field) {
    case 'node':
    case 'image':
      return typeof value === 'string' && value !== '' && value.length <= 253
    case 'component':
      return faultComponents.some((component) => component === value)
    case 'direction':
      return value === 'in' || value === 'out'
    case 'relist':
      return typeof value === 'boolean'
    case 'by':
      return kind === 'clock-skew' ? value !== 0 && isWholeIn(value, -faultLimits.skew, faultLimits.skew) : isWholeIn(value, 1, faultLimits.slow)
    default:
      return isWholeIn(value, 1, faultLimits[field])
  }
}

function isWholeIn(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
}
