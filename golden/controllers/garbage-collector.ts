import type { KubernetesObject } from '../../src/sim/api/objects.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import type { OwnerReference } from '../../src/sim/api/generated/types.ts'
import { definitionOf, resources } from '../../src/sim/api/resources.ts'
import type { Resource } from '../../src/sim/api/resources.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import type { TestCluster } from '../../src/sim/cluster/testing.ts'
import { startGarbageCollector } from '../../src/sim/controllers/garbage-collector/garbage-collector.ts'
import { blockingDependents, ObjectGraph } from '../../src/sim/controllers/garbage-collector/object-graph.ts'
import { planItem } from '../../src/sim/controllers/garbage-collector/plan-item.ts'
import type { OwnerState } from '../../src/sim/controllers/garbage-collector/plan-item.ts'
import { difference } from '../harness.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from '../partial.ts'

/** Whether something here plays a case of this kind, about kinds that can be deleted here. */
export function isCollectorKind({ in: input }: GoldenCase): boolean {
  return Object.hasOwn(runs, input.kind) && ((input.kinds ?? []).length === 0 || input.kinds.some(resourceOfKind))
}

/** One item, one owner, or a small family of the garbage collector. */
export const garbageCollector: GoldenSet = {
  name: 'controllers/garbage-collector',
  run: (golden) => runs[golden.in.kind]?.(golden),
}

const runs: Readonly<Record<string, (golden: GoldenCase) => string | null>> = {
  item: judgeItem,
  foreground: waitForDependents,
  orphan: leaveBehind,
  'delete-request': requestDeletion,
  timeline: watchOrder,
}

const states: Readonly<Record<string, OwnerState>> = {
  absent: 'absent', 'other-uid': 'absent', exists: 'solid', 'foreground-deleting': 'waiting', 'background-deleting': 'solid',
}

function judgeItem({ in: { item = {}, owners, dependents = 0 }, out }: GoldenCase): string | null {
  const plan = planItem({
    isBeingDeleted: !!item.deletionTimestamp,
    finalizers: item.finalizers ?? [],
    owners: owners.map((owner: { name: string; state: string; blockOwnerDeletion?: boolean }) => ({ owner: reference(owner.name, owner.name, owner.blockOwnerDeletion), state: states[owner.state] })),
    hasDependents: dependents > 0,
    hasWaitingDependent: false,
  })
  if (plan.kind === 'keep') return partialDifference(out, { action: 'none' })
  if (plan.kind === 'disown') return partialDifference(out, { action: 'patch', removedOwners: plan.owners.map(({ name }) => name) })
  return partialDifference(out, { action: 'delete', propagationPolicy: plan.propagationPolicy })
}

function waitForDependents({ in: { dependents }, out }: GoldenCase): string | null {
  const graph = new ObjectGraph({ attemptToDelete() {}, attemptToOrphan() {}, invalidNamespace() {} })
  graph.put('configmaps', bare('owner', { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] }), undefined)
  for (const { name, blockOwnerDeletion, deletingDependents } of dependents) {
    const waits = deletingDependents ? { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] } : {}
    graph.put('configmaps', bare(name, { ownerReferences: [reference('owner', 'owner', blockOwnerDeletion)], ...waits }), undefined)
  }
  const blocking = blockingDependents(graph.get('owner')!)
  return partialDifference(out, { finalizerRemoved: blocking.length === 0, enqueued: blocking.filter((node) => !node.isDeletingDependents).map(({ name }) => name) })
}

function leaveBehind({ in: { dependents }, out }: GoldenCase): string | null {
  const cluster = createTestCluster()
  const owner = createConfigMap(cluster, 'owner')
  for (const name of dependents) createConfigMap(cluster, name, [reference('owner', owner.metadata.uid, true)])
  cluster.component('garbage-collector', startGarbageCollector)
  cluster.settle()
  must(cluster.client.delete('configmaps', keyOf(owner), { propagationPolicy: 'Orphan' }))
  cluster.settle()
  const patched = cluster.list('configmaps', 'default').filter(({ metadata }) => !metadata.ownerReferences).map(({ metadata }) => metadata.name)
  const isGone = !cluster.client.get('configmaps', 'default/owner').ok
  return partialDifference(out, { patchedDependents: patched, finalizerRemoved: isGone ? 'orphan' : undefined })
}

