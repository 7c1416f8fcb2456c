import type { DaemonSet, Node, Pod } from '../../src/sim/api/generated/types.ts'
import { deepFreeze } from '../../src/sim/api/objects.ts'
import { parseTime } from '../../src/sim/api/time.ts'
import { must } from '../../src/sim/api/status.ts'
import { affinityToNode, daemonTolerations, nodeFit, revisionOf } from '../../src/sim/controllers/daemon-set/daemon-pod.ts'
import { endedEvent, startDaemonSetController } from '../../src/sim/controllers/daemon-set/daemon-set-controller.ts'
import { countNodes, daemonSetStatus, planNode, planRollingUpdate, updateLimits } from '../../src/sim/controllers/daemon-set/daemon-set-plan.ts'
import { Timeline } from '../../src/sim/kernel/agenda.ts'
import { FailedPodBackOff } from '../../src/sim/controllers/daemon-set/failed-pod-back-off.ts'
import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { eventOf } from './replicaset.ts'
import { first, namedDifference, podOf, type Json, type Runner } from './workloads.ts'

const now = '2026-01-01T12:00:00Z'
const epoch = parseTime(now) ?? 0

/** What each kind of case is run by. */
const runners: Readonly<Record<string, Runner>> = {
  tolerations: (input, out) => namedDifference(out.tolerations, daemonTolerations({ tolerations: input.templateTolerations, hostNetwork: input.hostNetwork })),
  affinity: (input, out) => namedDifference(out.affinity, affinityToNode(input.templateAffinity ?? undefined, input.node)),
  node: (input, out) => namedDifference(out, nodeFit({ metadata: {}, spec: input.podSpec } as Json, input.node)),
  'node-pods': runNodePods,
  'failed-pod-backoff': runBackOff,
  'rolling-update': runRollingUpdate,
  status: runStatus,
  event: (input, out) => namedDifference({ type: out.event.type, reason: out.event.reason, message: out.event.message }, eventOf(setOf({}), input).event),
  burst: runBurst,
  deleting: runDeleting,
}

/** Whether something here plays a case of this kind. */
export function isDaemonSetKind({ in: input }: GoldenCase): boolean {
  return Object.hasOwn(runners, input.kind)
}

/** The daemon set controller's decisions. */
export const daemonSetSet: GoldenSet = {
  name: 'controllers/daemonset',
  run: (golden) => runners[golden.in.kind]?.(golden.in, golden.out),
}

function setOf({ metadata = {}, spec = {}, status = {} }: Json): DaemonSet {
  return deepFreeze({
    apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent', namespace: 'kube-system', uid: 'ds-1', creationTimestamp: now, resourceVersion: '1', ...metadata },
    spec: { selector: { matchLabels: { app: 'agent' } }, template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [] } }, updateStrategy: { type: 'RollingUpdate' }, ...spec },
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0, ...status },
  }) as unknown as DaemonSet
}

function nodeOf(name: string, wanted = true): Node {
  return deepFreeze({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: {} }, spec: wanted ? {} : { taints: [{ key: 'x', effect: 'NoSchedule' }] }, status: {} }) as unknown as Node
}

function runNodePods(input: Json, out: Json): string | null {
  const pods = (input.pods as Json[]).map(podOf)
  const revision = { hash: input.hash ?? 'new', generation: undefined }
  const fit = { shouldRun: input.shouldRun, shouldContinueRunning: input.shouldContinueRunning }
  const rules = { surge: (input.maxSurge ?? 0) !== 0, revision, minReadySeconds: input.minReadySeconds ?? 0, now: epoch }
  const plan = planNode(fit, pods.length > 0 ? pods : undefined, rules)
  const deletes = [...plan.ended, ...plan.deletes].map(({ metadata }) => metadata.name)
  return first([
    namedDifference({ create: out.create, delete: [...out.delete].sort() }, { create: plan.create ? 1 : 0, delete: deletes.sort() }),
    out.events ? namedDifference(out.events, plan.ended.map((pod) => endedEvent(pod, input.node)), 'events') : null,
  ])
}

/** After so many deletions, each as early as it may be: how long the next failed pod has to wait. */
function runBackOff(input: Json, out: Json): string | null {
  const timeline = new Timeline()
  const backOff = new FailedPodBackOff(timeline)
  for (let deleted = 0; deleted < input.deletionsSoFar; ) {
    const pause = backOff.pauseOrStart('node')
    if (pause === null) deleted += 1
    else timeline.advanceTo(timeline.now + pause)
  }
  return namedDifference(out.backoffMs, backOff.pauseOrStart('node') ?? 0, 'backoff')
}

