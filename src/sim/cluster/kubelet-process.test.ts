import { expect, test } from 'vitest'
import type { Lease, Pod } from '../api/generated/types.ts'
import { defaultKubeletFlags } from '../kubelet/flags.ts'
import { createContainerRuntime } from '../runtime/container-runtime.ts'
import { createImageCatalogue, createRegistry } from '../runtime/image-catalogue.ts'
import { createNodeDisk } from '../runtime/node-disk.ts'
import { popularImages } from '../runtime/popular-images.ts'
import { Cluster } from './cluster.ts'
import { must, nodeOf, podsOn, second, stored } from './faults/testing.ts'
import { KubeletProcess } from './kubelet-process.ts'
import type { Link } from './link.ts'

/** A machine beside those of a cluster, of which there is only its kubelet. */
function started() {
  const cluster = new Cluster(7, { workers: 1 })
  cluster.advanceTo(0)
  const images = createImageCatalogue(popularImages)
  const runtime = createContainerRuntime({ agenda: cluster.timeline, nodeName: 'spare', random: cluster.random.of('spare'), images, registry: createRegistry(images), processes: new Map(), disk: createNodeDisk(), epochStart: cluster.start })
  const machine = { cpu: '2', memory: '4Gi', ip: '192.168.9.9', podCIDR: '10.244.99.0/24' }
  const process = new KubeletProcess(cluster, { name: 'spare', machine, runtime, flags: defaultKubeletFlags, staticPods: [] })
  cluster.advanceTo(30 * second)
  expect(nodeOf(cluster, 'spare')).toBeDefined()
  return {
    cluster, process, runtime,
    link: (process as unknown as { readonly link: Link }).link,
    run(): void {
      must(cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { nodeName: 'spare', containers: [{ name: 'web', image: 'nginx:1.27' }] } }] }))
    },
    phase: (): string | undefined => podsOn(cluster, 'spare').find((pod: Pod) => pod.metadata.name === 'web')?.status.phase,
    renewal: () => stored<Lease & { metadata: { name: string } }>(cluster, 'leases/kube-node-lease').find(({ metadata }) => metadata.name === 'spare')?.spec.renewTime,
  }
}

test('while its loop stands still it starts no pods and renews its lease all the same; what came meanwhile is started then', () => {
  const { cluster, process, run, phase, renewal } = started()
  process.keep(true, false)
  const before = renewal()
  run()
  cluster.advanceTo(60 * second)
  expect(phase()).toBe('Pending')
  expect(renewal()).not.toBe(before)
  process.keep(true, true)
  cluster.advanceTo(90 * second)
  expect(phase()).toBe('Running')
})

test('while all of it stands still its lease is not renewed, and it is the same kubelet that goes on', () => {
  const { cluster, process, renewal } = started()
  process.keep(false, false)
  const before = renewal()
  cluster.advanceTo(60 * second)
  expect(renewal()).toBe(before)
  process.keep(true, true)
  cluster.advanceTo(90 * second)
  expect(renewal()).not.toBe(before)
})

test.each([['killed', 'end', false], ['gone with its machine', 'lose', true]] as const)('once it is %s it does nothing any more', (_, how, isConnected) => {
  const { cluster, process, link, run, phase, renewal } = started()
  expect(link.listening).toBe(true)
  process[how]()
  // Of what has no power nobody tells the server that its connections are dead.
  expect(link.listening).toBe(isConnected)
  const before = renewal()
  run()
  cluster.advanceTo(60 * second)
  expect(renewal()).toBe(before)
  expect(phase()).toBe('Pending')
})

test('what ends after it was killed is not started again', () => {
  const { cluster, process, runtime, run, phase } = started()
  const states = () => [...runtime.sandboxes()].filter(({ podName }) => podName === 'web').flatMap(({ containers }) => containers.map(({ state }) => state))
  run()
  cluster.advanceTo(60 * second)
  expect([phase(), states()]).toEqual(['Running', ['running']])
  process.end()
  for (const { podName, containers } of runtime.sandboxes()) if (podName === 'web') for (const { id } of containers) runtime.killContainer(id)
  cluster.advanceTo(120 * second)
  expect(states()).toEqual(['exited'])
})
