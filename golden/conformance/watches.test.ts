import { expect } from 'vitest'
import type { ConfigMap } from '../../src/sim/api/generated/types.ts'
import { RandomStreams } from '../../src/sim/kernel/random.ts'
import { must } from '../../src/sim/api/status.ts'
import { conformance, withLabels, type Bench } from './conformance.ts'

const label = 'watch-this-configmap'

function mutated(bench: Bench, name: string, mutation: string): ConfigMap {
  return bench.update('configmaps', bench.key(name), (map) => ({ ...map, data: { ...map.data, mutation } }))
}

conformance('watch-restart', (bench) => {
  const labelSelector = `${label}=watch-closed-and-restarted`
  const name = 'e2e-watch-test-watch-closed'
  const first = bench.watch('configmaps', { labelSelector })
  bench.create('configmaps', { metadata: { name, labels: { [label]: 'watch-closed-and-restarted' } } })
  mutated(bench, name, '1')
  expect(first.types()).toEqual(['ADDED', 'MODIFIED'])
  first.stop()
  const second = mutated(bench, name, '2')
  const restarted = bench.watch('configmaps', { labelSelector, resourceVersion: first.events[1]!.object.metadata.resourceVersion })
  bench.delete('configmaps', bench.key(name))
  bench.pass(10_000)
  expect(restarted.types()).toEqual(['MODIFIED', 'DELETED'])
  expect(restarted.events[0]!.object).toEqual(second)
  expect(first.types()).toEqual(['ADDED', 'MODIFIED'])
})

conformance('watch-from-rv', (bench) => {
  const name = 'e2e-watch-test-resource-version'
  bench.create('configmaps', { metadata: { name, labels: { [label]: 'from-resource-version' } } })
  const first = mutated(bench, name, '1')
  const second = mutated(bench, name, '2')
  bench.delete('configmaps', bench.key(name))
  const watch = bench.watch('configmaps', { labelSelector: `${label}=from-resource-version`, resourceVersion: first.metadata.resourceVersion })
  bench.pass(10_000)
  expect(watch.types()).toEqual(['MODIFIED', 'DELETED'])
  expect(watch.events[0]!.object).toEqual(second)
  expect(watch.events[1]!.object.data).toEqual({ mutation: '2' })
})

conformance('watch-selectors', (bench) => {
  const a = bench.watch('configmaps', { labelSelector: `${label}=multiple-watchers-A` })
  const b = bench.watch('configmaps', { labelSelector: `${label}=multiple-watchers-B` })
  const both = bench.watch('configmaps', { labelSelector: `${label} in (multiple-watchers-A,multiple-watchers-B)` })
  const name = 'e2e-watch-test-configmap-a'
  const answers = [bench.create('configmaps', { metadata: { name, labels: { [label]: 'multiple-watchers-A' } } }), mutated(bench, name, '1'), mutated(bench, name, '2')]
  bench.delete('configmaps', bench.key(name))
  bench.pass(10_000)
  for (const watch of [a, both]) {
    expect(watch.types()).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED'])
    expect(watch.events.slice(0, 3).map(({ object }) => object)).toEqual(answers)
    expect(watch.events[3]!.object.data).toEqual({ mutation: '2' })
  }
  expect(b.events).toEqual([])
  const made = bench.create('configmaps', { metadata: { name: 'e2e-watch-test-configmap-b', labels: { [label]: 'multiple-watchers-B' } } })
  bench.delete('configmaps', bench.key('e2e-watch-test-configmap-b'))
  bench.pass(10_000)
  expect(b.types()).toEqual(['ADDED', 'DELETED'])
  expect(b.events[0]!.object).toEqual(made)
  expect(both.types().slice(4)).toEqual(['ADDED', 'DELETED'])
  expect(a.events).toHaveLength(4)
})

conformance('watch-label-change', (bench) => {
  const name = 'e2e-watch-test-label-changed'
  const labelled = (value: string) => bench.update('configmaps', bench.key(name), (map) => withLabels(map, { [label]: value }))
  const watch = bench.watch('configmaps', { labelSelector: `${label}=label-changed-and-restored` })
  bench.create('configmaps', { metadata: { name, labels: { [label]: 'label-changed-and-restored' } } })
  mutated(bench, name, '1')
  labelled('wrong-value')
  bench.pass(1_000)
  expect(watch.types()).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
  mutated(bench, name, '2')
  bench.pass(10_000)
  expect(watch.events).toHaveLength(3)
  labelled('label-changed-and-restored')
  mutated(bench, name, '3')
  bench.delete('configmaps', bench.key(name))
  bench.pass(1_000)
  expect(watch.types().slice(3)).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
  expect(watch.events[3]!.object.data).toEqual({ mutation: '2' })
})

conformance('watch-order', (bench) => {
  const random = new RandomStreams(7).of('writer')
  const living = new Set<string>()
  let made = 0
  const write = (): void => {
    const [some] = [...living].slice(random.below(living.size || 1))
    const kind = some === undefined ? 0 : random.below(3)
    if (kind === 0) {
      made += 1
      living.add(`cm-${made}`)
      bench.create('configmaps', { metadata: { name: `cm-${made}` } })
    } else if (kind === 1) {
      must(bench.client.update('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: some!, namespace: bench.namespace }, data: { at: String(bench.now) } } as unknown as ConfigMap))
    } else {
      living.delete(some!)
      bench.delete('configmaps', bench.key(some!))
    }
    bench.cluster.timeline.after(5, 'test: write', write)
  }
  let version = must(bench.client.list('configmaps', bench.namespace)).metadata.resourceVersion
  write()
  const open: { readonly watch: ReturnType<typeof bench.watch>; taken: number }[] = []
  for (let round = 0; round < 100; round += 1) {
    open.push({ watch: bench.watch('configmaps', { resourceVersion: version }), taken: 0 })
    bench.within(10_000, 'every watch has its next event', () => open.every(({ watch, taken }) => watch.events.length > taken))
    const versions = open.map((each) => each.watch.events[each.taken]!.object.metadata.resourceVersion)
    for (const each of open) each.taken += 1
    expect(new Set(versions).size).toBe(1)
    version = versions[0]!
  }
})
