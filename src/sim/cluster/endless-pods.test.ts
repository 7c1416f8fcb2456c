import { expect, test } from 'vitest'
import type { Pod } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { Cluster } from './cluster.ts'

/** A pod that a stranger wrote, half a virtual minute after it was applied. */
function podOf(container: object, spec: object = {}, annotations: object = {}): { readonly cluster: Cluster; readonly status: () => Pod['status'] | undefined } {
  const cluster = new Cluster(1, { workers: 2 })
  cluster.advanceTo(2_000)
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', annotations }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36', ...container }], ...spec } }
  must(cluster.perform({ kind: 'request', request: { verb: 'create', group: '', version: 'v1', resource: 'pods', namespace: 'default', body: pod } }))
  cluster.advanceTo(40_000)
  const status = () => {
    const found = cluster.ask({ kind: 'read', request: { verb: 'get', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'p' } })
    return found.ok ? (found.value as Pod).status : undefined
  }
  return { cluster, status }
}

const stateOf = (script: string) => podOf({ command: ['sh', '-c', script] }).status()?.containerStatuses?.[0]?.state

/** As often as Linux takes it for one argument. */
const often = (text: string) => text.repeat(Math.floor(130_000 / text.length))

// Each of these ended the process: a call for each link.
test.each([
  ['of commands that succeed', `${often('true && ')}exit 3`, 3],
  ['of commands that fail', `${often('false || ')}exit 4`, 4],
  ['of pipes', `${often('echo a | ')}exit 5`, 5],
  ['of negations', `[ ${often('! ')}-f /nothing ] || exit 6`, 6],
  ['of negations alone', `test ! ${often('! ')} && exit 7`, 7],
  ['of replacements', `${often('exec ')}false`, 1],
])('an endless chain %s runs to its end', (_what, script, exitCode) => {
  expect(stateOf(script)).toMatchObject({ terminated: { exitCode } })
})

test('a script of endless branches is one that is not followed', () => {
  expect(stateOf(`if false; then true; ${often('elif false; then true; ')}fi`)).toHaveProperty('running')
})

test.each(['99999999999999', '9'.repeat(400), '999999999999999d'])('who sleeps for %s seconds sleeps', (seconds) => {
  expect(stateOf(`sleep ${seconds}`)).toHaveProperty('running')
})

test.each([
  ['a variable', { env: [{ name: 'A', value: 'a'.repeat(131_070) }] }, 'sleep'],
  ['variables that double', { env: [{ name: 'A0', value: 'a' }, ...Array.from({ length: 60 }, (_, at) => ({ name: `A${at + 1}`, value: `$(A${at})$(A${at})` }))] }, 'sleep'],
  ['an argument', { command: ['sh', '-c', `echo ${'a'.repeat(131_072)}`] }, 'sh'],
  ['references', { env: [{ name: 'A', value: 'a'.repeat(1_000) }], command: ['echo'], args: Array.from({ length: 100_000 }, () => '$(A)') }, 'echo'],
  ["a server's variables", { image: 'nginx:1.27', command: undefined, env: [{ name: 'A', value: 'a'.repeat(131_072) }] }, '/docker-entrypoint.sh'],
])('%s beyond what Linux takes: the container ends as it starts', (_what, container, name) => {
  const { cluster, status } = podOf({ command: ['sleep', 'infinity'], ...container })
  expect(status()?.containerStatuses?.[0]?.state).toMatchObject({ terminated: { exitCode: 255, reason: 'Error' } })
  expect(cluster.ask({ kind: 'logs', pod: 'default/p' })).toEqual({ ok: true, value: `exec ${name}: argument list too long\n` })
})

test('what Linux just takes is started', () => {
  const value = 'a'.repeat(131_069)
  expect(podOf({ env: [{ name: 'A', value }], command: ['sh', '-c', `exit 3; ${value.slice(8)}`] }).status()?.containerStatuses?.[0]?.state).toMatchObject({ terminated: { exitCode: 3 } })
})

