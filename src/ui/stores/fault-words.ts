import type { Fault } from '../../sim/cluster/run.ts'
import type { Thing } from './things.ts'

/** A fault in a person's words. */
export interface FaultWords {
  /** Beside the name of what it hits: "Frozen". */
  readonly tag: string
  /** The person's doing: "You froze worker-1." */
  readonly lead: string
  /** What comes of it. */
  readonly rest: string
  /** When it is over: "worker-1 goes on where it stood." */
  readonly over: string
  /** Two or three words for the timeline. */
  readonly mark: string
}

type Place = { readonly component?: string; readonly node?: string }

/** What is said of a fault, everywhere. */
export function faultWords(fault: Fault): FaultWords {
  const place = placeName(fault)
  const words = wordsOf(fault, place)
  return { ...words, over: words.over.replace(/^the /, 'The '), mark: `${placeShort(fault)} ${words.mark}`.trim() }
}

function wordsOf(fault: Fault, place: string): FaultWords {
  switch (fault.kind) {
    case 'power-off':
      return { tag: 'Powered off', lead: `You powered off ${place}.`, rest: 'Its kubelet has stopped renewing its lease.', over: `${place} has power again.`, mark: 'off' }
    case 'shut-down':
      return { tag: 'Shut down', lead: `You shut ${place} down.`, rest: 'If its kubelet has a shutdownGracePeriod, it ends the pods first; else they end with the machine.', over: `${place} is up again.`, mark: 'shut down' }
    case 'reboot':
      return { tag: 'Reboots', lead: `You rebooted ${place}.`, rest: 'All its processes are gone; when it is up again, its kubelet starts their containers anew.', over: `${place} is up again.`, mark: 'reboots' }
    case 'freeze':
      return { tag: 'Frozen', lead: `You froze ${place}.`, rest: 'It stands still without knowing; others only notice its silence.', over: `${place} goes on where it stood.`, mark: 'frozen' }
    case 'cut-off':
      return cutOffWords(fault, place)
    case 'clock-skew': {
      const by = `${shortSpan(Math.abs(fault.by))} ${fault.by < 0 ? 'behind' : 'ahead'}`
      return { tag: `Clock ${by}`, lead: `You set the clock of ${place} ${by}.`, rest: 'The times that it writes, in leases and conditions, are wrong.', over: `The clock of ${place} is right again.`, mark: 'clock wrong' }
    }
    case 'stop':
      return { tag: 'Stopped', lead: `You stopped ${place}.`, rest: whileStopped(fault.component), over: `${place} may run again.`, mark: 'stopped' }
    case 'restart':
      return { tag: 'Restarted', lead: `You restarted ${place}.`, rest: 'It has lost its memory and lists everything anew.', over: '', mark: 'restarted' }
    case 'slow':
      return { tag: `Slow by ${shortSpan(fault.by)}`, lead: `You slowed ${place} down by ${shortSpan(fault.by)}.`, rest: slowness(fault.component), over: `${place} is as fast as before.`, mark: 'slow' }
    case 'stale':
      return { tag: 'Stale cache', lead: `You silenced the watches of ${place}.`, rest: 'It decides by what it knew before, and does not notice.', over: fault.relist ? `${place} lists everything anew.` : `${place} hears what it missed.`, mark: 'stale' }
    default:
      return serverWords(fault, place)
  }
}

function cutOffWords({ direction }: Extract<Fault, { kind: 'cut-off' }>, place: string): FaultWords {
  const over = `${place} is connected again.`
  if (direction === 'in') return { tag: 'Hears nothing', lead: `You cut off what ${place} should hear.`, rest: 'What it sends arrives, but no answer and no news come back.', over, mark: 'hears nothing' }
  if (direction === 'out') return { tag: 'Is not heard', lead: `You cut off what ${place} says.`, rest: 'News reach it, but nothing that it sends arrives.', over, mark: 'not heard' }
  return { tag: 'Cut off', lead: `You cut ${place} off.`, rest: 'It runs on, but nobody hears from it.', over, mark: 'cut off' }
}