function requestDeletion({ in: { propagationPolicy, kinds = ['ConfigMap'] }, out }: GoldenCase): string | null {
  for (const resource of kinds.map(resourceOfKind).filter((found: Resource | undefined) => found !== undefined)) {
    const cluster = createTestCluster()
    const held = must(cluster.client.create(resource, draftFor(resource, 'x', [], ['example.com/hold']))) as KubernetesObject
    const deleted = cluster.client.delete(resource, keyOf(held), propagationPolicy && { propagationPolicy })
    const left = must(cluster.client.get(resource, keyOf(held)))
    const added = (left.metadata.finalizers ?? []).filter((finalizer: string) => finalizer !== 'example.com/hold')
    const policy = added.includes('orphan') ? 'Orphan' : added.includes('foregroundDeletion') ? 'Foreground' : 'Background'
    const actual = { policy, ...(out.finalizersAdded && { finalizersAdded: added }), ...(out.removedAtOnce !== undefined && { removedAtOnce: added.length === 0 }), warning: deleted.ok ? deleted.warnings?.[0] : undefined }
    const found = partialDifference(out, actual)
    if (found) return `${resource}: ${found}`
  }
  return null
}

function watchOrder({ in: { objects, propagationPolicy }, out }: GoldenCase): string | null {
  const cluster = createTestCluster()
  const uids = new Map<string, string>()
  const kindOf = new Map<string, string>()
  const order: string[] = []
  let first: { resource: Resource; key: string } | undefined
  for (const text of objects as readonly string[]) {
    const match = /^(\w+) ([\w-]+)(?: \(owned by ([\w-]+)(, blocking)?\))?$/.exec(text)
    if (!match) return `cannot read ${text}`
    const [, kind = '', name = '', owner, blocking] = match
    const resource = resourceOfKind(kind)!
    const owners = owner === undefined ? [] : [{ ...reference(owner, uids.get(owner)!, blocking !== undefined), kind: kindOf.get(owner)!, apiVersion: definitionOf(resourceOfKind(kindOf.get(owner)!)!).apiVersion }]
    const made = must(cluster.client.create(resource, draftFor(resource, name, owners))) as KubernetesObject
    uids.set(name, made.metadata.uid)
    kindOf.set(name, kind)
    first ??= { resource, key: keyOf(made) }
    must(cluster.client.watch(resource, undefined, { resourceVersion: made.metadata.resourceVersion }, {
      event: ({ type, object }) => type === 'DELETED' && object.metadata.uid === made.metadata.uid && order.push(`${kind} ${name}`),
      closed() {},
    }))
  }
  cluster.component('garbage-collector', startGarbageCollector)
  cluster.settle()
  must(cluster.client.delete(first!.resource, first!.key, { propagationPolicy }))
  cluster.settle()
  return difference(out.order, order)
}

function resourceOfKind(kind: string): Resource | undefined {
  return resources.find((definition) => definition.kind === kind)?.resource
}

function reference(name: string, uid: string, blockOwnerDeletion = false): OwnerReference {
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion }
}

function bare(name: string, metadata: object): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata } }
}

function createConfigMap(cluster: TestCluster, name: string, ownerReferences: readonly OwnerReference[] = []): KubernetesObject {
  return must(cluster.client.create('configmaps', draftFor('configmaps', name, ownerReferences)))
}

function draftFor<R extends Resource>(resource: R, name: string, ownerReferences: readonly OwnerReference[], finalizers: readonly string[] = []): Draft<R> {
  const { kind, group, version } = resources.find((definition) => definition.resource === resource)!
  const labels = { app: name }
  const podSpec = { containers: [{ name: 'c', image: 'i' }] }
  const template = { metadata: { labels }, spec: podSpec }
  const selector = resource === 'replicationcontrollers' ? labels : { matchLabels: labels }
  const spec = resource === 'pods' ? podSpec : resource === 'services' ? { ports: [{ port: 80 }] } : { selector, template }
  const metadata = { name, namespace: 'default', labels, ownerReferences, finalizers }
  return { apiVersion: group ? `${group}/${version}` : version, kind, metadata, ...(resource === 'podtemplates' ? { template } : resource !== 'configmaps' && { spec }) } as unknown as Draft<R>
}
