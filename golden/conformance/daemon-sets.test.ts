import { expect } from 'vitest'
import type { Pod } from '../../src/sim/api/generated/types.ts'
import { conformance, withLabels, workload, type Bench } from './conformance.ts'
import { statusIsWritable } from './workloads.ts'

const minute = 60_000
const name = 'daemon-set'
const labels = { 'daemonset-name': name }
const hashLabel = 'controller-revision-hash'

function isReady({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && status.phase === 'Running' && status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true
}

function nodesWithPods(bench: Bench): readonly string[] {
  return bench.list('pods').filter(isReady).map(({ spec }) => spec.nodeName ?? '').sort()
}

/** One ready pod on each of these nodes and none elsewhere. */
function runsOn(bench: Bench, nodes: readonly string[], limit = 5 * minute): void {
  bench.within(limit, `a pod runs on each of ${nodes.join(', ') || 'no node'}`, () => {
    return bench.list('pods').length === nodes.length && nodesWithPods(bench).join() === [...nodes].sort().join()
  })
}

function start(bench: Bench, spec: Readonly<Record<string, unknown>> = {}): void {
  const draft = workload(name, labels, spec)
  bench.create('daemonsets', { ...draft, metadata: { ...draft.metadata, labels: { testname: name } } })
}

/** Its controller has seen it too: of what it takes for unavailable it may delete as much as it likes. */
function isKnownToRun(bench: Bench, nodes: readonly string[]): void {
  bench.within(minute, 'its status says so', () => bench.get('daemonsets', bench.key(name)).status.numberAvailable === nodes.length)
}

function image(bench: Bench, to: string): void {
  bench.patch('daemonsets', bench.key(name), 'strategic', { spec: { template: { spec: { containers: [{ name: 'httpd', image: to }] } } } })
}

const imageOf = ({ spec }: Pod) => spec.containers[0]?.image

conformance('daemonset-deletecollection', (bench) => {
  start(bench)
  runsOn(bench, bench.schedulableNodes())
  expect(bench.listEverywhere('daemonsets', `testname=${name}`)).toHaveLength(1)
  bench.deleteCollection('daemonsets', `testname=${name}`)
  expect(bench.listEverywhere('daemonsets', `testname=${name}`)).toHaveLength(0)
  runsOn(bench, [])
})

conformance('daemonset-failed-pod', (bench) => {
  start(bench)
  runsOn(bench, bench.schedulableNodes())
  const [failed] = bench.list('pods')
  const key = bench.key(failed!.metadata.name)
  bench.update('pods', key, (pod) => ({ ...pod, metadata: { ...pod.metadata, resourceVersion: '' }, status: { ...pod.status, phase: 'Failed' } }), 'status')
  bench.within(5 * minute, 'the failed pod is gone', () => !bench.exists('pods', key))
  runsOn(bench, bench.schedulableNodes())
})

conformance('daemonset-rollback', (bench) => {
  start(bench, { updateStrategy: { type: 'RollingUpdate' } })
  const nodes = bench.schedulableNodes()
  runsOn(bench, nodes)
  isKnownToRun(bench, nodes)
  image(bench, 'foo:non-existent')
  bench.within(5 * minute, 'a pod has the new image', () => bench.list('pods').some((pod) => imageOf(pod) === 'foo:non-existent'))
  const untouched = bench.list('pods').filter((pod) => imageOf(pod) === 'nginx:1.27').map(({ metadata }) => metadata.uid)
  expect(untouched.length).toBeGreaterThan(0)
  image(bench, 'nginx:1.27')
  bench.within(5 * minute, 'all have the old image again', () => {
    const pods = bench.list('pods')
    expect(pods.filter(isReady).length).toBeGreaterThanOrEqual(nodes.length - 1)
    return pods.length === nodes.length && pods.every((pod) => imageOf(pod) === 'nginx:1.27' && isReady(pod))
  })
  expect(bench.list('pods').map(({ metadata }) => metadata.uid)).toEqual(expect.arrayContaining(untouched))
})

conformance('daemonset-node-selector', (bench) => {
  start(bench, { template: { metadata: { labels }, spec: { containers: [{ name: 'httpd', image: 'nginx:1.27' }], nodeSelector: { 'daemonset-color': 'blue' } } } })
  bench.stays(10_000, 'no pod is made', () => bench.list('pods').length === 0)
  const [node = ''] = bench.schedulableNodes()
  bench.update('nodes', node, (object) => withLabels(object, { 'daemonset-color': 'blue' }))
  runsOn(bench, [node])
  bench.update('nodes', node, (object) => withLabels(object, { 'daemonset-color': 'green' }))
  runsOn(bench, [])
  bench.patch('daemonsets', bench.key(name), 'strategic', { spec: { template: { spec: { nodeSelector: { 'daemonset-color': 'green' } } }, updateStrategy: { type: 'RollingUpdate' } } })
  runsOn(bench, [node])
})

conformance('daemonset-simple', (bench) => {
  start(bench)
  const nodes = bench.schedulableNodes()
  runsOn(bench, nodes)
  bench.within(minute, 'its status says so', () => {
    const { desiredNumberScheduled, currentNumberScheduled, numberReady } = bench.get('daemonsets', bench.key(name)).status
    return [desiredNumberScheduled, currentNumberScheduled, numberReady].every((count) => count === nodes.length)
  })
  const [pod] = bench.list('pods')
  bench.delete('pods', bench.key(pod!.metadata.name))
  bench.within(5 * minute, 'the pod is gone', () => !bench.exists('pods', bench.key(pod!.metadata.name)))
  runsOn(bench, nodes)
})

// ControllerRevisions are not built: their hashes are seen on the pods.
conformance('daemonset-rolling-update', (bench) => {
  start(bench, { updateStrategy: { type: 'RollingUpdate' } })
  const nodes = bench.schedulableNodes()
  runsOn(bench, nodes)
  isKnownToRun(bench, nodes)
  const hashes = () => [...new Set(bench.list('pods').map(({ metadata }) => metadata.labels?.[hashLabel]))]
  const before = hashes()
  expect(before).toEqual([expect.stringMatching(/^[a-z0-9]+$/)])
  image(bench, 'nginx:1.29')
  bench.within(5 * minute + 30_000 * nodes.length, 'all have the new image', () => {
    const pods = bench.list('pods')
    expect(pods.filter(isReady).length).toBeGreaterThanOrEqual(nodes.length - 1)
    return pods.length === nodes.length && pods.every((pod) => imageOf(pod) === 'nginx:1.29' && isReady(pod))
  })
  expect(hashes()).toHaveLength(1)
  expect(hashes()).not.toEqual(before)
})

conformance('daemonset-status', (bench) => statusIsWritable(bench, 'daemonsets'))