test('what a script makes of its variables has an end, too', () => {
  const doubling = 'A=$A$A; '.repeat(60)
  const long = `A=aa; ${doubling}`
  expect(stateOf(`${long} echo ${'$A '.repeat(5_000)}; for i in ${'$A '.repeat(5_000)}; do B=$i; done; exit 7`)).toMatchObject({ terminated: { exitCode: 7 } })
  expect(stateOf(`${long} B=$(echo ${'$A '.repeat(30_000)}); exit 8`)).toMatchObject({ terminated: { exitCode: 8 } })
  expect(stateOf(`${long} printf ${'%s'.repeat(30_000)} $A; exit 9`)).toMatchObject({ terminated: { exitCode: 9 } })
  expect(stateOf(`${long} echo $A > /f; cat ${'/f '.repeat(30_000)}; exit 10`)).toMatchObject({ terminated: { exitCode: 10 } })
  expect(stateOf(`echo ${'$('.repeat(30_000)}${')'.repeat(30_000)}; exit 11`)).toMatchObject({ terminated: { exitCode: 11 } })
  expect(stateOf(`echo ${often('${A:-')}`)).toMatchObject({ terminated: { exitCode: 0 } })
})

test('a flag of a shell is read once', () => {
  const flags = Array.from({ length: 10 }, () => `-${'c'.repeat(120_000)}!`)
  expect(podOf({ command: ['sh', ...flags] }).status()?.phase).toBe('Succeeded')
})

test('what a script reads again and again has an end, and what it reads once is whole', () => {
  const volumes = [{ name: 'v', downwardAPI: { items: [{ path: 'f', fieldRef: { fieldPath: "metadata.annotations['a']" } }] } }]
  const stateWith = (script: string, a: string) => podOf({ command: ['sh', '-c', script], volumeMounts: [{ name: 'v', mountPath: '/m' }] }, { volumes }, { a }).status()?.containerStatuses?.[0]?.state
  const loops = Array.from({ length: 4 }, (_, at) => `for i${at} in {1..10000}; do `).join('')
  for (const command of ['cat /m/f', 'A=$(cat /m/f)']) expect(stateWith(`${loops} ${command}; ${'done; '.repeat(4)}`, ' '.repeat(250_000))).toHaveProperty('running')
  const script = 'B=$(cat /m/f); A=$(echo $B); [ "$A" = "$(cat /m/f)" ] && [ "$A" != "" ] && exit 3'
  expect(stateWith(script, 'a'.repeat(200_000))).toMatchObject({ terminated: { exitCode: 3 } })
})

test('loops within loops do not hold up the run, however long their words are', () => {
  const loops = Array.from({ length: 4 }, (_, at) => `for i${at} in {1..10000} {1..10000}; do `).join('')
  expect(stateOf(`${loops} : ; ${'done; '.repeat(4)}`)).toHaveProperty('running')
  expect(stateOf(`${loops} : ${'$A'.repeat(60_000)}; ${'done; '.repeat(4)}`)).toHaveProperty('running')
})

test('a secret of many keys is read once for each variable, and what is too much is not', () => {
  const keys = Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`k${at}`, 'YQ==']))
  const cluster = new Cluster(1, { workers: 2 })
  cluster.advanceTo(2_000)
  const create = (resource: string, body: object) => must(cluster.perform({ kind: 'request', request: { verb: 'create', group: '', version: 'v1', resource, namespace: 'default', body } }))
  create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: keys })
  create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: keys })
  const env = Object.keys(keys).slice(0, 10_000).map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: 's', key } } }))
  const envFrom = Array.from({ length: 20_000 }, (_, at) => (at % 2 === 0 ? { configMapRef: { name: 'c' } } : { secretRef: { name: 's' } }))
  const containers = [{ name: 'a', env }, { name: 'b', envFrom }].map((container) => ({ image: 'busybox:1.36', command: ['sleep', '1'], ...container }))
  create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { restartPolicy: 'Never', containers } })
  cluster.advanceTo(60_000)
  const found = must(cluster.ask({ kind: 'read', request: { verb: 'get', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'p' } })) as Pod
  expect(found.status?.containerStatuses?.map(({ state }) => state?.terminated?.exitCode)).toEqual([0, 0])
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
