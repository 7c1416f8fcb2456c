import { beforeEach, expect, test } from 'vitest'
import type { Deployment, Pod } from '../api/generated/types.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { ObjectList } from '../api/request.ts'
import { definitionOf } from '../api/resources.ts'
import { decodeObject } from '../api/schema.ts'
import { must } from '../api/status.ts'
import { Cluster } from '../cluster/cluster.ts'
import { createTestCluster } from '../cluster/testing.ts'
import type { Client } from '../client/component.ts'
import { Store } from '../etcd/store.ts'
import { Timeline } from '../kernel/agenda.ts'
import { PodsByNode } from './pods-by-node.ts'

let client: Client

beforeEach(() => {
  client = createTestCluster().client
})

const labels = { app: 'web' }
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'app:v1' }] } }
const madePod = (): Pod => must(client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', labels }, spec: template.spec } as never))
const madeDeployment = (): Deployment => must(client.create('deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { matchLabels: labels }, template } } as never))
const stored = (): Pod => must(client.get('pods', 'default/web'))

test('what was sent can be changed and sent again without changing what was stored of it', () => {
  const sent = { apiVersion: 'v1' as const, kind: 'ConfigMap' as const, metadata: { name: 'a', namespace: 'default', labels: { app: 'web' } }, data: { k: 'v' } }
  const made = must(client.create('configmaps', sent))
  sent.data.k = 'w'
  sent.metadata.labels.app = 'db'
  expect(must(client.get('configmaps', 'default/a'))).toBe(made)
  expect([made.data, made.metadata.labels]).toEqual([{ k: 'v' }, { app: 'web' }])
  sent.metadata.name = 'b'
  expect(must(client.create('configmaps', sent)).data).toEqual({ k: 'w' })
  const status = { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False' }] }
  madePod()
  must(client.updateStatus('pods', { ...stored(), status } as never))
  status.conditions[0]!.status = 'True'
  expect(stored().status.conditions?.[0]?.status).toBe('False')
})

test('a frozen shell is not trusted: what it holds can still change', () => {
  const image = { name: 'c', image: 'app:v1' }
  const spec = Object.freeze({ containers: Object.freeze([image]) })
  const make = (name: string): Pod => must(client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec } as never))
  const first = make('a')
  image.image = 'app:v2'
  expect(make('b').spec.containers[0]?.image).toBe('app:v2')
  expect(first.spec.containers[0]?.image).toBe('app:v1')
})

test('an update that shares most of the stored object is read, completed and judged where it is new', () => {
  const deployment = madeDeployment()
  const { strategy: _, ...spec } = deployment.spec
  const shared = must(client.update('deployments', { ...deployment, spec: { ...spec, replicas: 3 } } as never))
  expect(shared.spec.strategy).toEqual(deployment.spec.strategy)
  expect(shared.spec.template).toBe(deployment.spec.template)
  expect(shared.metadata.generation).toBe(2)
  const refused = client.update('deployments', { ...shared, spec: { ...shared.spec, replicas: -1 } })
  expect(refused.ok || refused.status.message).toContain('spec.replicas: Invalid value: -1')
  const unknown = client.update('deployments', { ...shared, spec: { ...shared.spec, replica: 4 } } as never)
  expect(unknown).toMatchObject({ ok: true, warnings: ['unknown field "spec.replica"'], value: { spec: shared.spec } })
  const wrong = client.update('deployments', { ...shared, spec: { ...shared.spec, replicas: '4' } } as never)
  expect(wrong.ok || wrong.status.message).toContain('json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32')
})

test('a status that says the same again is the stored one, and what is new in it is judged', () => {
  const bare = madePod()
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }
  const say = (status: object) => client.updateStatus('pods', { ...stored(), status: { ...bare.status, ...status } } as never)
  const said = must(say({ phase: 'Running', conditions: [ready], hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.1' }], podIPs: [{ ip: '10.1.0.1' }] }))
  expect(said.spec).toBe(bare.spec)
  const again = must(say({ phase: 'Running', conditions: [{ ...ready }, { ...ready, type: 'Initialized' }], hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.1' }], podIPs: [{ ip: '10.1.0.1' }] }))
  expect([again.status.conditions?.[0] === said.status.conditions?.[0], again.status.hostIPs === said.status.hostIPs]).toEqual([true, true])
  const message = (status: object): unknown => {
    const answer = say({ ...again.status, ...status })
    return answer.ok || answer.status.message
  }
  expect(message({ hostIP: '10.0.0.2' })).toContain('status.hostIPs[0].ip: Invalid value: "10.0.0.1": must be equal to `hostIP`')
  expect(message({ podIPs: [{ ip: '10.1.0.256' }] })).toContain('status.podIPs[0]: Invalid value: "10.1.0.256": must be a valid IP address')
  expect(message({ conditions: [...(again.status.conditions ?? []), { ...ready, type: 'not good' }] })).toContain('metadata.conditions[2].Type: Invalid value: "not good"')
  expect(message({ qosClass: 'Guaranteed' })).toContain('status.qosClass: Invalid value: "Guaranteed": field is immutable')
})

test('a text that the stored object has already counts among the three megabytes of a request', () => {
  const most = 'x'.repeat(2_500_000)
  const specOf = (...values: string[]) => ({ selector: { matchLabels: labels }, template: { ...template, spec: { containers: [{ name: 'c', image: 'a', env: values.map((value, at) => ({ name: `E${at}`, value })) }] } } })
  const made = must(client.create('deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'big', namespace: 'default' }, spec: specOf(most) } as never))
  const answer = client.update('deployments', { ...made, spec: specOf(most, 'y'.repeat(900_000)) } as never)
  expect(answer.ok || answer.status.reason).toBe('RequestEntityTooLarge')
})

test('metadata that is stored already is kept, whatever its sender says of owners and deletion', () => {
  const pod = madePod()
  const owners = [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }]
  const updated = must(client.updateStatus('pods', { ...pod, metadata: { ...pod.metadata, ownerReferences: owners }, status: { ...pod.status, phase: 'Running' } }))
  expect([updated.metadata.ownerReferences, updated.status.phase]).toEqual([undefined, 'Running'])
})

test('a kubelet lists the pods of its node, wherever they come from and go to', () => {
  const cluster = createTestCluster()
  const pod = (name: string, nodeName?: string) => must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { ...template.spec, ...(nodeName && { nodeName }) } } as never))
  const listed = (node: string, namespace?: string) =>
    must(cluster.client.list('pods', namespace, { fieldSelector: `spec.nodeName=${node}` })).items.map(({ metadata }) => metadata.name)
  pod('c', 'n1')
  must(cluster.client.bind('default/b', pod('b').metadata.uid, 'n1'))
  pod('a', 'n2')
  expect([listed('n1'), listed('n1', 'default'), listed('n1', 'kube-system'), listed('n2'), listed('n3')]).toEqual([['b', 'c'], ['b', 'c'], [], ['a'], []])
  const { resourceVersion } = must(cluster.client.list('pods')).metadata
  must(cluster.client.delete('pods', 'default/b', { gracePeriodSeconds: 0 }))
  expect(listed('n1')).toEqual(['c'])
  const past = must(cluster.client.list('pods', undefined, { fieldSelector: 'spec.nodeName=n1', resourceVersion, resourceVersionMatch: 'Exact' }))
  expect(past.items.map(({ metadata }) => metadata.name)).toEqual(['b', 'c'])
  cluster.restartApiServer()
  expect([listed('n1'), listed('n2')]).toEqual([['c'], ['a']])
})

test('what one owner makes shares the reference to it, until it says something else', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true }
  const pod = (reference: object) => must(client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'web-', namespace: 'default', ownerReferences: [reference] }, spec: template.spec } as never)).metadata.ownerReferences
  const first = pod(owner)
  expect(pod({ ...owner })).toBe(first)
  expect(pod({ ...owner, controller: false })).toEqual([{ ...owner, controller: false }])
  expect(first).toEqual([owner])
})

