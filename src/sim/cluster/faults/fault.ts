import type { Millis } from '../../kernel/agenda.ts'

/** The processes that faults can be aimed at. */
export type ComponentName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet' | 'kube-proxy' | 'containerd'

/** One process; those that run on every machine (kubelet, kube-proxy, containerd) are named with their node. */
interface OnComponent {
  readonly component: ComponentName
  readonly node?: string
}

interface OnNode {
  readonly node: string
  readonly component?: undefined
}

/** Whose calls of the API it hits: those of one process, of all processes of a machine, or everybody's. */
interface OnCallers {
  readonly component?: ComponentName
  readonly node?: string
}

/** Which images it hits: `nginx`, `nginx:1.27`, `ghcr.io/team/app`, a registry's host such as `ghcr.io`; absent: all. */
interface OnImages {
  readonly image?: string
}

/** Something that is wrong with the cluster, for a while or in an instant. */
export type Fault =
  /** Without power until it ends; a reboot ends by itself, after 30 s if nothing else is said. */
  | ({ readonly kind: 'power-off' | 'reboot' } & OnNode)
  /** As a person shuts a machine down: its kubelet may end its pods first, if its flags say for how long. Without power then, until the fault ends. */
  | ({ readonly kind: 'shut-down' } & OnNode)
  /** All processes of a machine, or one process, stand still, and then go on where they stood. */
  | ({ readonly kind: 'freeze' } & (OnNode | OnComponent))
  /** `in`: nothing reaches it (answers, watch events). `out`: nothing that it sends arrives. Absent: both. */
  | ({ readonly kind: 'cut-off'; readonly direction?: 'in' | 'out' } & (OnNode | OnComponent))
  /** The machine's clock is wrong by so much; negative: behind. */
  | ({ readonly kind: 'clock-skew'; readonly by: Millis } & OnNode)
  | ({ readonly kind: 'stop' } & OnComponent)
  /** Killed and started again at once: it has lost its memory. */
  | ({ readonly kind: 'restart' } & OnComponent)
  /** Each of its calls takes so much longer and it hears of changes so much later; of etcd: each commit; of kube-apiserver: each answer. */
  | ({ readonly kind: 'slow'; readonly by: Millis } & OnComponent)
  /** Its watches are silent, and it does not notice. At the end it hears what it missed; with `relist` its watches expire instead and it lists anew. */
  | ({ readonly kind: 'stale'; readonly relist?: boolean } & OnComponent)
  /** etcd forgets its history while all watches are cut: who was behind gets 410 Expired and lists anew. */
  | { readonly kind: 'compact' }
  /** All watches break; who watched tries again at once. */
  | ({ readonly kind: 'drop-watches' } & OnCallers)
  /** A write takes effect, but its answer is lost: one write in so many, default each. */
  | ({ readonly kind: 'lose-answers'; readonly oneIn?: number } & OnCallers)
  /** The API server refuses calls with 429 and Retry-After: one call in so many, default each. Leases have a priority level of their own. */
  | ({ readonly kind: 'throttle'; readonly oneIn?: number; readonly retryAfterSeconds?: number } & OnCallers)
  /** Images come so many times slower; default 10. */
  | ({ readonly kind: 'registry-slow'; readonly times?: number } & OnImages)
  /** The registry answers 503, or not at all. */
  | ({ readonly kind: 'registry-failing' | 'registry-unreachable' } & OnImages)

export type FaultKind = Fault['kind']

/** Which of the active faults are meant: those that agree in everything that is said. */
export interface FaultPattern {
  readonly kind?: FaultKind
  readonly node?: string
  readonly component?: ComponentName
  readonly image?: string
}

/** A fault that is there now. */
export interface ActiveFault {
  readonly fault: Fault
  readonly since: Millis
  /** When it ends by itself; null: when somebody ends it. */
  readonly until: Millis | null
}
