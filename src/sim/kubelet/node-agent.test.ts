import { expect, test } from 'vitest'
import { internalError } from '../api/errors.ts'
import { must, refused } from '../api/status.ts'
import type { Client } from '../client/component.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'
import { createContainerRuntime } from '../runtime/container-runtime.ts'
import { createImageCatalogue, createRegistry } from '../runtime/image-catalogue.ts'
import { createNodeDisk } from '../runtime/node-disk.ts'
import { defaultKubeletFlags } from './flags.ts'
import { NodeAgent } from './node-agent.ts'
import { nodeResources, type Machine } from './node-status.ts'

interface Agent {
  readonly cluster: TestCluster
  /** So many updates of a resource fail from now on. */
  fail(resource: 'leases' | 'nodes', times: number): void
  /** Times of all updates that were tried. */
  readonly tried: Record<'leases' | 'nodes', number[]>
  readonly agent: NodeAgent
}

const machine: Machine = { cpu: '4', memory: '8Gi', ip: '192.168.0.11' }

function createAgent({ cluster = createTestCluster(), networkReady = () => true }: { readonly cluster?: TestCluster; readonly networkReady?: () => boolean } = {}): Agent {
  const catalogue = createImageCatalogue([])
  const runtime = createContainerRuntime({ agenda: cluster.timeline, nodeName: 'n1', random: cluster.random.of('machine'), images: catalogue, registry: createRegistry(catalogue), processes: new Map(), disk: createNodeDisk(), epochStart: 1_767_258_000_000 })
  const failures = { leases: 0, nodes: 0 }
  const tried: Agent['tried'] = { leases: [], nodes: [] }
  let agent: NodeAgent | undefined
  cluster.component('kubelet', (context) => {
    const update: Client['update'] = (resource, object, subresource) => {
      const about: string = resource
      if (about === 'leases' || about === 'nodes') {
        tried[about].push(cluster.timeline.now)
        failures[about] -= 1
        if (failures[about] >= 0) return refused(internalError('again'))
      }
      return context.client.update(resource, object, subresource)
    }
    const client = new Proxy(context.client, { get: (target, name) => (name === 'update' ? update : name === 'updateStatus' ? (resource: 'nodes', object: never) => update(resource, object, 'status') : Reflect.get(target, name, target)) })
    agent = new NodeAgent({ context: { ...context, client }, runtime, nodeName: 'n1', machine, flags: defaultKubeletFlags, networkReady, isShuttingDown: () => false, registered: () => undefined })
    agent.start()
  })
  return { cluster, tried, agent: agent!, fail: (resource, times) => void (failures[resource] = times) }
}

test('a renewal that fails is tried again at once, five times in all', () => {
  const { cluster, tried, fail } = createAgent()
  cluster.advanceTo(15_000)
  fail('leases', 4)
  tried.leases.length = 0
  cluster.advanceTo(25_000)
  expect(tried.leases).toEqual(Array.from({ length: 5 }, () => tried.leases[0]))
  fail('leases', 5)
  tried.leases.length = 0
  cluster.advanceTo(35_000)
  // Then the lease is read anew and written.
  expect(tried.leases).toEqual(Array.from({ length: 6 }, () => tried.leases[0]))
})

test('renewals come ten seconds and up to four hundredths of that after one another', () => {
  const { cluster, tried } = createAgent()
  cluster.advanceTo(3_600_000)
  const pauses = tried.leases.slice(1).map((at, index) => at - tried.leases[index]!)
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(10_000)
  expect(Math.min(...pauses)).toBeLessThan(10_040)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(10_400)
  expect(Math.max(...pauses)).toBeGreaterThan(10_360)
})

test('the first report after a change comes up to half its period early, those that follow each period', () => {
  const { cluster, tried } = createAgent()
  cluster.advanceTo(3_600_000)
  const [first = 0, second = 0, ...rest] = tried.nodes
  expect(second - first).toBeGreaterThanOrEqual(150_000)
  expect(second - first).toBeLessThan(300_000)
  expect(rest.map((at) => at - second)).toEqual(rest.map((_, index) => (index + 1) * 300_000))
})

test('one pass tries five times to post the status of the node; then the next one does', () => {
  const { cluster, tried, fail } = createAgent()
  cluster.advanceTo(15_000)
  tried.nodes.length = 0
  fail('nodes', 5)
  cluster.advanceTo(325_000)
  const [first] = tried.nodes
  expect(tried.nodes).toEqual([...Array.from({ length: 5 }, () => first), (first ?? 0) + 10_000])
})

test('huge pages are taken off the memory that pods may have', () => {
  const { capacity, allocatable } = nodeResources({ ...machine, hugePages: { 'hugepages-2Mi': '1Gi' } }, defaultKubeletFlags)
  expect(capacity).toMatchObject({ memory: '8Gi', 'hugepages-2Mi': '1Gi', 'hugepages-1Gi': '0' })
  expect(allocatable).toMatchObject({ memory: `${8 * 1024 - 100 - 1024}Mi`, 'hugepages-2Mi': '1Gi' })
})

/** A node whose kubelet is `createAgent`'s, as somebody else finds it. */
const nodeOf = ({ cluster }: Agent) => must(cluster.client.get('nodes', 'n1'))
const readyOf = (agent: Agent) => nodeOf(agent).status.conditions?.find(({ type }) => type === 'Ready')
const toldBy = ({ cluster }: Agent) => cluster.list('events', 'default').flatMap(({ reason, count = 1 }) => Array.from({ length: count }, () => reason)).toSorted()

test('a kubelet that comes back after it was given up says so of every condition that was held to be Unknown', () => {
  const one = createAgent()
  one.cluster.advanceTo(15_000)
  const before = toldBy(one)
  const node = nodeOf(one)
  must(one.cluster.client.updateStatus('nodes', { ...node, status: { ...node.status, conditions: (node.status.conditions ?? []).map((condition) => ({ ...condition, status: 'Unknown' })) } }))
  one.agent.nodeChanged(nodeOf(one))
  one.cluster.advanceTo(30_000)
  expect(readyOf(one)?.status).toBe('True')
  expect(toldBy(one)).toEqual([...before, 'NodeHasNoDiskPressure', 'NodeHasSufficientMemory', 'NodeHasSufficientPID', 'NodeReady'].toSorted())
})

test('a node that gets ready while its kubelet starts is told to be at the next tenth of a second, and later in the next pass', () => {
  let hasNetwork = false
  const one = createAgent({ networkReady: () => hasNetwork })
  const turn = (at: number, has: boolean) => {
    one.cluster.advanceTo(at)
    hasNetwork = has
    one.agent.statusChanged()
  }
  turn(3_210, true)
  one.cluster.advanceTo(3_299)
  expect(readyOf(one)?.status).toBe('False')
  one.cluster.advanceTo(3_300)
  expect(readyOf(one)?.status).toBe('True')
  turn(4_000, false)
  one.cluster.advanceTo(9_999)
  expect(readyOf(one)?.status).toBe('True')
  one.cluster.advanceTo(10_000)
  expect(readyOf(one)?.status).toBe('False')
  turn(11_000, true)
  one.cluster.advanceTo(19_999)
  expect(readyOf(one)?.status).toBe('False')
  one.cluster.advanceTo(20_000)
  expect(readyOf(one)?.status).toBe('True')
})

test('a kubelet that starts on a machine whose pod network was set up before says at once that its node is ready', () => {
  const cluster = createTestCluster()
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24'] } }))
  const one = createAgent({ cluster, networkReady: () => false })
  expect(readyOf(one)).toMatchObject({ status: 'True', reason: 'KubeletReady' })
})
