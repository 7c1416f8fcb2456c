import type { Random } from '../src/sim/kernel/random.ts'
import type { Command, Manifest, TimedCommand } from '../src/sim/cluster/run.ts'
import { barePods, daemonSet, deployment, extraNamespace, longLived, owned, replicaSet, replicationController, service, strayDaemon, type Taste } from './plan-manifests.ts'

const second = 1000

/** What a person wants of the cluster, and the changes of mind on the way. */
export interface Workload {
  readonly commands: readonly TimedCommand[]
  /** What is wanted in the end, all of it sound. */
  readonly final: readonly Manifest[]
  /** Applications that are to be gone in the end. */
  readonly abandoned: readonly string[]
}

/** Draws who wants what, and when they change their minds. */
export function drawWorkload(random: Random, length: number, workers: number): Workload {
  const commands: TimedCommand[] = []
  const final: Manifest[] = []
  const abandoned: string[] = []
  for (const name of ['a', 'b', 'c'].slice(0, random.between(1, 3))) {
    const taste = tasteOf(random)
    commands.push({ at: random.below(10) * second, command: { kind: 'apply', manifests: [deployment(name, taste, random), service(name, random)] } })
    for (let change = random.below(5); change > 0; change -= 1) commands.push(...changeOf(name, taste, random, random.between(20, length / second) * second))
    if (random.chance(1, 6)) abandoned.push(name)
    else final.push(deployment(name, { ...taste, sound: true }, random), service(name, random))
  }
  const extras: readonly (readonly [number, () => Manifest[]])[] = [
    [3, () => [daemonSet(random)]],
    [4, () => [replicaSet(random)]],
  ]
  for (const [oneIn, make] of extras) {
    if (!random.chance(1, oneIn)) continue
    const manifests = make()
    commands.push({ at: random.between(1, 20) * second, command: { kind: 'apply', manifests } })
    // Somebody's own pod that a DaemonSet takes for one of its own: of two on a machine one goes.
    if (manifests[0]!['kind'] === 'DaemonSet' && random.chance(1, 2)) commands.push({ at: random.between(40, length / second) * second, command: { kind: 'apply', manifests: [strayDaemon(`worker-${random.between(1, workers)}`)] } })
    final.push(...manifests)
  }
  for (const pods of barePods(random)) commands.push({ at: random.between(5, length / 2 / second) * second, command: { kind: 'apply', manifests: [pods] } })
  const goodbye = random.between(60, length / second) * second
  for (const [later, gracePeriodSeconds] of [[0, 5], [1, 90]] as const) commands.push({ at: goodbye + later * second, command: { kind: 'delete', resource: 'pods', key: 'default/held', gracePeriodSeconds } })
  if (random.chance(1, 3)) commands.push(...owned(random, length))
  if (random.chance(1, 4)) commands.push(...longLived(random, length))
  if (random.chance(1, 3)) commands.push(...extraNamespace(random, length))
  for (let left = random.below(6); left > 0; left -= 1) commands.push(...podDeed(random, random.between(30, length / second) * second))
  if (random.chance(1, 3)) commands.push(...nodeDeed(random, random.between(60, length / second - 60) * second, length, workers))
  if (random.chance(1, 8)) commands.push({ at: random.between(10, 60) * second, command: remove('', 'namespaces', random.pick(['default', 'kube-system', 'kube-public'])) })
  return { commands, final, abandoned }
}

/** Now and then somebody has a ReplicationController, scales it, and deletes it to have it again: with its pods, or without a word on them, which leaves them behind. */
export function drawController(random: Random, length: number): Pick<Workload, 'commands' | 'final'> {
  if (!random.chance(1, 4)) return { commands: [], final: [] }
  const manifest = replicationController(random)
  const apply: Command = { kind: 'apply', manifests: [manifest] }
  const commands: TimedCommand[] = [{ at: random.between(1, 20) * second, command: apply }]
  for (let change = random.below(5); change > 0; change -= 1) {
    const at = random.between(20, length / second) * second
    if (random.chance(1, 2)) commands.push({ at, command: { kind: 'scale', resource: 'replicationcontrollers', key: 'default/old', replicas: random.below(6) } })
    else {
      const policy = random.pick([undefined, 'Background', 'Foreground', 'Orphan'])
      commands.push({ at, command: remove('', 'replicationcontrollers', 'old', 'default', policy && { propagationPolicy: policy }) }, { at: at + random.pick([1, 7, 40]) * second, command: apply })
    }
  }
  return { commands, final: [manifest] }
}

function tasteOf(random: Random): Taste {
  // A strategy stays: from RollingUpdate to Recreate with other replicas, in the middle of a rollout, is where upstream gets stuck for ever.
  return { recreates: random.chance(1, 5), hostPort: random.chance(1, 10), sound: false }
}

