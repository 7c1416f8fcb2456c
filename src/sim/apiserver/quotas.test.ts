import { expect, test } from 'vitest'
import type { Pod, ResourceQuota, Service } from '../api/generated/types.ts'
import type { WatchEvent } from '../api/request.ts'
import type { Resource } from '../api/resources.ts'
import { must, type Result } from '../api/status.ts'
import type { Draft } from '../client/component.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'

type Amounts = Readonly<Record<string, string>>

/** A namespace with quotas whose use is known, as when their controller has counted. */
function withQuotas(...quotas: readonly { readonly name?: string; readonly hard: Amounts; readonly used?: Amounts; readonly spec?: object }[]): TestCluster {
  const cluster = createTestCluster()
  for (const { name = 'limits', hard, used = {}, spec } of quotas) {
    const { client } = cluster
    const made = must(client.create('resourcequotas', { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace: 'default' }, spec: { hard, ...spec } } as Draft<'resourcequotas'>))
    must(client.updateStatus('resourcequotas', { ...made, status: { hard, used: { ...Object.fromEntries(Object.keys(hard).map((counted) => [counted, '0'])), ...used } } }))
  }
  return cluster
}

function usedOf(cluster: TestCluster, name = 'limits'): Amounts | undefined {
  return must(cluster.client.get('resourcequotas', `default/${name}`)).status.used
}

function messageOf(result: Result<unknown>): string | undefined {
  return result.ok ? undefined : result.status.message
}

function createPod(cluster: TestCluster, name: string, resources: object = {}, spec: object = {}): Result<Pod> {
  return cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers: [{ name: 'app', image: 'nginx:1.27', resources }], ...spec } } as unknown as Draft<'pods'>)
}

function createService(cluster: TestCluster, name: string, type: string, ports = 1): Result<Service> {
  const numbers = Array.from({ length: ports }, (_, at) => ({ name: `p${at}`, port: 80 + at }))
  return cluster.client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { type, ports: numbers } } as unknown as Draft<'services'>)
}

test('a pod is charged when it is made, and who watches the quota sees it at once', () => {
  const cluster = withQuotas({ hard: { pods: '3', 'requests.cpu': '1', 'limits.memory': '1Gi' } })
  const seen: (Amounts | undefined)[] = []
  must(cluster.client.watch('resourcequotas', 'default', {}, { event: ({ object }: WatchEvent) => void seen.push((object as ResourceQuota).status.used), closed: () => undefined }))
  must(createPod(cluster, 'web', { requests: { cpu: '300m', memory: '100Mi' }, limits: { memory: '200Mi' } }))
  expect(seen.at(-1)).toEqual({ pods: '1', 'requests.cpu': '300m', 'limits.memory': '200Mi' })
  must(createPod(cluster, 'db', { requests: { cpu: '700m' }, limits: { cpu: '1', memory: '56Mi' } }))
  expect(usedOf(cluster)).toEqual({ pods: '2', 'requests.cpu': '1', 'limits.memory': '256Mi' })
})

test('what does not fit is refused with the amounts that it exceeds, and nothing is charged', () => {
  const cluster = withQuotas({ hard: { pods: '3', 'requests.cpu': '1', 'requests.memory': '1Gi' }, used: { pods: '1', 'requests.cpu': '900m', 'requests.memory': '1000Mi' } })
  const refused = createPod(cluster, 'web', { requests: { cpu: '200m', memory: '50Mi' } })
  expect(refused).toMatchObject({ ok: false, status: { code: 403, reason: 'Forbidden', details: { name: 'web', kind: 'pods' } } })
  expect(messageOf(refused)).toBe(
    'pods "web" is forbidden: exceeded quota: limits, requested: requests.cpu=200m,requests.memory=50Mi, used: requests.cpu=900m,requests.memory=1000Mi, limited: requests.cpu=1,requests.memory=1Gi',
  )
  expect(usedOf(cluster)).toEqual({ pods: '1', 'requests.cpu': '900m', 'requests.memory': '1000Mi' })
})

