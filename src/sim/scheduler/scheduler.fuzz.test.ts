import { expect, test } from 'vitest'
import type { Node, Pod } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'
import { RandomStreams, type Random } from '../kernel/random.ts'
import { startScheduler } from './scheduler.ts'

/** Sizes are multiples of 100m, so that they add up exactly. */
const nodeMillis = 2_000

function addNodes(cluster: TestCluster, random: Random): void {
  for (let at = 0; at < 6; at += 1) {
    const labels = { zone: `z${at % 3}`, disk: random.pick(['ssd', 'hdd']) }
    const node = must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: `n${at}`, labels }, spec: {} }))
    const amounts = { cpu: `${nodeMillis}m`, memory: '8Gi', pods: '12' }
    const sized = must(cluster.client.updateStatus('nodes', { ...node, status: { capacity: amounts, allocatable: amounts } }))
    const taints: Node['spec']['taints'] = random.chance(1, 4) ? [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] : []
    must(cluster.client.update('nodes', { ...sized, spec: { ...sized.spec, taints, unschedulable: random.chance(1, 6) } }))
  }
}

function addPod(cluster: TestCluster, random: Random, at: number): void {
  const app = random.pick(['web', 'db', 'cache'])
  const anti = { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app } }, topologyKey: 'zone' }] }
  const ports = random.chance(1, 6) ? [{ containerPort: 80, hostPort: random.pick([8080, 9090]) }] : []
  const spec = {
    containers: [{ name: 'c', image: 'nginx', ports, resources: { requests: { cpu: `${random.between(1, 6)}00m` } } }],
    ...(random.chance(1, 4) && { nodeSelector: { disk: random.pick(['ssd', 'hdd']) } }),
    ...(random.chance(1, 4) && { tolerations: [{ key: 'dedicated', operator: 'Exists' }] }),
    ...(random.chance(1, 5) && { affinity: { podAntiAffinity: anti } }),
  }
  must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${at}`, namespace: 'default', labels: { app } }, spec: spec as unknown as Pod['spec'] }))
}

const millis = (pod: Pod): number => Number(pod.spec.containers[0]!.resources.requests!['cpu']!.replace('m', ''))
const hostPort = (pod: Pod): number | undefined => pod.spec.containers[0]!.ports?.[0]?.hostPort
const avoids = (pod: Pod): boolean => pod.spec.affinity?.podAntiAffinity !== undefined
const zoneOf = (node: Node): string | undefined => node.metadata.labels?.['zone']

/** What forbids the pod on the node beside these pods, by rules written down a second time. */
function objections(pod: Pod, node: Node, others: readonly Pod[], nodes: ReadonlyMap<string, Node>): string[] {
  const here = others.filter((other) => other.spec.nodeName === node.metadata.name)
  const nearby = others.filter((other) => zoneOf(nodes.get(other.spec.nodeName ?? '')!) === zoneOf(node) && other.metadata.labels?.['app'] === pod.metadata.labels?.['app'])
  const tolerant = pod.spec.tolerations?.some(({ key }) => key === 'dedicated')
  const found: string[] = []
  if (here.reduce((sum, other) => sum + millis(other), millis(pod)) > nodeMillis || here.length >= 12) found.push('room')
  if (node.spec.unschedulable) found.push('cordoned')
  if (node.spec.taints?.some(({ key }) => key === 'dedicated') && !tolerant) found.push('taint')
  if (pod.spec.nodeSelector && node.metadata.labels?.['disk'] !== pod.spec.nodeSelector['disk']) found.push('selector')
  if (hostPort(pod) !== undefined && here.some((other) => hostPort(other) === hostPort(pod))) found.push('port')
  if (nearby.some((other) => avoids(other) || avoids(pod))) found.push('anti-affinity')
  return found
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('places every pod that has a place, and none where it must not be (seed %i)', (seed) => {
  const cluster = createTestCluster({ seed, watchLag: { pods: seed * 20 } })
  const random = new RandomStreams(seed).of('world')
  must(cluster.client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }))
  addNodes(cluster, random)
  cluster.component('kube-scheduler', startScheduler, { qps: 50, burst: 100 })
  for (let at = 0; at < 50; at += 1) {
    addPod(cluster, random, at)
    cluster.advanceTo(cluster.timeline.now + random.below(40))
  }
  // Longer than the five minutes after which the forgotten are tried again.
  cluster.advanceTo(400_000)
  const nodes = new Map(cluster.list('nodes').map((node) => [node.metadata.name, node]))
  const pods = cluster.list('pods', 'default')
  const placed = pods.filter(({ spec }) => spec.nodeName)
  expect(placed.length).toBeGreaterThan(5)
  const wrong: string[] = []
  for (const pod of pods) {
    const others = placed.filter((other) => other !== pod)
    const node = nodes.get(pod.spec.nodeName ?? '')
    if (node) wrong.push(...objections(pod, node, others, nodes).map((objection) => `${pod.metadata.name} on ${node.metadata.name}: ${objection}`))
    else for (const [name, free] of nodes) if (objections(pod, free, others, nodes).length === 0) wrong.push(`${pod.metadata.name} waits though ${name} would do`)
  }
  expect(wrong).toEqual([])
})
