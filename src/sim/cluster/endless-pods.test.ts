import { expect, test } from 'vitest'
import type { Pod } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { Cluster } from './cluster.ts'

/** A pod that a stranger wrote, half a virtual minute after it was applied. */
function podOf(container: object, spec: object = {}): { readonly cluster: Cluster; readonly status: () => Pod['status'] | undefined } {
  const cluster = new Cluster(1, { workers: 2 })
  cluster.advanceTo(2_000)
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36', ...container }], ...spec } }
  must(cluster.perform({ kind: 'request', request: { verb: 'create', group: '', version: 'v1', resource: 'pods', namespace: 'default', body: pod } }))
  cluster.advanceTo(40_000)
  const status = () => {
    const found = cluster.ask({ kind: 'read', request: { verb: 'get', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'p' } })
    return found.ok ? (found.value as Pod).status : undefined
  }
  return { cluster, status }
}

const stateOf = (script: string) => podOf({ command: ['sh', '-c', script] }).status()?.containerStatuses?.[0]?.state

// Each of these ended the process: a call for each link.
test.each([
  ['of commands that succeed', `${'true && '.repeat(50_000)}exit 3`, 3],
  ['of commands that fail', `${'false || '.repeat(50_000)}exit 4`, 4],
  ['of pipes', `${'echo a | '.repeat(50_000)}exit 5`, 5],
  ['of negations', `[ ${'! '.repeat(50_000)}-f /nothing ] || exit 6`, 6],
  ['of replacements', `${'exec '.repeat(50_000)}false`, 1],
])('an endless chain %s runs to its end', (_what, script, exitCode) => {
  expect(stateOf(script)).toMatchObject({ terminated: { exitCode } })
})

test('a script of endless branches is one that is not followed', () => {
  expect(stateOf(`if false; then true; ${'elif false; then true; '.repeat(20_000)}fi`)).toHaveProperty('running')
})

test.each(['99999999999999', '9'.repeat(400), '999999999999999d'])('who sleeps for %s seconds sleeps', (seconds) => {
  expect(stateOf(`sleep ${seconds}`)).toHaveProperty('running')
})

test('variables that grow beyond what Linux takes are refused, and references beyond it stay', () => {
  const doubled = Array.from({ length: 60 }, (_, at) => ({ name: `A${at + 1}`, value: `$(A${at})$(A${at})` }))
  const { status } = podOf({ env: [{ name: 'A0', value: 'a' }, ...doubled] })
  expect(status()?.containerStatuses?.[0]?.state).toMatchObject({ waiting: { reason: 'CreateContainerConfigError', message: 'argument list too long' } })
  const many = podOf({ env: [{ name: 'A', value: 'a'.repeat(100_000) }], command: ['sh', '-c', `echo ${'$(A)'.repeat(50_000)}`] })
  expect(many.status()?.phase).toBe('Succeeded')
})

test('what a script makes of its variables has an end, too', () => {
  const doubling = 'A=$A$A; '.repeat(60)
  expect(stateOf(`A=aa; ${doubling} echo ${'$A '.repeat(5_000)}; for i in ${'$A '.repeat(5_000)}; do B=$i; done; exit 7`)).toMatchObject({ terminated: { exitCode: 7 } })
  expect(stateOf(`echo ${'$('.repeat(9_000)}${')'.repeat(9_000)}; exit 8`)).toBeDefined()
  expect(stateOf(`echo ${'${A:-'.repeat(100_000)}; exit 9`)).toBeDefined()
})

test('loops within loops do not hold up the run', () => {
  const loops = Array.from({ length: 4 }, (_, at) => `for i${at} in {1..10000} {1..10000}; do `)
  expect(stateOf(`${loops.join('')} : ; ${'done; '.repeat(4)}`)).toHaveProperty('running')
})

test('a million references in a command line have an end', () => {
  const { status } = podOf({ env: [{ name: 'A', value: 'a'.repeat(1_000_000) }], command: ['echo'], args: Array.from({ length: 50_000 }, () => '$(A)') })
  expect(status()?.phase).toBe('Succeeded')
})

test.each([9_007_199_254_741, 1e15, 9_000_000_000_000_000_000])('whoever is given %d seconds has them', (seconds) => {
  const sleep = { preStop: { sleep: { seconds } } }
  const { cluster, status } = podOf({ command: ['sleep', 'infinity'], lifecycle: sleep }, { terminationGracePeriodSeconds: seconds, tolerations: [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: seconds }] })
  const [taint, pod] = [{ key: 'a', effect: 'NoExecute' }, { group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'p' }]
  for (const name of ['worker-1', 'worker-2']) must(cluster.perform({ kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource: 'nodes', name, patchType: 'merge', body: { spec: { taints: [taint] } } } }))
  cluster.advanceTo(100_000)
  expect(status()?.phase).toBe('Running')
  must(cluster.perform({ kind: 'request', request: { verb: 'delete', ...pod } }))
  cluster.advanceTo(1_000_000)
  expect(status()?.containerStatuses?.[0]?.state).toHaveProperty('running')
})
