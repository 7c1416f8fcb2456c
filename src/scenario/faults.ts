import type { ComponentName, FaultKind } from '../sim/cluster/run.ts'

type Field = 'node' | 'component' | 'image' | 'direction' | 'by' | 'relist' | 'oneIn' | 'retryAfterSeconds' | 'times'

/** What each fault may say about itself; what it must say has an exclamation mark. */
const fieldsOf: Readonly<Record<FaultKind, readonly (Field | `${Field}!`)[]>> = {
  'power-off': ['node!'], reboot: ['node!'], freeze: ['node', 'component'], 'cut-off': ['node', 'component', 'direction'], 'clock-skew': ['node!', 'by!'],
  stop: ['component!', 'node'], restart: ['component!', 'node'], slow: ['component!', 'node', 'by!'], stale: ['component!', 'node', 'relist'], compact: [],
  'drop-watches': ['component', 'node'], 'lose-answers': ['component', 'node', 'oneIn'], throttle: ['component', 'node', 'oneIn', 'retryAfterSeconds'],
  'registry-slow': ['image', 'times'], 'registry-failing': ['image'], 'registry-unreachable': ['image'],
}

const components: readonly ComponentName[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'containerd']

/** The longest that a fault may last or be wrong by: a year. */
const longest = 366 * 24 * 3_600_000

/** Why this is no fault by its form; whether there is what it hits is the cluster's to say. */
export function wrongFault(fault: Readonly<Record<string, unknown>>): string | null {
  const { kind, ...said } = fault
  if (!isKind(kind)) return `there is no fault ${JSON.stringify(kind ?? null).slice(0, 40)}`
  const missing = fieldsOf[kind].find((field) => field.endsWith('!') && said[field.slice(0, -1)] === undefined)
  if (missing) return `${kind} needs ${missing.slice(0, -1)}`
  if ((kind === 'freeze' || kind === 'cut-off') && said['node'] === undefined && said['component'] === undefined) return `${kind} needs node or component`
  if (kind === 'slow' && typeof said['by'] === 'number' && said['by'] < 0) return 'slow cannot have a negative by'
  const known = fieldsOf[kind].map((field) => field.replace('!', ''))
  const wrong = Object.keys(said).find((field) => !known.includes(field) || !isRight(field as Field, said[field]))
  return wrong === undefined ? null : `${kind} cannot have ${wrong} ${JSON.stringify(said[wrong]).slice(0, 40)}`
}

/** Why this describes no fault that could be ended. */
export function wrongPattern(pattern: Readonly<Record<string, unknown>>): string | null {
  const { kind, ...said } = pattern
  if (kind !== undefined && !isKind(kind)) return `there is no fault ${JSON.stringify(kind).slice(0, 40)}`
  const wrong = Object.keys(said).find((field) => !['node', 'component', 'image'].includes(field) || !isRight(field as Field, said[field]))
  return wrong === undefined ? null : `a fault is not found by ${wrong} ${JSON.stringify(said[wrong]).slice(0, 40)}`
}

function isKind(kind: unknown): kind is FaultKind {
  return typeof kind === 'string' && Object.hasOwn(fieldsOf, kind)
}

function isRight(field: Field, value: unknown): boolean {
  const isWhole = (least: number) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= longest
  switch (field) {
    case 'node':
    case 'image':
      return typeof value === 'string' && value.length <= 253
    case 'component':
      return components.some((component) => component === value)
    case 'direction':
      return value === 'in' || value === 'out'
    case 'relist':
      return typeof value === 'boolean'
    case 'by':
      return isWhole(-longest)
    default:
      return isWhole(1)
  }
}