/** People change their minds: scale, roll out, restart, pause, delete and apply again. */
function changeOf(name: string, taste: Taste, random: Random, time: number): TimedCommand[] {
  const target = { resource: 'deployments', key: `default/${name}` } as const
  const now = (command: Command): TimedCommand[] => [{ at: time, command }]
  const soon = time + random.pick([1, 7, 40]) * second
  switch (random.below(10)) {
    case 9:
      // Another size in the middle of a rollout, twice.
      return [{ at: time, command: { kind: 'apply', manifests: [deployment(name, taste, random)] } }, ...[1, 3].map((later): TimedCommand => ({ at: time + later * second, command: { kind: 'scale', ...target, replicas: random.between(2, 9) } }))]
    case 0:
      return now({ kind: 'scale', ...target, replicas: random.below(8) })
    case 1:
      return now({ kind: 'restart', ...target })
    case 2:
      return [{ at: time, command: { kind: 'delete', ...target } }, { at: soon, command: { kind: 'apply', manifests: [deployment(name, taste, random)] } }]
    case 3:
      return now(remove('apps', 'deployments', name, 'default', { propagationPolicy: random.pick(['Foreground', 'Orphan']) }))
    case 4:
      return [{ at: time, command: { kind: 'scale', ...target, replicas: 0 } }, { at: soon, command: { kind: 'scale', ...target, replicas: random.between(1, 6) } }]
    case 5:
      return [{ at: time, command: pause(name, true) }, { at: soon, command: { kind: 'apply', manifests: [deployment(name, taste, random)] } }, { at: soon + random.pick([10, 90]) * second, command: pause(name, false) }]
    default:
      return now({ kind: 'apply', manifests: [deployment(name, taste, random)] })
  }
}

/** What people do to single pods. `#3` is the fourth there is when the time has come. */
function podDeed(random: Random, time: number): TimedCommand[] {
  const name = `#${random.below(12)}`
  const now = (command: Command): TimedCommand[] => [{ at: time, command }]
  switch (random.below(5)) {
    case 4:
      // Declared dead by somebody: it must end, and its owner makes another.
      return now({ kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource: 'pods', namespace: 'default', name, subresource: 'status', patchType: 'merge', body: { status: { phase: 'Failed', conditions: [] } } } })
    case 0:
      return now({ kind: 'delete', resource: 'pods', key: `default/${name}` })
    case 1:
      return now({ kind: 'delete', resource: 'pods', key: `default/${name}`, gracePeriodSeconds: random.pick([0, 1, 60]) })
    case 2:
      // Taken out of its set, to be looked at; sometimes put back.
      return random.chance(1, 2) ? now(relabel(name, 'looked-at')) : [{ at: time, command: relabel(name, 'looked-at') }, { at: time + 30 * second, command: relabelAll() }]
    default:
      return now({ kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource: 'pods', namespace: 'default', name, patchType: 'merge', body: { metadata: { annotations: { touched: String(time) } } } } })
  }
}

/** A drain, or a taint of one's own. */
function nodeDeed(random: Random, time: number, length: number, workers: number): TimedCommand[] {
  const node = `worker-${random.between(1, workers)}`
  const until = Math.min(length, time + random.pick([20, 90, 200]) * second)
  if (random.chance(1, 2)) {
    const pods: TimedCommand[] = Array.from({ length: 5 }, (_, index) => ({ at: time + second * (index + 1), command: { kind: 'delete', resource: 'pods', key: `default/@${node}#0` } }))
    return [{ at: time, command: { kind: 'cordon', node } }, ...pods, { at: until, command: { kind: 'uncordon', node } }]
  }
  const taints = (list: readonly unknown[] | null, patchType: 'strategic' | 'merge'): Command => ({ kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource: 'nodes', name: node, patchType, body: { spec: { taints: list } } } })
  const effect = random.pick(['NoSchedule', 'NoExecute'])
  return [{ at: time, command: taints([{ key: 'drained', value: 'yes', effect }], 'strategic') }, { at: until, command: taints(null, 'merge') }]
}

function pause(name: string, paused: boolean): Command {
  return { kind: 'request', request: { verb: 'patch', group: 'apps', version: 'v1', resource: 'deployments', namespace: 'default', name, patchType: 'merge', body: { spec: { paused } } } }
}

function relabel(name: string, app: string): Command {
  return { kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource: 'pods', namespace: 'default', name, patchType: 'merge', body: { metadata: { labels: { app, was: '$app' } } } } }
}

/** Puts the pod that was taken out back: its old label is asked for when the time has come. */
function relabelAll(): Command {
  return { kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: '?app=looked-at', patchType: 'merge', body: { metadata: { labels: { app: '$was' } } } } }
}

/** A delete through the API with its options. */
export function remove(group: string, resource: string, name: string, namespace?: string, body?: unknown): Command {
  return { kind: 'request', request: { verb: 'delete', group, version: 'v1', resource, name, ...(namespace && { namespace }), ...(body !== undefined && { body }) } }
}
