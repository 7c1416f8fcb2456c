import { expect, test } from 'vitest'
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
