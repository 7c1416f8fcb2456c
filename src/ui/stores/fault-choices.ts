import type { ComponentName, Fault } from '../../sim/cluster/run.ts'

/** What something is to go wrong with. */
export type FaultTarget =
  | { readonly on: 'node'; readonly node: string }
  | { readonly on: 'component'; readonly component: ComponentName }
  | { readonly on: 'registry'; readonly image?: string }

/** What a person may set about a fault. */
export interface FaultSettings {
  readonly direction: 'both' | 'in' | 'out'
  readonly delay: number
  readonly skew: number
  readonly oneIn: number
  readonly times: number
  readonly relist: boolean
  /** Whose calls: `` everybody's, a component's name, or a machine's. */
  readonly callers: string
}

export const firstSettings: FaultSettings = { direction: 'both', delay: 2000, skew: 300_000, oneIn: 1, times: 10, relist: false, callers: '' }

/** One thing that can go wrong. */
export interface FaultChoice {
  readonly id: string
  readonly title: string
  /** The technical word for it. */
  readonly term: string
  readonly does: string
  readonly settings: readonly (keyof FaultSettings)[]
  /** It has no duration. */
  readonly isInstant?: boolean
  fault(settings: FaultSettings): Fault
}

/** All that can go wrong with it, what people try first in front. */
export function faultChoices(target: FaultTarget): readonly FaultChoice[] {
  switch (target.on) {
    case 'node':
      return nodeChoices(target.node)
    case 'component':
      return target.component === 'kube-apiserver' ? [...serverChoices(), ...componentChoices(target.component)] : componentChoices(target.component)
    case 'registry':
      return registryChoices(target.image)
  }
}

function nodeChoices(node: string): readonly FaultChoice[] {
  return [
    { id: 'reboot', title: 'Reboot', term: 'power cycle', does: 'Everything on it ends without farewell and is started again.', settings: [], fault: () => ({ kind: 'reboot', node }) },
    { id: 'power-off', title: 'Power off', term: 'power loss', does: 'Everything on it ends without farewell.', settings: [], fault: () => ({ kind: 'power-off', node }) },
    { id: 'shut-down', title: 'Shut down', term: 'shutdown -h now', does: 'Its kubelet ends its pods first, if --shutdown-grace-period gives it time to.', settings: [], fault: () => ({ kind: 'shut-down', node }) },
    { id: 'freeze', title: 'Freeze', term: 'paused virtual machine', does: 'Everything on it stands still, and then goes on where it stood.', settings: [], fault: () => ({ kind: 'freeze', node }) },
    { id: 'cut-off', title: 'Cut off its network', term: 'network partition', does: 'Its pods run on; the control plane and it do not hear each other.', settings: ['direction'], fault: ({ direction }) => ({ kind: 'cut-off', node, ...directed(direction) }) },
    { id: 'cut-off-kubelet', title: 'Cut off only its kubelet', term: 'partition of one process', does: 'Traffic of its pods goes on; its kubelet and the API server do not hear each other.', settings: ['direction'], fault: ({ direction }) => ({ kind: 'cut-off', component: 'kubelet', node, ...directed(direction) }) },
    { id: 'stop-kubelet', title: 'Stop its kubelet', term: 'systemctl stop kubelet', does: 'Its containers run on; nobody looks after them or renews the lease.', settings: [], fault: () => ({ kind: 'stop', component: 'kubelet', node }) },
    { id: 'restart-kubelet', title: 'Restart its kubelet', term: 'systemctl restart kubelet', does: 'It lists everything anew; the containers do not notice.', settings: [], isInstant: true, fault: () => ({ kind: 'restart', component: 'kubelet', node }) },
    { id: 'stop-containerd', title: 'Stop its container runtime', term: 'systemctl stop containerd', does: 'Containers run on; none can be started, stopped or asked after.', settings: [], fault: () => ({ kind: 'stop', component: 'containerd', node }) },
    { id: 'skew', title: 'Set its clock wrong', term: 'clock skew', does: 'The times that it writes into leases and conditions are wrong.', settings: ['skew'], fault: ({ skew }) => ({ kind: 'clock-skew', node, by: skew }) },
    { id: 'slow-kubelet', title: 'Slow its kubelet down', term: 'latency', does: 'Each of its calls takes longer, and it hears of changes later.', settings: ['delay'], fault: ({ delay }) => ({ kind: 'slow', component: 'kubelet', node, by: delay }) },
    { id: 'stale-kubelet', title: 'Let its kubelet see old news', term: 'stale cache', does: 'Its watches are silent, and it does not notice.', settings: ['relist'], fault: ({ relist }) => ({ kind: 'stale', component: 'kubelet', node, ...(relist ? { relist } : {}) }) },
    { id: 'stop-proxy', title: 'Stop its kube-proxy', term: 'frozen rules', does: 'The rules for Services stay as they are on this machine.', settings: [], fault: () => ({ kind: 'stop', component: 'kube-proxy', node }) },
  ]
}