function serverWords(fault: Exclude<Fault, { kind: 'power-off' | 'shut-down' | 'reboot' | 'freeze' | 'cut-off' | 'clock-skew' | 'stop' | 'restart' | 'slow' | 'stale' }>, place: string): FaultWords {
  switch (fault.kind) {
    case 'compact':
      return { tag: 'Compacted', lead: 'You compacted etcd.', rest: 'Its history is forgotten: who was behind is told 410 Expired and lists anew.', over: '', mark: 'etcd compacted' }
    case 'drop-watches':
      return { tag: 'Watches broken', lead: `You broke the watches of ${place}.`, rest: 'Who watched connects again at once.', over: '', mark: 'watches broken' }
    case 'lose-answers':
      return { tag: 'Loses answers', lead: `The API server loses answers to ${place}.`, rest: 'What was written is written, but its author does not know.', over: 'Answers arrive again.', mark: 'answers lost' }
    case 'throttle':
      return { tag: 'Refuses with 429', lead: `The API server refuses calls of ${place}: 429 Too Many Requests.`, rest: 'They are told to try again later; leases have a queue of their own.', over: 'Calls are let through again.', mark: '429' }
    case 'registry-slow':
      return { tag: `${place} slow`, lead: `You slowed ${place} down.`, rest: `Images come ${fault.times ?? 10} times slower; what a machine has already is not pulled.`, over: `${place} is as fast as before.`, mark: 'registry slow' }
    case 'registry-failing':
      return { tag: `${place} fails`, lead: `You made ${place} fail.`, rest: 'Pulls are answered with 503: ErrImagePull, then ImagePullBackOff.', over: `${place} answers again.`, mark: 'registry fails' }
    case 'registry-unreachable':
      return { tag: `${place} unreachable`, lead: `You made ${place} unreachable.`, rest: 'Pulls get no answer: ErrImagePull, then ImagePullBackOff.', over: `${place} can be reached again.`, mark: 'registry away' }
  }
}

const stopped = new Map([
  ['kube-scheduler', 'New pods wait for a node until it runs again.'],
  ['kube-controller-manager', 'Nothing is replaced or rolled out until it runs again.'],
  ['kube-apiserver', 'Nothing can be read or changed; what runs, runs on.'],
  ['etcd', 'The API server has lost its memory: nothing can be read or changed.'],
  ['kubelet', 'Its containers run on; but nobody renews the lease of the machine or looks after its pods.'],
  ['containerd', 'Its containers run on; but none can be started, stopped or asked after.'],
  ['kube-proxy', 'The rules for Services stay as they are on that machine.'],
])

/** What does not happen while a component is stopped. */
export function whileStopped(component: string): string {
  return stopped.get(component) ?? ''
}

function slowness(component: string): string {
  if (component === 'etcd') return 'Each write takes that much longer.'
  return component === 'kube-apiserver' ? 'Each of its answers comes that much later.' : 'Each of its calls takes that much longer, and it hears of changes that much later.'
}

/** `worker-1`, `the kubelet of worker-1`, `kube-scheduler`, `the registry of nginx`, `everybody`. */
function placeName(fault: Fault): string {
  if (isRegistryFault(fault)) return 'image' in fault && fault.image ? `the registry of ${fault.image}` : 'the image registry'
  const { component, node } = fault as Place
  if (component !== undefined) return node === undefined ? component : `${component === 'containerd' ? 'the container runtime' : component === 'kubelet' ? 'the kubelet' : component} of ${node}`
  return node ?? 'everybody'
}

/** The same for the timeline, where there is little room. */
function placeShort(fault: Fault): string {
  const { component, node } = fault as Place
  if (isRegistryFault(fault) || isOfCallers(fault)) return ''
  if (component !== undefined && node !== undefined) return `${node} ${component}`
  return component?.replace('kube-controller', 'controller') ?? node ?? ''
}

export function isRegistryFault({ kind }: Pick<Fault, 'kind'>): boolean {
  return kind.startsWith('registry-')
}

/** Faults of the API server that are aimed at who calls it. */
function isOfCallers({ kind }: Pick<Fault, 'kind'>): boolean {
  return kind === 'drop-watches' || kind === 'lose-answers' || kind === 'throttle'
}

/** The card on which a fault shows; null: on none, it is outside of the cluster. */
export function faultPlace(fault: Fault): Thing | null {
  if (isRegistryFault(fault)) return null
  if (isOfCallers(fault)) return { resource: 'components', key: 'kube-apiserver' }
  const { component, node } = fault as Place
  if (node !== undefined) return { resource: 'nodes', key: node }
  return { resource: 'components', key: component ?? 'etcd' }
}

/** `500 ms`, `30 s`, `5 min`. */
function shortSpan(span: number): string {
  if (span < 1000) return `${span} ms`
  return span % 60_000 === 0 ? `${span / 60_000} min` : `${span / 1000} s`
}
