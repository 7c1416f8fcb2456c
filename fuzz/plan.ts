import { RandomStreams, type Random } from '../src/sim/kernel/random.ts'
import type { Command, Manifest, Run, TimedCommand } from '../src/sim/cluster/run.ts'

const second = 1000
const minute = 60 * second

/** When faults end: all is healed, and what follows must lead to rest. */
export const faultsEnd = 12 * minute

/** When even an API server that had to be restarted again and again has come back. */
const lastWord = faultsEnd + 330 * second

type Fault = 'power' | 'network' | 'component' | 'kill' | 'cordon'

/** A run drawn from a seed: topology, workload and faults, each from a stream of its own, so that one more draw in one shifts nothing in the others. */
export function planRun(seed: number): Run {
  const streams = new RandomStreams(seed)
  const workers = streams.of('topology').between(2, 5)
  const commands = [...workload(streams.of('workload')), ...faults(streams.of('faults'), workers)].sort((a, b) => a.at - b.at)
  return { version: 1, seed, options: { workers, zones: streams.of('topology').between(1, 2), node: { cpu: '2', memory: '4Gi' } }, commands }
}

function workload(random: Random): TimedCommand[] {
  const names = ['a', 'b', 'c'].slice(0, random.between(1, 3))
  const commands: TimedCommand[] = []
  for (const name of names) {
    // A strategy stays: from RollingUpdate to Recreate with other replicas, in the middle of a rollout, is where upstream gets stuck for ever.
    const recreates = random.chance(1, 5)
    commands.push({ at: random.below(10) * second, command: { kind: 'apply', manifests: [deployment(name, recreates, random), service(name)] } })
    // People change their minds: scale, roll out, restart, delete and apply again.
    for (let change = random.below(4); change > 0; change -= 1) commands.push({ at: random.between(20, 600) * second, command: changeOf(name, recreates, random) })
  }
  if (random.chance(1, 3)) commands.push({ at: 5 * second, command: { kind: 'apply', manifests: [daemonSet()] } })
  return commands
}

function changeOf(name: string, recreates: boolean, random: Random): Command {
  const target = { resource: 'deployments', key: `default/${name}` } as const
  switch (random.below(6)) {
    case 0:
      return { kind: 'scale', ...target, replicas: random.below(8) }
    case 1:
      return { kind: 'restart', ...target }
    case 2:
      return { kind: 'delete', ...target }
    case 3:
      return { kind: 'request', request: { verb: 'delete', group: 'apps', version: 'v1', resource: 'deployments', namespace: 'default', name, body: { propagationPolicy: random.pick(['Foreground', 'Orphan']) } } }
    default:
      return { kind: 'apply', manifests: [deployment(name, recreates, random)] }
  }
}

function deployment(name: string, recreates: boolean, random: Random): Manifest {
  const labels = { app: name }
  const probe = random.chance(1, 2) ? { readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: random.between(1, 10) } } : {}
  const image = random.chance(1, 8) ? 'nginx:doesnotexist' : `nginx:1.${random.between(25, 27)}`
  const crash = random.chance(1, 8) ? { command: ['sh', '-c', `sleep ${random.between(1, 60)}; exit ${random.below(2)}`] } : {}
  const container = { name: 'web', image, ports: [{ containerPort: 80 }], resources: { requests: { cpu: `${random.between(1, 6) * 100}m`, memory: '64Mi' } }, ...probe, ...crash }
  const strategy = recreates ? { type: 'Recreate' } : { type: 'RollingUpdate', rollingUpdate: { maxSurge: random.pick([1, 2, '25%', '50%']), maxUnavailable: random.pick([0, 1, '25%']) } }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas: random.between(1, 6), strategy, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: random.pick([0, 1, 5, 30]), containers: [container] } } },
  }
}

function service(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports: [{ port: 80 }] } }
}

function daemonSet(): Manifest {
  const labels = { app: 'agent' }
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'agent', image: 'busybox:1.36', command: ['sleep', 'infinity'] }] } } } }
}

/** Each kind of fault is on in half of the runs; each fault is healed by the end. */
function faults(random: Random, workers: number): TimedCommand[] {
  const kinds = (['power', 'network', 'component', 'kill', 'cordon'] as const).filter(() => random.chance(1, 2))
  const commands: TimedCommand[] = []
  for (const kind of kinds) {
    for (let number = random.between(1, 3); number > 0; number -= 1) {
      const from = random.between(30, 500) * second
      const until = Math.min(faultsEnd, from + random.pick([5, 39, 41, 49, 51, 70, 130, 380]) * second)
      commands.push(...faultOf(kind, random, workers, from, until))
    }
  }
  return commands
}

function faultOf(kind: Fault, random: Random, workers: number, from: number, until: number): TimedCommand[] {
  // One run in six or so loses the machine of the control plane itself.
  const node = random.chance(1, 6) ? 'control-plane-1' : `worker-${random.between(1, workers)}`
  const component = random.pick(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'])
  switch (kind) {
    case 'power':
      return [{ at: from, command: { kind: 'power-off', node } }, { at: until, command: { kind: 'power-on', node } }]
    case 'network':
      return [{ at: from, command: { kind: 'cut-off', node } }, { at: until, command: { kind: 'reconnect', node } }]
    case 'component':
      return [{ at: from, command: { kind: 'stop', component } }, { at: until, command: { kind: 'start', component } }]
    case 'cordon':
      // Said again at the end: the API may not have heard it.
      return [{ at: from, command: { kind: 'cordon', node } }, { at: until, command: { kind: 'uncordon', node } }, { at: lastWord, command: { kind: 'uncordon', node } }]
    case 'kill':
      // Which pods there are is known only in the run: this names one by its place in the list.
      return [{ at: from, command: { kind: 'kill', pod: `default/#${random.below(10)}` } }]
  }
}
