import type { Lease, Node } from '../../src/sim/api/generated/types.ts'
import { milliValue, wholeValue } from '../../src/sim/api/quantity.ts'
import { must } from '../../src/sim/api/status.ts'
import { defaultKubeletFlags, type KubeletFlags } from '../../src/sim/kubelet/flags.ts'
import { networkNotReady, type Machine } from '../../src/sim/kubelet/node-status.ts'
import { createTestNode, type TestNode } from '../../src/sim/kubelet/testing.ts'
import type { GoldenCase } from '../harness.ts'

type Input = GoldenCase['in']

/** What a real kubelet makes of its node's object on a machine and with flags like the case's; undefined: the case is about something else. */
export function registered(input: Input): unknown {
  if (Object.keys(input).length === 1 && input.node) return { namespace: 'kube-node-lease', name: input.node, ...lease(input.node) }
  if (input.hostname && input.os) return { labels: nodeOf({}).metadata.labels }
  if (input.nodeLabels) return { labels: nodeOf({ machine: { labels: input.nodeLabels } }).metadata.labels }
  if (input.nodeIP) return { addresses: nodeOf({ machine: { ip: input.nodeIP } }).status.addresses }
  if (input.type && input.status === (input.type === 'Ready' ? 'True' : 'False')) return condition(createTestNode(), input.type)
  if (input.errors?.every((error: string) => error === networkNotReady || error === runtimeDown)) return silent(input.errors, 60_000)
  if (input.lastRelistAgo) return silent([runtimeDown], millisOf(input.lastRelistAgo))
  if (typeof input.memory === 'number') return { allocatable: allocatable({ ...input, cpuMilli: 1000 }, { ...input, evictionHard: { memory: input.evictionHard } }) }
  if (input.capacity && typeof input.capacity === 'object') return { allocatable: allocatable(input.capacity, input) }
  if (typeof input.capacity === 'string') return { allocatable: nodeOf({ machine: { ephemeralStorage: input.capacity }, flags: { evictionHard: `nodefs.available<${input.evictionHard}` } }).status.allocatable?.['ephemeral-storage'] }
  if (input.podsPerCore) return { pods: input.cores.map((cores: number) => Number(nodeOf({ machine: { cpu: String(cores) }, flags: { maxPods: input.maxPods, podsPerCore: input.podsPerCore } }).status.capacity?.pods)) }
  return undefined
}

const runtimeDown = 'container runtime is down'

interface Place {
  readonly machine?: Partial<Machine>
  readonly flags?: Partial<KubeletFlags>
}

function nodeOf({ machine, flags }: Place): Node {
  const { cluster } = createTestNode({ ...(machine && { machine }), flags: { ...defaultKubeletFlags, ...flags } })
  return must(cluster.client.get('nodes', 'n1'))
}

function condition({ cluster }: TestNode, type: string): unknown {
  return must(cluster.client.get('nodes', 'n1')).status.conditions?.find((candidate) => candidate.type === type)
}

/** What the node says of itself when its runtime has been silent for so long, and whether it has no pod network either: a pass over the status comes at full tens of seconds. */
function silent(errors: readonly string[], millis: number): unknown {
  const pass = Math.ceil(millis / 10_000) * 10_000 + 20_000
  const node = createTestNode(errors.includes(networkNotReady) ? { machine: { podCIDR: undefined } as unknown as Partial<Machine> } : {})
  node.cluster.advanceTo(pass - millis)
  node.runtime.downSince = errors.includes(runtimeDown) ? node.cluster.timeline.now : null
  node.kubelet.nodeStatusChanged()
  node.cluster.advanceTo(pass)
  return condition(node, 'Ready')
}

interface Amounts {
  readonly cpuMilli?: number
  readonly memory?: number
  readonly 'ephemeral-storage'?: number
  readonly pods?: number
  readonly 'hugepages-2Mi'?: number
}

function allocatable(capacity: Amounts, { kubeReserved = {}, systemReserved = {}, evictionHard = {} }: Input): unknown {
  const storage = capacity['ephemeral-storage']
  const pages = capacity['hugepages-2Mi']
  const machine: Partial<Machine> = { cpu: `${capacity.cpuMilli}m`, memory: String(capacity.memory), ...(capacity.pods !== undefined && { pods: capacity.pods }), ...(storage !== undefined && { ephemeralStorage: String(storage) }), ...(pages !== undefined && { hugePages: { 'hugepages-2Mi': String(pages) } }) }
  const thresholds = [['memory.available', evictionHard.memory], ['nodefs.available', evictionHard['ephemeral-storage']]].filter(([, amount]) => amount !== undefined)
  const flags = { kubeReserved: reservation(kubeReserved), systemReserved: reservation(systemReserved), evictionHard: thresholds.map(([signal, amount]) => `${signal}<${amount}`).join(','), localStorageCapacityIsolation: storage !== undefined }
  const found = nodeOf({ machine, flags }).status.allocatable ?? {}
  const amount = (name: string) => (found[name] === undefined ? undefined : wholeValue(found[name]))
  return { cpuMilli: milliValue(found['cpu'] ?? '0'), memory: amount('memory'), 'ephemeral-storage': amount('ephemeral-storage'), pods: amount('pods'), 'hugepages-2Mi': amount('hugepages-2Mi') }
}

function reservation({ cpuMilli, ...others }: Readonly<Record<string, number>>): string {
  return [...(cpuMilli === undefined ? [] : [`cpu=${cpuMilli}m`]), ...Object.entries(others).map(([name, amount]) => `${name}=${amount}`)].join(',')
}

/** The lease that the kubelet keeps, and how often it does. */
function lease(name: string): object {
  const { cluster } = createTestNode()
  const renewals: number[] = []
  must(cluster.client.watch('leases', 'kube-node-lease', {}, { event: ({ type }) => void (type === 'MODIFIED' && renewals.push(cluster.timeline.now)), closed: () => undefined }))
  cluster.advanceTo(600_000)
  const found: Lease = must(cluster.client.get('leases', `kube-node-lease/${name}`))
  const { uid } = must(cluster.client.get('nodes', name)).metadata
  const shortest = Math.min(...renewals.slice(1).map((at, index) => at - renewals[index]!))
  const period = `each ${Math.floor(shortest / 1000)} s`
  return { spec: { ...found.spec, renewTime: period }, ownerReferences: found.metadata.ownerReferences?.map((owner) => ({ ...owner, uid: owner.uid === uid ? '<uid of the node>' : owner.uid })) }
}

/** `3m5s` */
function millisOf(text: string): number {
  const [, minutes = '0', seconds = '0'] = /^(?:(\d+)m)?(\d+)s$/.exec(text) ?? []
  return (Number(minutes) * 60 + Number(seconds)) * 1000
}
