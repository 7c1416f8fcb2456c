import type { Millis } from '../sim/kernel/agenda.ts'
import { InputError, parseTarget, parseTime, type Target } from './input.ts'

/** What must hold at a virtual time, and the words a person said it in. */
export interface Expectation {
  readonly text: string
  readonly at: Millis
  readonly target: Target
  readonly state: State
}

type State =
  | { readonly kind: 'ready' | 'available' | 'gone' }
  | { readonly kind: 'condition'; readonly type: string; readonly status: string }
  | { readonly kind: 'path'; readonly path: readonly (string | number)[]; readonly value: string }

/** How an expectation turned out: `found` is what was there instead, or the same. */
export interface Verdict {
  readonly text: string
  readonly ok: boolean
  readonly found: string
}

/** `8m deployment/web.shop available` as a person types it; throws InputError. */
export function parseExpectation(text: string, namespace: string): Expectation {
  const where = `--expect "${text}"`
  const match = /^\s*(\S+)\s+(\S+)\s+(\S.*?)\s*$/.exec(text)
  if (!match) throw new InputError(`${where}: a time, KIND/NAME and a state are needed`)
  const [, time, target, state] = match
  return { text, at: parseTime(time!, where), target: parseTarget(target!, namespace, where), state: parseState(state!, where) }
}

function parseState(text: string, where: string): State {
  if (text === 'ready' || text === 'available' || text === 'gone') return { kind: text }
  const path = /^\{(\..+)\}=(.*)$/.exec(text)
  if (path) return { kind: 'path', path: parsePath(path[1]!, where), value: path[2]! }
  const condition = /^([A-Za-z][\w./-]*)=(True|False|Unknown)$/.exec(text)
  if (condition) return { kind: 'condition', type: condition[1]!, status: condition[2]! }
  throw new InputError(`${where}: "${text}" is not ready, available, gone, a condition like Ready=True, or {.json.path}=value`)
}

/** `.spec.containers[0].image`, `.metadata.labels.app\.kubernetes\.io/name`, `.metadata.labels['a.b/c']`. */
function parsePath(text: string, where: string): (string | number)[] {
  const steps: (string | number)[] = []
  const step = /\.((?:[^.[\]\\]|\\.)+)|\[(\d+)\]|\['([^']+)'\]/y
  while (step.lastIndex < text.length) {
    const match = step.exec(text)
    if (!match) throw new InputError(`${where}: {${text}} is not a path like {.status.readyReplicas}`)
    steps.push(match[2] === undefined ? (match[1]?.replace(/\\(.)/g, '$1') ?? match[3]!) : Number(match[2]))
  }
  return steps
}

/** Judges an expectation against the object as it is now; null: it is not there. */
export function judge({ text, state }: Expectation, object: Record<string, unknown> | null): Verdict {
  if (state.kind === 'gone') return { text, ok: object === null, found: object === null ? 'gone' : 'still there' }
  if (object === null) return { text, ok: false, found: 'not found' }
  switch (state.kind) {
    case 'ready':
    case 'available':
      return { text, ...standing(object, state.kind) }
    case 'condition': {
      const status = conditionStatus(object, state.type)
      return { text, ok: status === state.status, found: status === null ? `no condition ${state.type}` : `${state.type}=${status}` }
    }
    case 'path': {
      const value = valueAt(object, state.path)
      const found = value === undefined ? 'nothing there' : typeof value === 'string' ? value : JSON.stringify(value)
      return { text, ok: found === state.value, found }
    }
  }
}

/** Ready: all that was asked for is ready. Available: what the kind itself calls available. */
function standing(object: Record<string, unknown>, wanted: 'ready' | 'available'): { ok: boolean; found: string } {
  const count = (part: string, name: string): number => Number((object[part] as Record<string, unknown> | undefined)?.[name] ?? 0)
  const [observed, generation] = [valueAt(object, ['status', 'observedGeneration']), valueAt(object, ['metadata', 'generation'])]
  if (typeof observed === 'number' && typeof generation === 'number' && observed < generation) return { ok: false, found: 'its controller has not seen the last change yet' }
  if (object['kind'] === 'Deployment' && wanted === 'available') {
    const status = conditionStatus(object, 'Available')
    return { ok: status === 'True', found: `Available=${status ?? 'not said yet'}` }
  }
  if (object['kind'] === 'Deployment' || object['kind'] === 'ReplicaSet' || object['kind'] === 'ReplicationController') {
    const [have, want] = [count('status', wanted === 'ready' ? 'readyReplicas' : 'availableReplicas'), count('spec', 'replicas')]
    return { ok: have === want && count('status', 'updatedReplicas') <= want, found: `${have} of ${want} ${wanted}` }
  }
  if (object['kind'] === 'DaemonSet') {
    const [have, want] = [count('status', wanted === 'ready' ? 'numberReady' : 'numberAvailable'), count('status', 'desiredNumberScheduled')]
    return { ok: have === want && want > 0, found: `${have} of ${want} ${wanted}` }
  }
  const status = conditionStatus(object, 'Ready')
  return status === null ? { ok: false, found: 'no condition Ready' } : { ok: status === 'True', found: `Ready=${status}` }
}

function conditionStatus(object: Record<string, unknown>, type: string): string | null {
  const conditions = valueAt(object, ['status', 'conditions'])
  if (!Array.isArray(conditions)) return null
  return (conditions as { type: string; status: string }[]).find((condition) => condition.type === type)?.status ?? null
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string | number, unknown>)[step]
  }
  return at
}
