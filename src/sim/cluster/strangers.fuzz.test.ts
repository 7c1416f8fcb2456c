import { expect, test } from 'vitest'
import { gallery, startScenario } from '../../scenario/gallery.ts'
import { RandomStreams, type Random } from '../kernel/random.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { ObjectList } from '../api/request.ts'
import { resources } from '../api/resources.ts'
import { must, type Result } from '../api/status.ts'
import { Cluster } from './cluster.ts'
import type { Command, Manifest } from './run.ts'

const manifests = [startScenario, ...gallery].flatMap(({ scenario }) => scenario.run.commands).flatMap(({ command }) => (command.kind === 'apply' ? command.manifests : []))

const values: readonly unknown[] = [
  null, true, false, 0, -1, 1, 30, 8080, 2_147_483_647,
  '', 'a', '1.2.3.4', '::1', '10%', '100m', '1Gi', 'None', 'TCP', 'Always', 'Never', 'x.y/z', '2026-01-01T09:00:30Z', 'nginx:1.27', 'worker-1', 'default', 'kube-system', 'True', 'Unknown', 'NoExecute', 'Recreate', 'Failed', 'Succeeded', 'orphan', 'foregroundDeletion', 'exit 1',
]

/** The same, but for one thing in it. */
function changed(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null) return random.pick(values)
  const entries = Object.entries(value)
  if (entries.length === 0) return value
  const at = random.below(entries.length)
  const isList = Array.isArray(value)
  const [key, inner] = entries[at]!
  if (random.chance(1, 6)) return isList ? value.toSpliced(at, 1) : Object.fromEntries(entries.toSpliced(at, 1))
  if (isList) return random.chance(1, 4) ? [...(value as unknown[]), inner] : value.with(at, changed(inner, random))
  return { ...value, [key]: changed(inner, random) }
}

function changedOften<T>(value: T, times: number, random: Random): T {
  return Array.from({ length: times }).reduce<T>((result) => changed(result, random) as T, value)
}

const troubles: readonly Command[] = [
  { kind: 'power-off', node: 'worker-1' }, { kind: 'power-on', node: 'worker-1' }, { kind: 'cut-off', node: 'worker-2' }, { kind: 'reconnect', node: 'worker-2' }, { kind: 'cordon', node: 'worker-2' }, { kind: 'uncordon', node: 'worker-2' },
  { kind: 'stop', component: 'kube-controller-manager' }, { kind: 'start', component: 'kube-controller-manager' },
]

/** Something that is there is written anew, deleted, or gets company. */
function nextCommand(cluster: Cluster, random: Random): Command {
  if (random.chance(1, 8)) return random.pick(troubles)
  if (random.chance(1, 3)) return { kind: 'apply', manifests: [changedOften<Manifest>(random.pick(manifests), random.below(4), random)] }
  const { group, version, resource, subresources } = random.pick(resources)
  const { items } = must(cluster.ask({ kind: 'read', request: { verb: 'list', group, version, resource } }) as Result<ObjectList>)
  if (items.length === 0) return random.pick(troubles)
  const object = random.pick(items)
  const { namespace, name } = object.metadata
  const place = { group, version, resource, name, ...(namespace !== undefined && { namespace }) }
  if (random.chance(1, 12)) return { kind: 'request', request: { ...place, verb: 'delete', body: { propagationPolicy: random.pick(['Orphan', 'Foreground', 'Background']) } } }
  const subresource = random.chance(1, 3) && subresources.includes('status') ? { subresource: 'status' } : {}
  return { kind: 'request', request: { ...place, ...subresource, verb: 'update', body: changedOften<KubernetesObject>(object, 1 + random.below(3), random), options: { fieldValidation: 'Ignore' } } }
}

// An assertion that fails anywhere, or an error that nobody catches, ends a run.
test.each(Array.from({ length: 12 }, (_, at) => 31 + at))('whatever a stranger changes, the components live with it (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('strangers')
  const cluster = new Cluster(seed, { workers: 2 })
  cluster.advanceTo(1000)
  let accepted = 0
  for (let step = 0; step < 100; step += 1) {
    if (cluster.perform(nextCommand(cluster, random)).ok) accepted += 1
    cluster.advanceTo(cluster.now + random.pick([1, 100, 2000, 20_000, 60_000]))
  }
  cluster.advanceTo(cluster.now + 600_000)
  expect(accepted).toBeGreaterThan(20)
})
