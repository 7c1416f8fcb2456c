import { expect, test } from 'vitest'
import { RandomStreams } from '../../kernel/random.ts'
import type { Random } from '../../kernel/random.ts'
import type { EndpointSlice, Pod } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import { must } from '../../api/status.ts'
import type { Draft } from '../../client/component.ts'
import { createTestCluster } from '../../cluster/testing.ts'
import type { TestCluster } from '../../cluster/testing.ts'
import { startEndpointController } from '../endpoint/endpoint-controller.ts'
import { startEndpointSliceController } from './endpoint-slice-controller.ts'

const maxEndpointsPerSlice = 5

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`at rest the slices of a Service, and its Endpoints, say what its pods are, whatever happened and however late it was seen (seed ${seed})`, () => {
    const random = new RandomStreams(seed).of('test')
    const cluster = createTestCluster({ seed, watchLag: { pods: random.between(1, 3_000), endpointslices: random.between(1, 3_000), endpoints: random.between(1, 3_000), services: random.between(1, 500) } })
    must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'za' } }, spec: {} }))
    for (const name of ['web', 'all']) createService(cluster, name)
    // On one set of caches, as in kube-controller-manager: what a pod's change concerns is looked up once for both.
    cluster.component('endpoint-controllers', (context) => {
      startEndpointSliceController(context, { maxEndpointsPerSlice })
      startEndpointController(context)
    }, { qps: 40, burst: 60 })
    for (let step = 0; step < 120; step += 1) {
      change(cluster, random, step)
      cluster.advanceTo(cluster.timeline.now + random.below(700))
    }
    // Every look at a cache that is late doubles the wait until the next, as upstream's does: up to 1000 s.
    cluster.advanceTo(cluster.timeline.now + 1_100_000)
    expect(shown(cluster, 'web')).toEqual(wanted(cluster, (pod) => pod.metadata.labels?.['app'] === 'web'))
    expect(shown(cluster, 'all')).toEqual(wanted(cluster, () => true))
    expect(addresses(cluster, 'web')).toEqual(wantedAddresses(cluster, (pod) => pod.metadata.labels?.['app'] === 'web'))
    expect(addresses(cluster, 'all')).toEqual(wantedAddresses(cluster, () => true))
    for (const slice of cluster.list('endpointslices')) expect(slice.endpoints?.length ?? 0).toBeLessThanOrEqual(maxEndpointsPerSlice)
    const before = cluster.store.revision
    cluster.advanceTo(cluster.timeline.now + 60_000)
    expect(cluster.store.revision).toBe(before)
  })
}

function createService(cluster: TestCluster, name: string): void {
  const selector = name === 'all' ? { tier: 'any' } : { app: 'web' }
  must(cluster.client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { selector, ports: [{ port: 80, targetPort: 8080 }] } } as unknown as Draft<'services'>))
}

function change(cluster: TestCluster, random: Random, step: number): void {
  const pods = cluster.list('pods', 'default')
  const pod = pods.length > 0 ? random.pick(pods) : undefined
  const action = random.below(10)
  if (!pod || action < 4) return createPod(cluster, `p${step}`, step, random)
  if (action < 6) return void must(cluster.client.updateStatus('pods', withReady(pod, random.chance(1, 2))))
  if (action === 6) return void must(cluster.client.delete('pods', keyOf(pod), { gracePeriodSeconds: random.chance(1, 2) ? 0 : 30 }))
  if (action === 7) return void must(cluster.client.patch('pods', keyOf(pod), 'merge', { metadata: { labels: { app: random.pick(['web', 'other']) } } }))
  const slice = random.pick([...cluster.list('endpointslices', 'default').filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] !== 'kubernetes'), undefined])
  if (!slice) return
  if (action === 8) for (const each of [slice, ...cluster.list('endpoints', 'default')]) if (each.metadata.name !== 'kubernetes') must(cluster.client.delete(each.kind === 'Endpoints' ? 'endpoints' : 'endpointslices', keyOf(each)))
  if (action !== 8) must(cluster.client.update('endpointslices', { ...slice, endpoints: [] }))
}

function createPod(cluster: TestCluster, name: string, step: number, random: Random): void {
  const labels = { app: random.pick(['web', 'other']), tier: 'any' }
  const made = must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] } } as unknown as Draft<'pods'>))
  const ip = `10.244.0.${step + 1}`
  must(cluster.client.updateStatus('pods', withReady({ ...made, status: { ...made.status, phase: 'Running', podIP: ip, podIPs: [{ ip }] } }, random.chance(1, 2))))
}

function withReady(pod: Pod, isReady: boolean): Pod {
  return { ...pod, status: { ...pod.status, conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] } }
}

function shown(cluster: TestCluster, service: string): readonly string[] {
  const slices = cluster.list('endpointslices', 'default').filter(({ metadata }: EndpointSlice) => metadata.labels?.['kubernetes.io/service-name'] === service)
  return slices.flatMap(({ endpoints = [] }) => endpoints).map(({ addresses, conditions }) => `${addresses.join()} ${conditions?.ready} ${conditions?.serving} ${conditions?.terminating}`).sort()
}

function wanted(cluster: TestCluster, isSelected: (pod: Pod) => boolean): readonly string[] {
  return cluster.list('pods', 'default').filter(isSelected).map(({ metadata, status }) => {
    const serving = status.conditions?.[0]?.status === 'True'
    const terminating = metadata.deletionTimestamp !== undefined
    return `${status.podIP} ${serving && !terminating} ${serving} ${terminating}`
  }).sort()
}

/** Those of the Endpoints; `!` is not ready. */
function addresses(cluster: TestCluster, service: string): readonly string[] {
  const found = cluster.list('endpoints', 'default').find(({ metadata }) => metadata.name === service)
  return (found?.subsets ?? []).flatMap(({ addresses: ready = [], notReadyAddresses = [] }) => [...ready.map(({ ip }) => ip), ...notReadyAddresses.map(({ ip }) => `!${ip}`)]).sort()
}

/** A pod that is leaving is in the slices, not in the Endpoints. */
function wantedAddresses(cluster: TestCluster, isSelected: (pod: Pod) => boolean): readonly string[] {
  const pods = cluster.list('pods', 'default').filter((pod) => isSelected(pod) && pod.metadata.deletionTimestamp === undefined)
  return pods.map(({ status }) => `${status.conditions?.[0]?.status === 'True' ? '' : '!'}${status.podIP}`).sort()
}
