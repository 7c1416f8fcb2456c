import type { Random } from '../src/sim/kernel/random.ts'
import type { Command, Fault, Run } from '../src/sim/cluster/run.ts'
import type { PlannedCommand } from './plan.ts'
import { intruder } from './plan-manifests.ts'

const second = 1000

/** What one fault is drawn from: when it begins and ends, and whom it may hit. */
interface Drawn {
  readonly from: number
  readonly until: number
  readonly node: string
  readonly worker: string
  readonly component: (typeof components)[number]
  readonly client: { readonly component: 'kube-controller-manager' | 'kube-scheduler' } | { readonly component: 'kubelet'; readonly node: string }
  readonly random: Random
}

type Made = readonly (readonly [time: number, command: Command])[]

const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const

/** A fault that ends by itself. */
function lasting({ from, until }: Drawn, fault: Fault): Made {
  return [[from, { kind: 'fault', fault, for: until - from }]]
}

/** Every kind of fault, and its commands. A new kind is one line here. */
const kinds = {
  power: ({ from, until, node }) => [[from, { kind: 'power-off', node }], [until, { kind: 'power-on', node }]],
  reboot: ({ from, node }) => [[from, { kind: 'fault', fault: { kind: 'reboot', node } }]],
  freezeNode: (drawn) => lasting(drawn, { kind: 'freeze', node: drawn.worker }),
  network: ({ from, until, node }) => [[from, { kind: 'cut-off', node }], [until, { kind: 'reconnect', node }]],
  oneWay: (drawn) => lasting(drawn, { kind: 'cut-off', node: drawn.worker, direction: drawn.random.pick(['in', 'out']) }),
  cutOffClient: (drawn) => lasting(drawn, { kind: 'cut-off', ...drawn.client, ...(drawn.random.chance(1, 2) && { direction: drawn.random.pick(['in', 'out']) }) }),
  kubelet: (drawn) => lasting(drawn, { kind: 'stop', component: 'kubelet', node: drawn.node }),
  containerd: (drawn) => lasting(drawn, { kind: 'stop', component: 'containerd', node: drawn.worker }),
  component: ({ from, until, component }) => [[from, { kind: 'stop', component }], [until, { kind: 'start', component }]],
  restart: ({ from, component }) => [[from, { kind: 'fault', fault: { kind: 'restart', component } }]],
  restartClient: ({ from, client }) => [[from, { kind: 'fault', fault: { kind: 'restart', ...client } }]],
  freeze: (drawn) => lasting(drawn, { kind: 'freeze', component: drawn.component }),
  slow: (drawn) => lasting(drawn, { kind: 'slow', component: drawn.component, by: drawn.random.pick([20, 200, 2000]) }),
  slowClient: (drawn) => lasting(drawn, { kind: 'slow', ...drawn.client, by: drawn.random.pick([20, 200, 2000]) }),
  stale: (drawn) => lasting(drawn, { kind: 'stale', ...drawn.client, ...(drawn.random.chance(1, 2) && { relist: true }) }),
  compact: ({ from }) => [[from, { kind: 'fault', fault: { kind: 'compact' } }]],
  dropWatches: ({ from, client, random }) => [[from, { kind: 'fault', fault: { kind: 'drop-watches', ...(random.chance(1, 2) && client) } }]],
  loseAnswers: (drawn) => lasting(drawn, { kind: 'lose-answers', ...drawn.client, oneIn: drawn.random.between(2, 5) }),
  throttle: (drawn) => lasting(drawn, { kind: 'throttle', oneIn: drawn.random.between(1, 4), ...(drawn.random.chance(1, 2) && drawn.client) }),
  clockSkew: (drawn) => lasting(drawn, { kind: 'clock-skew', node: drawn.worker, by: drawn.random.pick([-90, -5, 5, 90]) * second }),
  registry: (drawn) => lasting(drawn, { kind: drawn.random.pick(['registry-slow', 'registry-failing', 'registry-unreachable']) }),
  kill: ({ from, random }) => [[from, { kind: 'kill', pod: `default/#${random.below(10)}` }]],
  killAgain: ({ from, random }) => [0, 1, 2, 15, 40].map((later) => [from + later * second, { kind: 'kill', pod: `default/#${random.below(2)}` }] as const),
  killSystem: ({ from, random }) => [[from, { kind: 'kill', pod: `kube-system/#${random.below(10)}` }]],
  cordon: ({ from, until, node }) => [[from, { kind: 'cordon', node }], [until, { kind: 'uncordon', node }]],
  // One of two owners goes while the garbage collector's questions are often refused.
  ownerLost: ({ from }) => [
    [from, { kind: 'fault', fault: { kind: 'throttle', component: 'kube-controller-manager', oneIn: 2 }, for: 5 * second }],
    [from + second, { kind: 'request', request: { verb: 'delete', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: 'spare', body: { propagationPolicy: 'Background' } } }],
  ],
  // A kubelet registers its node when it starts, so the machine is started anew.
  nodeDeleted: ({ from, until, worker }) => [[from, { kind: 'delete', resource: 'nodes', key: worker }], [until, { kind: 'power-off', node: worker }], [until, { kind: 'power-on', node: worker }]],
} satisfies Record<string, (drawn: Drawn) => Made>

