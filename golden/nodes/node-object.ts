import { defaultKubeletFlags } from '../../src/sim/kubelet/flags.ts'
import { capacityErrors, initialNode, listedImages, nodeConditionTexts, nodeInfoOf, readyConditionOf, type Machine } from '../../src/sim/kubelet/node-status.ts'
import { runtimeErrors } from '../../src/sim/kubelet/runtime-health.ts'
import type { Node } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { startNodeLifecycleController } from '../../src/sim/controllers/node-lifecycle/node-lifecycle-controller.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'
import { registered } from './node-object-played.ts'
import { PlayedNode, told } from './played-node.ts'

/** Whether a kubelet makes what the case is about. */
export function isKubeletsPart({ in: input, out }: GoldenCase): boolean {
  return isPlayed(input, out) || registered(input) !== undefined || answered(input) !== undefined
}

/** The node's object as a kubelet makes it: a real one, where a kubelet here can come into that state. */
export const nodeObject: GoldenSet = {
  name: 'nodes/node-object',
  run: ({ in: input, out }) => partialDifference(out, isPlayed(input, out) ? played(input) : (registered(input) ?? answered(input))),
}

function isPlayed(input: GoldenCase['in'], out: GoldenCase['out']): boolean {
  return input.created === true || input.shuttingDown === true || input.change === 'condition' || input.reason === 'FlannelIsUp' || input.bootID !== undefined || input.unchangedForMs !== undefined || out.annotations !== undefined || input.unschedulable === true || input.labels?.['kubernetes.io/os'] !== undefined
}

/** What becomes of the object on a real API server. */
function played(input: GoldenCase['in']): unknown {
  const world = new PlayedNode(input.shuttingDown ? { flags: { shutdownGracePeriod: 30_000 } } : {})
  const { cluster } = world
  const node = () => must(cluster.client.get('nodes', 'n1'))
  if (input.created) return { taints: must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'new' } } as unknown as Draft<'nodes'>)).spec.taints }
  if (input.shuttingDown) {
    world.node.kubelet.shutDown(() => undefined)
    world.advance(5000)
    return node().status.conditions?.find(({ type }) => type === 'Ready')
  }
  if (input.bootID) {
    const after = world.reboot()
    after.advance(20_000)
    const event = after.sent('Rebooted')[0]
    const [, now] = input.bootID
    return { event: event && { ...told(event), message: event.message.replace(node().status.nodeInfo?.bootID ?? '', now) } }
  }
  if (input.unchangedForMs) {
    world.advance(20_000)
    const posts = new Set<string>()
    cluster.client.watch('nodes', undefined, {}, { event: ({ object }) => posts.add((object as Node).metadata.resourceVersion ?? ''), closed: () => undefined })
    const before = posts.size
    world.advance(input.unchangedForMs)
    return { posts: posts.size - before }
  }
  if (input.reason) {
    world.advance(400_000)
    return { setByKubelet: node().status.conditions?.some(({ type }) => type === 'NetworkUnavailable') }
  }
  if (input.change) return { postedWithinMs: postedWithin(world, () => readyOf(node()) !== 'True') }
  if (input.unschedulable || input.labels) {
    cluster.component('node-controller', startNodeLifecycleController)
    must(cluster.client.update('nodes', { ...node(), metadata: { ...node().metadata, labels: { ...node().metadata.labels, ...input.labels } }, spec: { ...node().spec, ...(input.unschedulable && { unschedulable: true }) } }))
    world.advance(10_000)
    const taint = node().spec.taints?.find(({ key }) => key === 'node.kubernetes.io/unschedulable')
    return { labels: node().metadata.labels, taint, timeAdded: taint?.timeAdded ? 'set' : 'not set' }
  }
  return { annotations: node().metadata.annotations }
}

function readyOf({ status: { conditions = [] } }: Node): string | undefined {
  return conditions.find(({ type }) => type === 'Ready')?.status
}

/** The runtime falls silent; from the moment at which the node is not ready for it, how long until the API shows so: at most what the case says. */
function postedWithin(world: PlayedNode, isPosted: () => boolean): number {
  const { runtime } = world.node
  const startedAt = 0
  world.advance(20_000)
  const downSince = world.now
  runtime.downSince = downSince
  world.node.kubelet.nodeStatusChanged()
  world.until(() => runtimeErrors(downSince, startedAt, world.now).length > 0, 60_000)
  const changedAt = world.now
  world.until(isPosted, 60_000)
  return world.now - changedAt <= mostUntilPosted ? mostUntilPosted : world.now - changedAt
}

const mostUntilPosted = 10_500

const machine: Machine = { cpu: '4', memory: '8Gi', ip: '10.0.0.5' }
const status = { conditions: [] }

/**
 * What only the parts of a kubelet can be asked: what it sends before admission adds a taint of its own, what would press a machine or leave it without
 * capacity, another version's words, and more names of an image than a registry here knows.
 */
function answered(input: GoldenCase['in']): unknown {
  if (input.registerWithTaints) return { taints: initialNode('n1', { ...machine, taints: input.registerWithTaints.map(taintOf) }, defaultKubeletFlags, status).spec.taints }
  if (input.registerSchedulable === false) return { spec: initialNode('n1', machine, { ...defaultKubeletFlags, registerSchedulable: false }, status).spec }
  if (input.type) return conditionOf(input)
  if (input.errors) return readyConditionOf(input.errors)
  if (input.missing) {
    const has = ['cpu', 'memory', 'pods', 'ephemeral-storage'].filter((resource) => !input.missing.includes(resource))
    return readyConditionOf(capacityErrors(Object.fromEntries(has.map((resource) => [resource, '1'])), defaultKubeletFlags))
  }
  if (input.runtime) return { nodeInfo: nodeInfoOf({ machineId: '', bootId: '', kubelet: input.kubelet, runtime: `${input.runtime}://${input.version}`, osImage: '' }) }
  if (input.namesPerImage) return images(input)
  return undefined
}

function taintOf(text: string): { key: string; value: string; effect: 'NoSchedule' } {
  const [, key = '', value = '', effect = ''] = /^([^=]+)=([^:]*):(.+)$/.exec(text) ?? []
  return { key, value, effect: effect as 'NoSchedule' }
}

function conditionOf({ type, status: value }: GoldenCase['in']): unknown {
  if (type === 'Ready') return value === 'True' ? readyConditionOf([]) : undefined
  const [reason, message] = nodeConditionTexts[type as 'MemoryPressure'][value as 'True']
  return { reason, message }
}

function images(input: GoldenCase['in']): unknown {
  const all = Array.from({ length: input.images }, (_, at) => ({ sizeBytes: at, names: Array.from({ length: input.namesPerImage }, (__, name) => `image-${at}:${name}`) }))
  const listed = listedImages(all, defaultKubeletFlags.nodeStatusMaxImages)
  const descends = listed.every((image, at) => at === 0 || image.sizeBytes <= listed[at - 1]!.sizeBytes)
  return { listed: listed.length, names: listed[0]?.names.length, order: descends ? 'size descending' : 'none' }
}
