import { faultComponents, faultKinds, faultLimits, fieldsOfFault, wrongFault } from '../scenario/faults.ts'
import { parseDuration } from '../sim/api/duration.ts'
import type { Command, Fault, FaultKind, FaultPattern } from '../sim/cluster/run.ts'
import { InputError, parseTime } from './input.ts'

/** Other words in which people say the same. */
const alsoCalled = new Map<string, readonly [FaultKind, ...string[]]>([
  ['etcd-unreachable', ['cut-off', 'etcd']],
  ['etcd-slow', ['slow', 'etcd']],
  ['etcd-compact', ['compact']],
  ['api-slow', ['slow', 'kube-apiserver']],
  ['registry-down', ['registry-unreachable']],
  ['skew', ['clock-skew']],
])

/** Every word with which a fault begins. */
export const faultVerbs: readonly string[] = [...faultKinds, ...alsoCalled.keys()]

/** How faults are said, for the help. */
export const faultUsage = `                        Faults last "for TIME", or until "end FAULT [WHO]" or "end all". WHO is a node, etcd, kube-apiserver,
                        kube-controller-manager, kube-scheduler, or kubelet/NODE, kube-proxy/NODE, containerd/NODE:
                          power-off NODE, shut-down NODE, reboot NODE (30s), freeze WHO, cut-off WHO [in|out], clock-skew NODE +TIME|-TIME,
                          stop WHO, restart WHO, slow WHO TIME, stale WHO [relist], compact, drop-watches [WHO],
                          lose-answers [WHO] [1/N], throttle [WHO] [1/N], registry-slow [IMAGE] [Nx], registry-failing [IMAGE],
                          registry-unreachable [IMAGE]; also etcd-unreachable, etcd-slow TIME, api-slow TIME, registry-down [IMAGE]
`

/** `freeze worker-1 for 30s` → a command; null: no fault begins with this word. Throws InputError with the place. */
export function parseFaultCommand(verb: string, rest: readonly string[], where: string): Command | null {
  if (verb === 'end') return { kind: 'end-fault', ...(rest.length === 1 && rest[0] === 'all' ? {} : { fault: parsePattern(rest, where) }) }
  const said = kindOf(verb, rest)
  if (!said) return null
  const { words, length } = splitLength(said.words, where)
  const fault = parseFault(said.kind, words, where)
  if (length !== null && (fault.kind === 'restart' || fault.kind === 'compact' || fault.kind === 'drop-watches')) throw new InputError(`${where}: ${fault.kind} happens at once and lasts for no time`)
  const plain = length === null ? plainCommand(fault) : null
  return plain ?? { kind: 'fault', fault, ...(length === null ? {} : { for: length }) }
}

/** The kind that a word stands for, and all that is said of it. */
function kindOf(verb: string, rest: readonly string[]): { readonly kind: FaultKind; readonly words: readonly string[] } | null {
  const [kind, ...more] = alsoCalled.get(verb) ?? [verb]
  const known = faultKinds.find((candidate) => candidate === kind)
  return known ? { kind: known, words: [...more, ...rest] } : null
}

/** Faults that had a command of their own before there was a word for faults. */
function plainCommand(fault: Fault): Command | null {
  if (fault.kind === 'power-off') return { kind: 'power-off', node: fault.node }
  if (fault.kind === 'cut-off' && fault.component === undefined && fault.direction === undefined) return { kind: 'cut-off', node: fault.node }
  return fault.kind === 'stop' && fault.node === undefined ? { kind: 'stop', component: fault.component } : null
}

function splitLength(words: readonly string[], where: string): { readonly words: readonly string[]; readonly length: number | null } {
  const at = words.lastIndexOf('for')
  if (at < 0) return { words, length: null }
  const [time, ...more] = words.slice(at + 1)
  if (time === undefined || more.length > 0) throw new InputError(`${where}: for needs one time, like 30s`)
  const length = parseTime(time, where)
  if (length < 1 || length > faultLimits.for) throw new InputError(`${where}: a fault lasts for 1ms to ${faultLimits.for / 3_600_000}h, not ${time}`)
  return { words: words.slice(0, at), length }
}

function parseFault(kind: FaultKind, words: readonly string[], where: string): Fault {
  const said = new Map<string, unknown>([['kind', kind]])
  for (const word of words) {
    for (const [field, value] of Object.entries(meaningOf(kind, word, where))) {
      if (said.has(field)) throw new InputError(`${where}: ${kind} cannot have both ${JSON.stringify(said.get(field))} and "${word}"`)
      said.set(field, value)
    }
  }
  const fault = Object.fromEntries(said)
  const wrong = wrongFault(fault)
  if (wrong !== null) throw new InputError(`${where}: ${wrong.replace(/needs node/, 'needs a node').replace(/needs by$/, 'needs a time, like 500ms').replace(/needs component$/, `needs one of ${faultComponents.join(', ')}`)}`)
  // Its form has just been checked.
  return fault as unknown as Fault
}

/** A word says by its looks what it is: a time, a share, a direction, or whom it hits. */
function meaningOf(kind: FaultKind, word: string, where: string): Readonly<Record<string, unknown>> {
  const may = new Set<string>(fieldsOfFault(kind))
  if (may.has('direction') && (word === 'in' || word === 'out')) return { direction: word }
  if (may.has('relist') && word === 'relist') return { relist: true }
  if (may.has('oneIn') && /^1\/\d{1,9}$/.test(word)) return { oneIn: Number(word.slice(2)) }
  if (may.has('times') && /^\d{1,9}x$/.test(word)) return { times: Number(word.slice(0, -1)) }
  const by = may.has('by') ? parseDuration(word) : null
  if (by !== null) return { by }
  if (may.has('image')) return { image: word }
  if (may.has('node')) return targetOf(word, may.has('component'), kind, where)
  throw new InputError(`${where}: ${kind} takes no "${word}"`)
}

/** `worker-1`, `kube-scheduler`, `kubelet/worker-1`. */
function targetOf(word: string, takesComponents: boolean, kind: string, where: string): { readonly node?: string; readonly component?: string } {
  const bare = word.replace(/^nodes?\//, '')
  const [first = '', second, ...more] = bare.split('/')
  const component = faultComponents.find((candidate) => candidate === first)
  if (component && !takesComponents) throw new InputError(`${where}: ${kind} needs a node, not "${word}"`)
  if (component && more.length === 0 && second !== '') return { component, ...(second === undefined ? {} : { node: second }) }
  if (bare !== word || second === undefined) {
    const needsComponent = kind === 'stop' || kind === 'restart' || kind === 'slow' || kind === 'stale'
    if (needsComponent) throw new InputError(`${where}: there is no component "${word}"; there are ${faultComponents.map((name) => (['kubelet', 'kube-proxy', 'containerd'].includes(name) ? `${name}/NODE` : name)).join(', ')}`)
    return { node: bare }
  }
  throw new InputError(`${where}: there is no component "${first}"; there are ${faultComponents.join(', ')}`)
}

/** Which faults end: `freeze worker-1`, `slow`, `registry-down nginx`. */
function parsePattern([verb, ...rest]: readonly string[], where: string): FaultPattern {
  const said = verb === undefined ? null : kindOf(verb, rest)
  if (!said) throw new InputError(`${where}: end needs a fault or "all"; there are ${faultKinds.join(', ')}`)
  const { kind, words } = said
  if (words.length > 1) throw new InputError(`${where}: end needs a fault and whom it hit, nothing more`)
  const [word] = words
  if (word === undefined) return { kind }
  return { kind, ...meaningOf(kind, word, where) }
}