function runRollingUpdate(input: Json, out: Json): string | null {
  const rollingUpdate = { maxSurge: input.maxSurge, maxUnavailable: input.maxUnavailable }
  const daemonSet = setOf({ spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate } } })
  const revision = revisionOf(daemonSet)
  const pods = new Map<string, readonly Pod[]>()
  const nodes = (input.nodes as Json[]).map((node, at) => {
    const onNode = (['old', 'new'] as const).filter((age) => node[age] !== null && node[age] !== undefined)
    const made = onNode.map((age) => podOf({ name: `${age}-${at}`, ready: node[age] === 'ok', hash: age === 'new' ? revision.hash : 'old', nodeName: `node-${at}` }))
    if (made.length > 0) pods.set(`node-${at}`, made)
    return nodeOf(`node-${at}`)
  })
  const plan = planRollingUpdate(daemonSet, nodes, pods, revision, epoch)
  const limits = updateLimits(daemonSet, nodes.length)
  const onNode = (at: string, age: 'old' | 'new'): string => input.nodes[Number(at.split('-')[1])][age]
  const deletes = plan.deletes.map(({ metadata }) => metadata.name)
  return namedDifference(out, {
    resolvedMaxUnavailable: limits.maxUnavailable,
    resolvedMaxSurge: limits.maxSurge,
    deleteUnavailableOld: deletes.filter((name) => onNode(name, 'old') !== 'ok').length,
    deleteAvailableOld: deletes.filter((name) => onNode(name, 'old') === 'ok').length,
    deleteOldBesideAvailableNew: deletes.filter((name) => onNode(name, 'new') === 'ok').length,
    createNewBeside: plan.creates.length,
    createNewBesideUnavailableOld: plan.creates.filter((name) => onNode(name, 'old') !== 'ok').length,
    createNewBesideAvailableOld: plan.creates.filter((name) => onNode(name, 'old') === 'ok').length,
  })
}

function runStatus(input: Json, out: Json): string | null {
  // Ready but not available: ready for less than minReadySeconds.
  const daemonSet = setOf({ spec: { minReadySeconds: 60 } })
  const revision = revisionOf(daemonSet)
  const pods = new Map<string, readonly Pod[]>()
  const nodes = (input.nodes as Json[]).map((node, at) => {
    const made = (node.pods as Json[]).map((pod, index) => {
      const readySince = pod.available === false ? '2026-01-01T11:59:50Z' : '2026-01-01T00:10:00Z'
      return podOf({ ...pod, name: `pod-${at}-${index}`, readySince, hash: pod.updated ? revision.hash : 'old', nodeName: `node-${at}` })
    })
    if (made.length > 0) pods.set(`node-${at}`, made)
    return nodeOf(`node-${at}`, node.wanted)
  })
  return namedDifference(out, daemonSetStatus(daemonSet, countNodes(daemonSet, nodes, pods, revision, epoch)))
}

/** A cluster with a daemon set and nothing else that could act. */
function clusterWith(nodes: number, metadata: Json = {}): ReturnType<typeof createTestCluster> {
  const cluster = createTestCluster()
  const { client } = cluster
  must(client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } as Json))
  for (let at = 0; at < nodes; at += 1) {
    const node = must(client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${at}` }, spec: {} } as Json))
    if (node.spec.taints) must(client.update('nodes', { ...node, spec: {} }))
  }
  const template = { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'agent', image: 'agent' }] } }
  const daemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent', namespace: 'shop', ...metadata }, spec: { selector: { matchLabels: { app: 'agent' } }, template } }
  must(client.create('daemonsets', daemonSet as Json))
  return cluster
}

function runBurst(input: Json, out: Json): string | null {
  const cluster = clusterWith(input.nodes)
  cluster.component('daemonset-controller', startDaemonSetController)
  cluster.settle(120_000)
  const created = cluster.trace.since(0).flatMap(({ kind, detail }) => (kind === 'decision' ? [(detail as { creates: readonly string[] }).creates.length] : []))
  return namedDifference(out.createdPerSync, created, 'createdPerSync')
}

function runDeleting(_input: Json, out: Json): string | null {
  const cluster = clusterWith(1, { finalizers: ['example.com/holds'] })
  must(cluster.client.delete('daemonsets', 'shop/agent'))
  const before = cluster.trace.end
  cluster.component('daemonset-controller', startDaemonSetController)
  cluster.settle(10_000)
  return namedDifference(out.actions, cluster.trace.since(before).filter(({ author }) => author === 'daemonset-controller').map(({ what }) => what), 'actions')
}
