import { expect } from 'vitest'
import { conformance, pausePod, withLabels, type Bench } from './conformance.ts'

const taint = { key: 'kubernetes.io/e2e-evict-taint-key', value: 'evictTaintVal', effect: 'NoExecute' }

function tolerantPod(bench: Bench, name: string, tolerationSeconds: number, nodeName?: string): void {
  const tolerations = [{ key: taint.key, operator: 'Equal', value: taint.value, effect: taint.effect, tolerationSeconds }]
  bench.create('pods', pausePod(name, {}, { tolerations, terminationGracePeriodSeconds: 1, ...(nodeName && { nodeSelector: { 'kubernetes.io/hostname': nodeName } }) }))
  bench.running(name)
}

function setTaints(bench: Bench, node: string, taints: readonly object[]): void {
  bench.update('nodes', node, (object) => ({ ...object, spec: { ...object.spec, taints } }))
}

conformance('two-untainted-nodes', (bench) => expect(bench.schedulableNodes().length).toBeGreaterThanOrEqual(2))

conformance('taint-min-toleration', (bench) => {
  const [node = ''] = bench.schedulableNodes()
  tolerantPod(bench, 'taint-eviction-1', 5, node)
  tolerantPod(bench, 'taint-eviction-2', 25, node)
  const tainted = bench.now
  setTaints(bench, node, [taint])
  const told = new Map<string, number>()
  bench.within(110_000, 'both pods are gone', () => {
    const pods = bench.list('pods')
    for (const { metadata } of pods) if (metadata.deletionTimestamp && !told.has(metadata.name)) told.set(metadata.name, bench.now - tainted)
    return pods.length === 0
  })
  expect(Math.round(told.get('taint-eviction-1')! / 1000)).toBe(5)
  expect(Math.round(told.get('taint-eviction-2')! / 1000)).toBe(25)
})

conformance('taint-removed-cancels', (bench) => {
  tolerantPod(bench, 'taint-eviction', 10)
  const { nodeName = '' } = bench.get('pods', bench.key('taint-eviction')).spec
  setTaints(bench, nodeName, [taint])
  bench.pass(5_000)
  setTaints(bench, nodeName, [])
  bench.stays(75_000, 'the pod is not deleted', () => bench.get('pods', bench.key('taint-eviction')).metadata.deletionTimestamp === undefined)
})

conformance('node-lifecycle', (bench) => {
  const name = 'e2e-fake-node-x7k2p'
  const amounts = { cpu: '1', memory: '1Gi', pods: '10' }
  bench.create('nodes', { metadata: { name }, status: { capacity: amounts, allocatable: amounts, phase: 'Running', conditions: [{ type: 'Ready', status: 'True', message: 'Set from e2e test' }] } })
  expect(bench.get('nodes', name).metadata.name).toBe(name)
  expect(bench.patch('nodes', name, 'strategic', { metadata: { labels: { [name]: 'patched' } } }).metadata.labels).toMatchObject({ [name]: 'patched' })
  expect(bench.listEverywhere('nodes', `${name}=patched`)).toHaveLength(1)
  expect(bench.update('nodes', name, (node) => withLabels(node, { [name]: 'updated' })).metadata.labels).toMatchObject({ [name]: 'updated' })
  bench.delete('nodes', name)
  bench.within(10_000, 'it is gone', () => !bench.exists('nodes', name))
})