test('the index of pods by node keeps nothing of pods that are gone', () => {
  const store = new Store<KubernetesObject>()
  store.serve(new Timeline().fork('etcd'))
  const index = new PodsByNode()
  index.follow(store)
  const put = (nodeName: string, expected: number) => store.put('/registry/pods/default/a', expected, () => ({ spec: { nodeName } }) as unknown as KubernetesObject)
  put('n1', 0)
  put('n2', store.revision)
  expect([index.keysOf('n1', '/'), index.keysOf('n2', '/')]).toEqual([[], ['/registry/pods/default/a']])
  store.delete('/registry/pods/default/a', store.revision)
  expect(index.keysOf('n2', '/')).toEqual([])
})

test('who watches one node hears of its pods as they come and go, and of their labels if it asked for some', () => {
  const cluster = createTestCluster()
  const heard: Record<'all' | 'web', string[]> = { all: [], web: [] }
  const watch = (who: 'all' | 'web', labelSelector: string) =>
    must(cluster.client.watch('pods', undefined, { fieldSelector: 'spec.nodeName=n1', labelSelector, resourceVersion: String(cluster.store.revision) }, {
      event: ({ type, object }) => heard[who].push(`${type} ${object.metadata.name}`),
      closed: () => undefined,
    }))
  watch('all', '')
  watch('web', 'app=web')
  for (const [name, app, node] of [['a', 'web', 'n1'], ['b', 'db', 'n1'], ['c', 'web', 'n2']] as const) {
    const { uid } = must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { app } }, spec: template.spec } as never)).metadata
    must(cluster.client.bind(`default/${name}`, uid, node))
  }
  must(cluster.client.patch('pods', 'default/a', 'merge', { metadata: { labels: { app: 'db' } } }))
  must(cluster.client.delete('pods', 'default/a', { gracePeriodSeconds: 0 }))
  expect(heard).toEqual({ all: ['ADDED a', 'ADDED b', 'MODIFIED a', 'MODIFIED a', 'DELETED a'], web: ['ADDED a', 'DELETED a'] })
})

test('what components compose, to be stored without being read, is what reading would have made of it', () => {
  const cluster = new Cluster(5, { workers: 2 })
  cluster.advanceTo(0)
  const container = { name: 'c', image: 'nginx:1.27', resources: { requests: { cpu: '1' } } }
  cluster.perform({ kind: 'apply', manifests: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 20, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } } }] })
  cluster.advanceTo(30_000)
  cluster.perform({ kind: 'power-off', node: 'worker-2' })
  cluster.advanceTo(600_000)
  const list = cluster.ask({ kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'events' } })
  const events = (list.ok ? (list.value as ObjectList).items : []) as readonly (KubernetesObject & { readonly reason: string })[]
  const reasons = new Set(events.map(({ reason }) => reason))
  for (const reason of ['Scheduled', 'Created', 'FailedScheduling', 'NodeNotReady', 'TaintManagerEviction', 'ScalingReplicaSet', 'Starting']) expect(reasons).toContain(reason)
  // The metadata are put together by the server.
  const saidIn = (event: KubernetesObject): string => JSON.stringify({ ...event, metadata: null })
  for (const event of events) expect(saidIn(must(decodeObject(definitionOf('events'), JSON.parse(JSON.stringify(event)), 'Strict')))).toBe(saidIn(event))
})