test('where processor time or memory is limited every container must say how much it takes, unless the pod does', () => {
  const cluster = withQuotas({ hard: { cpu: '4', 'limits.cpu': '4', 'limits.memory': '1Gi', 'requests.ephemeral-storage': '1Gi' } })
  const spec = { containers: [{ name: 'web', image: 'i' }, { name: 'app', image: 'i', resources: { limits: { cpu: '1' } } }], initContainers: [{ name: 'first', image: 'i', resources: { limits: { cpu: '1', memory: '1Mi' } } }] }
  expect(messageOf(createPod(cluster, 'web', {}, spec))).toBe('pods "web" is forbidden: failed quota: limits: must specify cpu for: web; limits.cpu for: web; limits.memory for: app,web')
  must(createPod(cluster, 'whole', {}, { resources: { requests: { cpu: '1' }, limits: { cpu: '2', memory: '512Mi' } } }))
  expect(usedOf(cluster)).toEqual({ cpu: '1', 'limits.cpu': '2', 'limits.memory': '512Mi', 'requests.ephemeral-storage': '0' })
})

test('as long as nobody has counted what is limited nothing is made', () => {
  const cluster = withQuotas({ hard: { pods: '3', configmaps: '3' } })
  const quota = must(cluster.client.get('resourcequotas', 'default/limits'))
  must(cluster.client.updateStatus('resourcequotas', { ...quota, status: { hard: { pods: '3', configmaps: '3', 'count/pods': '3' }, used: { configmaps: '0' } } }))
  expect(messageOf(createPod(cluster, 'web'))).toBe('pods "web" is forbidden: status unknown for quota: limits, resources: count/pods,pods')
  must(cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' } }))
})

test('of several quotas each must have room, and none is charged when one has not', () => {
  const cluster = withQuotas({ name: 'a', hard: { pods: '10' } }, { name: 'b', hard: { 'count/pods': '1' } })
  must(createPod(cluster, 'one'))
  expect([usedOf(cluster, 'a'), usedOf(cluster, 'b')]).toEqual([{ pods: '1' }, { 'count/pods': '1' }])
  expect(messageOf(createPod(cluster, 'two'))).toBe('pods "two" is forbidden: exceeded quota: b, requested: count/pods=1, used: count/pods=1, limited: count/pods=1')
  expect(usedOf(cluster, 'a')).toEqual({ pods: '1' })
})

test('scopes tell which pods a quota is about', () => {
  const best = { requests: { cpu: '1' } }
  const about = (spec: object, ...pods: readonly (readonly [object, object?])[]): readonly number[] => pods.map(([resources, more], at) => {
    const cluster = withQuotas({ hard: { pods: '5' }, spec })
    must(createPod(cluster, `pod-${at}`, resources, more))
    return Number(usedOf(cluster)?.pods)
  })
  expect(about({ scopes: ['BestEffort'] }, [{}], [best])).toEqual([1, 0])
  expect(about({ scopes: ['NotBestEffort', 'Terminating'] }, [best], [best, { activeDeadlineSeconds: 10 }], [{}, { activeDeadlineSeconds: 10 }])).toEqual([0, 1, 0])
  const classes = { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical'] }] } }
  expect(about(classes, [{}], [{}, { priorityClassName: 'system-node-critical' }], [{}, { priorityClassName: 'system-cluster-critical' }])).toEqual([0, 1, 0])
  const term = { topologyKey: 'zone', labelSelector: {}, namespaces: ['elsewhere'] }
  const affinity = (terms: object): readonly [object, object] => [{}, { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: terms }] } } }]
  expect(about({ scopes: ['CrossNamespacePodAffinity'] }, affinity(term), affinity({ ...term, namespaces: [] }), affinity({ ...term, namespaces: [], namespaceSelector: {} }))).toEqual([1, 0, 1])
})

test('an update is charged by what it adds; what it gives back is counted later', () => {
  const cluster = withQuotas({ hard: { 'services.nodeports': '3', 'services.loadbalancers': '0' } })
  const service = must(createService(cluster, 'web', 'NodePort', 2))
  expect(usedOf(cluster)).toEqual({ 'services.nodeports': '2', 'services.loadbalancers': '0' })
  const ports = (count: number) => ({ ...service, metadata: { ...service.metadata, resourceVersion: '' }, spec: { ...service.spec, ports: Array.from({ length: count }, (_, at) => ({ name: `p${at}`, port: 80 + at, protocol: 'TCP' as const, targetPort: 80 + at })) } })
  must(cluster.client.update('services', ports(3)))
  expect(messageOf(cluster.client.update('services', ports(4)))).toBe('services "web" is forbidden: exceeded quota: limits, requested: services.nodeports=1, used: services.nodeports=3, limited: services.nodeports=3')
  must(cluster.client.update('services', ports(1)))
  expect(usedOf(cluster)).toEqual({ 'services.nodeports': '3', 'services.loadbalancers': '0' })
  expect(messageOf(cluster.client.patch('services', 'default/web', 'merge', { spec: { type: 'LoadBalancer' } }))).toContain('requested: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0')
})

