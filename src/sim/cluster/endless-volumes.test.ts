import { expect, test } from 'vitest'
import type { Pod } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { Cluster } from './cluster.ts'

const many = (length: number, make: (at: number) => object) => Array.from({ length }, (_, at) => make(at))

/** What becomes within a virtual minute of a pod that a stranger wrote, beside a ConfigMap and Secrets as large as they may be. */
function statusOf(container: object, spec: object = {}): Pod['status'] {
  const cluster = new Cluster(1, { workers: 2 })
  cluster.advanceTo(2_000)
  const create = (resource: string, body: object) => must(cluster.perform({ kind: 'request', request: { verb: 'create', group: '', version: 'v1', resource, namespace: 'default', body } }))
  const keys = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, 'YQ==']))
  create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: keys })
  create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { ...keys, long: 'YWFh'.repeat(100_000) } })
  const auths = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`r${at}.example`, { auth: 'dTpw' }]))
  create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pull' }, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': btoa(JSON.stringify({ auths })) } })
  create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { a: 'b' } }, spec: { restartPolicy: 'Never', ...spec, containers: [{ name: 'c', image: 'busybox:1.36', ...container }] } })
  cluster.advanceTo(60_000)
  return (must(cluster.ask({ kind: 'read', request: { verb: 'get', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'p' } })) as Pod).status
}
const exitCodeOf = (...[container, spec]: Parameters<typeof statusOf>) => statusOf(container, spec)?.containerStatuses?.[0]?.state?.terminated?.exitCode

test('ten thousand volumes of a large Secret, a large ConfigMap and all labels share what they show', () => {
  const sources = [{ configMap: { name: 'c' } }, { secret: { name: 's' } }, { downwardAPI: { items: [{ path: 'a/b', fieldRef: { fieldPath: 'metadata.labels' } }] } }]
  const volumes = many(10_000, (at) => ({ name: `v${at}`, projected: { sources } }))
  const mounts = many(10_000, (at) => ({ name: `v${at}`, mountPath: `/m${at}`, ...(at % 2 === 0 && { subPath: at % 4 === 0 ? 'a' : 'k1' }) }))
  const script = '[ "$(cat /m9998)" = a ] && [ "$(cat /m9999/k2)" = a ] && [ "$(cat /m0/b)" = "a=\\"b\\"" ] && [ "$(cat /m1/a/b)" = "a=\\"b\\"" ] && exit 3'
  expect(exitCodeOf({ command: ['sh', '-c', script], volumeMounts: mounts }, { volumes })).toBe(3)
})

test('a volume that shows the same twenty thousand times shows it', () => {
  const sources = many(20_000, (at) => (at % 2 === 0 ? { configMap: { name: 'c' } } : { secret: { name: 's' } }))
  const mounts = [{ name: 'v', mountPath: '/m' }, { name: 'v', mountPath: '/k', subPath: 'k7' }]
  expect(exitCodeOf({ command: ['sh', '-c', '[ "$(cat /m/k3)$(cat /k)" = aa ] && exit 3'], volumeMounts: mounts }, { volumes: [{ name: 'v', projected: { sources } }] })).toBe(3)
})

test('twenty thousand references to one Secret of credentials are one', () => {
  expect(exitCodeOf({ command: ['sh', '-c', 'exit 3'] }, { imagePullSecrets: many(20_000, () => ({ name: 'pull' })) })).toBe(3)
})

// Each of these was looked for from each of its letters.
test('paths of a million letters are read once', () => {
  const slashes = `${'/'.repeat(1_000_000)}x`
  const volumes = [{ name: 'v', configMap: { name: 'c', items: [{ key: 'k1', path: 'a' }] } }]
  expect(exitCodeOf({ command: ['sh', '-c', 'cat /a; exit 3'], volumeMounts: [{ name: 'v', mountPath: slashes }] }, { volumes })).toBe(3)
  const server = statusOf({ image: 'nginx:1.27', readinessProbe: { httpGet: { path: `${'?'.repeat(1_000_000)}\n`, port: 80 } } })
  expect(server?.phase).toBe('Running')
})