function componentChoices(component: ComponentName): readonly FaultChoice[] {
  const isEtcd = component === 'etcd'
  const isServer = component === 'kube-apiserver'
  const slow: FaultChoice = {
    id: 'slow', title: isServer ? 'Let it answer late' : 'Slow it down', term: isEtcd ? 'slow disk: commit latency' : 'latency',
    does: isEtcd ? 'Each write takes longer.' : isServer ? 'Each of its answers comes later.' : 'Each of its calls takes longer, and it hears of changes later.',
    settings: ['delay'], fault: ({ delay }) => ({ kind: 'slow', component, by: delay }),
  }
  const all: readonly FaultChoice[] = [
    { id: 'stop', title: 'Stop it', term: 'its static pod is taken away', does: 'It is gone, with all that it remembered.', settings: [], fault: () => ({ kind: 'stop', component }) },
    { id: 'restart', title: 'Restart it', term: 'process restart', does: 'It loses its memory and lists everything anew.', settings: [], isInstant: true, fault: () => ({ kind: 'restart', component }) },
    slow,
    { id: 'cut-off', title: isEtcd ? 'Make it unreachable' : 'Cut it off', term: 'network partition', does: isEtcd ? 'It runs, but the API server does not reach it.' : 'It runs on, but it and the others do not hear each other.', settings: isEtcd ? [] : ['direction'], fault: ({ direction }) => ({ kind: 'cut-off', component, ...(isEtcd ? {} : directed(direction)) }) },
    { id: 'freeze', title: 'Freeze it', term: 'SIGSTOP', does: 'It stands still, and then goes on where it stood.', settings: [], fault: () => ({ kind: 'freeze', component }) },
  ]
  if (isServer) return all
  if (isEtcd) return [...all, { id: 'compact', title: 'Forget its history', term: 'compaction', does: 'Who was behind is told 410 Expired and lists anew.', settings: [], isInstant: true, fault: () => ({ kind: 'compact' }) }]
  return [...all, { id: 'stale', title: 'Let it see old news', term: 'stale cache', does: 'Its watches are silent, and it does not notice.', settings: ['relist'], fault: ({ relist }) => ({ kind: 'stale', component, ...(relist ? { relist } : {}) }) }]
}

function serverChoices(): readonly FaultChoice[] {
  return [
    { id: 'throttle', title: 'Refuse calls', term: '429 Too Many Requests', does: 'Who calls is told to come back later.', settings: ['callers', 'oneIn'], fault: ({ callers, oneIn }) => ({ kind: 'throttle', ...callersOf(callers), ...(oneIn > 1 ? { oneIn } : {}) }) },
    { id: 'lose-answers', title: 'Lose answers to writes', term: 'applied, but not acknowledged', does: 'What was written is written, but its author does not know.', settings: ['callers', 'oneIn'], fault: ({ callers, oneIn }) => ({ kind: 'lose-answers', ...callersOf(callers), ...(oneIn > 1 ? { oneIn } : {}) }) },
    { id: 'drop-watches', title: 'Break all watches', term: 'dropped connections', does: 'Who watched connects again at once.', settings: ['callers'], isInstant: true, fault: ({ callers }) => ({ kind: 'drop-watches', ...callersOf(callers) }) },
  ]
}

function registryChoices(image: string | undefined): readonly FaultChoice[] {
  const on = image === undefined ? {} : { image }
  return [
    { id: 'unreachable', title: 'Make it unreachable', term: 'connection timeout', does: 'Pulls get no answer.', settings: [], fault: () => ({ kind: 'registry-unreachable', ...on }) },
    { id: 'failing', title: 'Let it fail', term: '503 Service Unavailable', does: 'Pulls are refused.', settings: [], fault: () => ({ kind: 'registry-failing', ...on }) },
    { id: 'slow', title: 'Slow it down', term: 'bandwidth', does: 'Images take longer to come.', settings: ['times'], fault: ({ times }) => ({ kind: 'registry-slow', times, ...on }) },
  ]
}

function directed(direction: FaultSettings['direction']): { readonly direction?: 'in' | 'out' } {
  return direction === 'both' ? {} : { direction }
}

const processes: ReadonlySet<string> = new Set<ComponentName>(['kube-scheduler', 'kube-controller-manager', 'kubelet', 'kube-proxy'])

/** Components by their names; any other name is a machine's. */
function callersOf(callers: string): { readonly component?: ComponentName; readonly node?: string } {
  if (callers === '') return {}
  return processes.has(callers) ? { component: callers as ComponentName } : { node: callers }
}
