import { expect, test } from 'vitest'
import type { ReplicaSet } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { shopManifests } from '../../scenario/shop.ts'
import { Cluster } from './cluster.ts'
import type { Manifest } from './run.ts'

const nodePorts: Manifest = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'doors' }, spec: { type: 'NodePort', ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }] } }
const elsewhere = shopManifests().map((manifest) => ({ ...manifest, metadata: { ...(manifest['metadata'] as object), name: 'other' } }))

/** Plays the shop; an observer drains, reads and previews all the while. */
function play(observed: boolean): string {
  const cluster = new Cluster(5, { workers: 2 })
  if (observed) cluster.observe()
  cluster.advanceTo(0)
  const look = (manifests: readonly Manifest[]): void => {
    if (!observed) return
    cluster.drain()
    cluster.ask({ kind: 'preview', manifests })
    cluster.ask({ kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'pods' } })
  }
  look([...shopManifests(), nodePorts])
  cluster.perform({ kind: 'apply', manifests: shopManifests() })
  for (let time = 1000; time < 90_000; time += 7000) {
    cluster.advanceTo(time)
    look(elsewhere)
  }
  cluster.perform({ kind: 'apply', manifests: [nodePorts] })
  cluster.advanceTo(120_000)
  return cluster.hash()
}

test('a run that is looked at, read and previewed is the run that is not', () => {
  expect(play(true)).toBe(play(false))
})

test('a pod of a template that was only tried leaves the names of those that follow as they were', () => {
  const play = (tries: boolean): string => {
    const cluster = new Cluster(5, { workers: 1 })
    cluster.advanceTo(0)
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } }
    cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web' }, spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template } }] })
    cluster.advanceTo(5000)
    const read = cluster.ask({ kind: 'read', request: { verb: 'get', group: 'apps', version: 'v1', resource: 'replicasets', namespace: 'default', name: 'web' } })
    const { spec } = must(read) as ReplicaSet
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'try' }, spec: spec.template.spec }
    if (tries) must(cluster.ask({ kind: 'read', request: { verb: 'create', group: '', version: 'v1', resource: 'pods', namespace: 'default', body, options: { dryRun: true } } }))
    cluster.perform({ kind: 'scale', resource: 'replicasets', key: 'default/web', replicas: 2 })
    cluster.advanceTo(30_000)
    return cluster.hash()
  }
  expect(play(true)).toBe(play(false))
})
