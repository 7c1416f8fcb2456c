import { expect, test } from 'vitest'
import { internalError } from '../api/errors.ts'
import { refused } from '../api/status.ts'
import type { Client } from '../client/component.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'
import { createContainerRuntime } from '../runtime/container-runtime.ts'
import { createImageCatalogue, createRegistry } from '../runtime/image-catalogue.ts'
import { createNodeDisk } from '../runtime/node-disk.ts'
import { defaultKubeletFlags, type KubeletFlags } from './flags.ts'
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

function createAgent(flags: KubeletFlags = defaultKubeletFlags): Agent {
  const cluster = createTestCluster()
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
    agent = new NodeAgent({ context: { ...context, client }, runtime, nodeName: 'n1', machine, flags, networkReady: () => true, registered: () => undefined })
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