export type FaultName = keyof typeof kinds | 'shutDown'

/** How many kinds a run has at most: with too many at once nothing would get far enough to go wrong in an interesting way. */
const mostKinds = 8

/** Each kind of fault is on in half of the runs, or fewer where there would be too many; each fault is healed by the end. */
export function drawFaults(random: Random, length: number, workers: number): PlannedCommand[] {
  const chosen = (Object.keys(kinds) as (keyof typeof kinds)[]).filter(() => random.chance(1, 2))
  while (chosen.length > mostKinds) chosen.splice(random.below(chosen.length), 1)
  const commands: PlannedCommand[] = []
  let group = 0
  for (const by of chosen) {
    for (let number = random.between(1, 3); number > 0; number -= 1) {
      group += 1
      const from = random.between(30, length / second - 100) * second
      const until = Math.min(length, from + random.pick([5, 39, 41, 49, 51, 70, 130, 380]) * second)
      const worker = `worker-${random.between(1, workers)}`
      // One run in six or so loses the machine of the control plane itself.
      const node = random.chance(1, 6) ? 'control-plane-1' : worker
      const component = random.pick(components)
      const client = random.pick([{ component: 'kube-controller-manager' }, { component: 'kube-scheduler' }, { component: 'kubelet', node }] as const)
      for (const [at, command] of kinds[by]({ from, until, node, worker, component, client, random })) commands.push({ at, command, by, group })
    }
  }
  return commands
}

/** Machines that somebody shuts down in good order, and the kubelet's flags that say how long that may take. */
interface Shutdowns {
  readonly options: Pick<Run['options'], 'flags'>
  readonly commands: readonly PlannedCommand[]
}

/** How kubelets are told to shut down: mostly so that they end their pods first. */
const shutdownFlags: readonly Readonly<Record<string, string>>[] = [
  { 'shutdown-grace-period': '30s', 'shutdown-grace-period-critical-pods': '10s' },
  { 'shutdown-grace-period': '12s', 'shutdown-grace-period-critical-pods': '4s' },
  { 'shutdown-grace-period-by-pod-priority': '0=45s,2000000000=20s,2000001000=5s' },
  {},
]

/** In a third of the runs machines are shut down. Some are wanted back before they are off, and some of these not for long; to some a pod comes meanwhile. */
export function drawShutdowns(random: Random, length: number, workers: number): Shutdowns {
  if (!random.chance(1, 3)) return { options: {}, commands: [] }
  const options = { flags: { kubelet: random.pick(shutdownFlags) } }
  const commands: PlannedCommand[] = []
  for (let number = random.between(1, 4); number > 0; number -= 1) {
    const at = random.between(30, length / second - 100) * second
    const node = random.chance(1, 8) ? 'control-plane-1' : `worker-${random.between(1, workers)}`
    const shutDown = (from: number, seconds: number): PlannedCommand => ({ at: from, command: { kind: 'fault', fault: { kind: 'shut-down', node }, for: Math.min(length - from, seconds * second) }, by: 'shutDown' })
    const seconds = random.pick([2, 15, 60, 130, 380])
    commands.push(shutDown(at, seconds))
    if (seconds === 2 && random.chance(1, 2)) commands.push(shutDown(at + 4 * second, 60))
    if (random.chance(1, 2)) commands.push({ at: at + second, command: { kind: 'apply', manifests: [intruder(`intruder-${number}`, node)] }, by: 'shutDown' })
  }
  return { options, commands }
}