test('a pod that is given a deadline moves into the quota for such pods whole', () => {
  const cluster = withQuotas({ name: 'mortal', hard: { pods: '1' }, spec: { scopes: ['Terminating'] } })
  for (const name of ['one', 'two']) must(createPod(cluster, name))
  must(cluster.client.patch('pods', 'default/one', 'merge', { spec: { activeDeadlineSeconds: 60 } }))
  expect(usedOf(cluster, 'mortal')).toEqual({ pods: '1' })
  expect(messageOf(cluster.client.patch('pods', 'default/two', 'merge', { spec: { activeDeadlineSeconds: 60 } }))).toBe('pods "two" is forbidden: exceeded quota: mortal, requested: pods=1, used: pods=1, limited: pods=1')
})

test.each([
  ['deployments', 'apps/v1', 'Deployment', 'count/deployments.apps', 'deployments.apps "x" is forbidden: exceeded quota: limits, requested: count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1'],
  ['configmaps', 'v1', 'ConfigMap', 'configmaps', 'configmaps "x" is forbidden: exceeded quota: limits, requested: configmaps=1, used: configmaps=1, limited: configmaps=1'],
  ['resourcequotas', 'v1', 'ResourceQuota', 'resourcequotas', 'resourcequotas "x" is forbidden: exceeded quota: limits, requested: resourcequotas=1, used: resourcequotas=1, limited: resourcequotas=1'],
  ['leases', 'coordination.k8s.io/v1', 'Lease', 'count/leases.coordination.k8s.io', undefined],
] as const)('objects of the kind %s are counted', (resource, apiVersion, kind, counted, message) => {
  const cluster = withQuotas({ hard: { [counted]: '1' }, used: { [counted]: message ? '1' : '0' } })
  const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'app', image: 'i' }] } }
  const spec = resource === 'deployments' ? { selector: { matchLabels: { app: 'x' } }, template } : {}
  const made = cluster.client.create(resource as Resource, { apiVersion, kind, metadata: { name: 'x', namespace: 'default' }, spec } as unknown as Draft<Resource>)
  expect(messageOf(made)).toBe(message)
  expect(usedOf(cluster)).toEqual({ [counted]: '1' })
})

test('a dry run is judged and not charged', () => {
  const cluster = withQuotas({ hard: { configmaps: '1' } })
  const create = (name: string, dryRun: boolean) => cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } }, { dryRun })
  must(create('settings', true))
  expect(usedOf(cluster)).toEqual({ configmaps: '0' })
  must(create('settings', false))
  expect(messageOf(create('more', true))).toContain('exceeded quota: limits')
})

test('an object whose name is taken has been charged nevertheless, until somebody counts', () => {
  const cluster = withQuotas({ hard: { configmaps: '5' } })
  const create = () => cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' } })
  must(create())
  expect(create()).toMatchObject({ ok: false, status: { reason: 'AlreadyExists' } })
  expect(usedOf(cluster)).toEqual({ configmaps: '2' })
})

test('a refused Service gives its ports and address back', () => {
  const cluster = withQuotas({ hard: { services: '1' } })
  must(createService(cluster, 'one', 'NodePort'))
  const spec = { type: 'NodePort', clusterIP: '10.96.0.77', ports: [{ port: 80, nodePort: 30_999 }] }
  const create = () => cluster.client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'two', namespace: 'default' }, spec } as unknown as Draft<'services'>)
  expect(messageOf(create())).toContain('exceeded quota')
  must(cluster.client.delete('resourcequotas', 'default/limits'))
  must(create())
})

test('an API server that starts knows the quotas that are stored, and other namespaces know nothing of them', () => {
  const cluster = withQuotas({ hard: { configmaps: '0' } })
  cluster.restartApiServer()
  const create = (namespace: string) => cluster.client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace } })
  expect(messageOf(create('default'))).toContain('exceeded quota: limits')
  must(create('kube-system'))
})
