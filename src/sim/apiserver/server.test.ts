import { beforeEach, expect, test } from 'vitest'
import type { ApiRequest, WatchEvent } from '../api/request.ts'
import { must, type Result, type Status } from '../api/status.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'
import type { Client } from '../client/component.ts'

let cluster: TestCluster
let client: Client

beforeEach(() => {
  cluster = createTestCluster()
  client = cluster.client
})

const configMap = (name: string, metadata: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...metadata } }) as const
const pod = (name: string, metadata: object = {}) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', ...metadata }, spec: { containers: [{ name: 'c', image: 'app:v1' }] } }) as never

function refusal(result: Result<unknown>): Partial<Status> {
  if (result.ok) throw new Error('was accepted')
  const { code, reason, message } = result.status
  return { code, ...(reason && { reason }), message }
}

function request(request: Partial<ApiRequest>): Result<unknown> {
  return cluster.apiServer.request({ verb: 'get', group: '', version: 'v1', resource: 'pods', user: 'test', ...request })
}

test('has what every cluster has when it starts', () => {
  expect(cluster.list('namespaces').map(({ metadata, status }) => [metadata.name, metadata.labels?.['kubernetes.io/metadata.name'], status.phase])).toEqual(
    ['default', 'kube-node-lease', 'kube-public', 'kube-system'].map((name) => [name, name, 'Active']),
  )
  expect(cluster.list('services')[0]).toMatchObject({ metadata: { name: 'kubernetes' }, spec: { clusterIP: '10.96.0.1', type: 'ClusterIP' } })
  expect(cluster.list('endpointslices')[0]).toMatchObject({ endpoints: [{ addresses: ['192.168.0.10'] }], ports: [{ name: 'https', port: 6443 }] })
  expect(cluster.list('endpoints')[0]).toMatchObject({ subsets: [{ addresses: [{ ip: '192.168.0.10' }], ports: [{ name: 'https', port: 6443 }] }] })
  cluster.restartApiServer()
  expect(cluster.list('services')).toHaveLength(1)
  const rival = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'default' }, spec: { clusterIP: '10.96.0.1', ports: [{ port: 80 }] } }
  expect(refusal(client.create('services', rival as never)).message).toContain('provided IP is already allocated')
})

test('every answer about Endpoints says that nobody should ask for them any more', () => {
  const warnings = ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice']
  const about = { resource: 'endpoints', namespace: 'default' }
  const body = { metadata: { name: 'db' }, subsets: [{ addresses: [{ ip: 'FD00::1' }] }] }
  expect(request({ ...about, verb: 'list' })).toMatchObject({ ok: true, warnings })
  expect(request({ ...about, verb: 'create', body })).toMatchObject({ ok: true, warnings: [...warnings, expect.stringContaining('RFC 5952')] })
  expect(request({ ...about, verb: 'delete', name: 'db' })).toMatchObject({ ok: true, warnings })
  expect(client.watch('endpoints', 'default', {}, { event: () => undefined, closed: () => undefined })).toMatchObject({ ok: true, warnings })
  expect(request({ ...about, name: 'db' })).toMatchObject({ ok: false, warnings })
  expect(request({ resource: 'services', namespace: 'default', verb: 'list' })).not.toHaveProperty('warnings')
})

test('refuses what names nothing that is there, in the words of Kubernetes', () => {
  const missing = { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' }
  expect(refusal(request({ verb: 'list', resource: 'gizmos' }))).toEqual(missing)
  expect(refusal(request({ verb: 'list', group: 'apps', version: 'v1beta1', resource: 'deployments' }))).toEqual(missing)
  expect(refusal(request({ namespace: 'default', name: 'a', subresource: 'scale' }))).toEqual(missing)
  expect(refusal(client.get('pods', 'default/none'))).toEqual({ code: 404, reason: 'NotFound', message: 'pods "none" not found' })
  expect(refusal(client.get('deployments', 'default/none')).message).toBe('deployments.apps "none" not found')
  expect(refusal(client.create('configmaps', configMap('a', { namespace: 'nowhere' }))).message).toBe('namespaces "nowhere" not found')
  expect(refusal(client.patch('configmaps', 'default/none', 'merge', {})).code).toBe(404)
})

test('tells a method that a path does not have from a path that is not there', () => {
  const refused = { code: 405, reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' }
  expect(refusal(request({ verb: 'create', namespace: 'default', name: 'p', body: pod('p') }))).toEqual(refused)
  expect(refusal(request({ verb: 'update', namespace: 'default', body: pod('p') }))).toEqual(refused)
  expect(refusal(request({ verb: 'create', body: pod('p') }))).toEqual(refused)
  expect(refusal(request({ verb: 'delete', namespace: 'default', name: 'p', subresource: 'status' }))).toEqual(refused)
})

test('refuses to create what says of which version it is, even where the name is taken', () => {
  const refused = { code: 500, message: 'resourceVersion should not be set on objects to be created' }
  expect(refusal(client.create('configmaps', configMap('a', { resourceVersion: '5' })))).toEqual(refused)
  must(client.create('configmaps', configMap('a', { resourceVersion: '0' })))
  expect(refusal(client.create('configmaps', configMap('a', { resourceVersion: '5' })))).toEqual(refused)
})

test('takes nothing new into a namespace that is being deleted, and keeps the ones the cluster needs', () => {
  must(client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'dying' } } as never))
  must(client.create('configmaps', configMap('old', { namespace: 'dying' })))
  expect(must(client.delete('namespaces', 'dying'))).toMatchObject({ status: { phase: 'Terminating' }, metadata: { name: 'dying' } })
  expect(refusal(client.create('configmaps', configMap('new', { namespace: 'dying' })))).toEqual({
    code: 403, reason: 'Forbidden', message: 'configmaps "new" is forbidden: unable to create new content in namespace dying because it is being terminated',
  })
  const namespace = must(client.get('namespaces', 'dying'))
  must(client.update('namespaces', { ...namespace, spec: { finalizers: [] } }, 'finalize'))
  expect(client.get('namespaces', 'dying').ok).toBe(false)
  for (const name of ['default', 'kube-system', 'kube-public']) {
    expect(refusal(client.delete('namespaces', name)).message).toBe(`namespaces "${name}" is forbidden: this namespace may not be deleted`)
  }
})

test('gives a generated name five characters, and says so when a given one is taken', () => {
  const made = must(client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'gen-', namespace: 'default' } }))
  expect(made.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  must(client.create('configmaps', configMap('a')))
  expect(refusal(client.create('configmaps', configMap('a'))).message).toBe('configmaps "a" already exists')
  expect(refusal(client.create('configmaps', configMap('a', { generateName: 'x-' }))).message).toBe('configmaps "a" already exists, the server was not able to generate a unique name for the object')
})

test('lets the newest version win: a stale update is refused, one that changes nothing is no write', () => {
  const first = must(client.create('configmaps', configMap('a')))
  const second = must(client.update('configmaps', { ...first, data: { k: 'v' } }))
  expect(refusal(client.update('configmaps', { ...first, data: { k: 'w' } }))).toEqual({
    code: 409, reason: 'Conflict',
    message: 'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  })
  expect(must(client.update('configmaps', { ...second, data: { k: 'v' } })).metadata.resourceVersion).toBe(second.metadata.resourceVersion)
  expect(must(client.update('configmaps', { ...configMap('a'), data: { k: 'x' } } as never)).data).toEqual({ k: 'x' })
  const lease = must(client.create('leases', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l', namespace: 'default' }, spec: {} }))
  expect(refusal(client.update('leases', { ...lease, metadata: { ...lease.metadata, resourceVersion: '' } })).message).toBe(
    'leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
  )
  expect(refusal(client.update('configmaps', { ...second, metadata: { ...second.metadata, uid: 'other' } })).message).toBe(
    `Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: ${second.metadata.uid}`,
  )
})

test('reads what is no object as strictly: options of a delete, a binding, a scale', () => {
  must(client.create('pods', pod('p')))
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'app:v1' }] } }
  must(request({ verb: 'create', group: 'apps', resource: 'deployments', namespace: 'default', body: { metadata: { name: 'p' }, spec: { replicas: 2, selector: { matchLabels: { app: 'a' } }, template } } }))
  const cannot = (kind: string, given: string, field: string, type: string) => ({ code: 400, reason: 'BadRequest', message: `${kind} in version "v1" cannot be handled as a ${kind}: json: cannot unmarshal ${given} into Go struct field ${field} of type ${type}` })
  // What is wrong with options is told without words around it.
  const bad = (given: string, field: string, type: string) => ({ code: 400, reason: 'BadRequest', message: `json: cannot unmarshal ${given} into Go struct field ${field} of type ${type}` })
  const about = { namespace: 'default', name: 'p' }
  const remove = (body: unknown) => refusal(request({ ...about, verb: 'delete', body }))
  expect(remove({ gracePeriodSeconds: 'now' })).toEqual(bad('string', 'DeleteOptions.gracePeriodSeconds', 'int64'))
  expect(remove({ apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions', dryRun: 'All' })).toEqual(bad('string', 'DeleteOptions.dryRun', '[]string'))
  for (const body of [[], 'now', 5]) expect(remove(body)).toMatchObject({ code: 400 })
  expect(refusal(request({ namespace: 'default', verb: 'deletecollection', body: { preconditions: { uid: 5 } } }))).toEqual(bad('number', 'Preconditions.preconditions.uid', 'types.UID'))
  const bind = (body: unknown) => refusal(request({ ...about, verb: 'create', subresource: 'binding', body }))
  expect(bind({ target: { name: ['worker-1'] } })).toEqual(cannot('Binding', 'array', 'ObjectReference.target.name', 'string'))
  expect(bind({ metadata: { labels: { a: 1 } }, target: { name: 'worker-1' } })).toEqual(cannot('Binding', 'number', 'ObjectMeta.metadata.labels', 'string'))
  const scale = (replicas: unknown) => refusal(request({ ...about, verb: 'update', group: 'apps', resource: 'deployments', subresource: 'scale', body: { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name: 'p' }, spec: { replicas } } }))
  expect(scale('two')).toEqual(cannot('Scale', 'string', 'ScaleSpec.spec.replicas', 'int32'))
  expect(cluster.list('pods')).toHaveLength(1)
})

// Each answer was given by kube-apiserver v1.36.4 to the same request.
test('answers odd requests as kube-apiserver does', () => {
  must(client.create('pods', pod('p')))
  must(client.create('configmaps', configMap('a', { finalizers: ['example.com/hold'] })))
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'app:v1' }] } }
  must(request({ verb: 'create', group: 'apps', resource: 'replicasets', namespace: 'default', body: { metadata: { name: 'a' }, spec: { selector: { matchLabels: { app: 'a' } }, template } } }))
  const said = (about: Partial<ApiRequest>) => {
    const { code, message } = refusal(request({ namespace: 'default', ...about }))
    return `${code} ${message}`
  }
  const binding = (body: unknown) => said({ name: 'p', subresource: 'binding', verb: 'create', body })
  expect(binding({ metadata: { name: 'q' }, target: { name: 'n' } })).toBe('400 name in URL does not match name in Binding object')
  expect(binding({ metadata: { name: 'p', namespace: 'x' }, target: { name: 'n' } })).toBe('400 the namespace of the provided object does not match the namespace sent on the request')
  const scale = { name: 'a', group: 'apps', resource: 'replicasets', subresource: 'scale', verb: 'update' } as const
  expect(request({ ...scale, namespace: 'default', body: { metadata: { name: 'a' }, spec: { replicas: 2 } } })).toMatchObject({ ok: true, value: { spec: { replicas: 2 } } })
  expect(said({ ...scale, body: { metadata: { name: 'a', namespace: 'x' } } })).toBe('400 the namespace of the provided object does not match the namespace sent on the request')
  expect(said({ ...scale, body: { metadata: { name: 'a', uid: 'u' }, spec: { replicas: -2 } } })).toContain('409 Operation cannot be fulfilled on replicasets.apps "a": StorageError: invalid object')
  expect(said({ ...scale, body: { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'a' } } })).toBe('400 ReplicaSet in version "v1" cannot be handled as a Scale: converting (v1.ReplicaSet) to (autoscaling.Scale): unknown conversion')
  expect(said({ verb: 'delete', name: 'p', body: { kind: 'Pod', apiVersion: 'v1' } })).toMatch(/^400 (?:no kind|converting)/)
  expect(said({ verb: 'deletecollection', resource: 'configmaps', body: { propagationPolicy: '' } })).toContain('422 DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ""')
  expect(refusal(cluster.apiServer.request({ verb: 'deletecollection', group: '', version: 'v1', resource: 'namespaces', user: 'test' })).code).toBe(405)
  expect(refusal(cluster.apiServer.request({ verb: 'get', group: '', version: 'v1', resource: 'namespaces', name: 'default', subresource: 'finalize', user: 'test' })).code).toBe(405)
  expect(said({ verb: 'list', options: { fieldSelector: 'no.field=1', resourceVersionMatch: 'Exact' } })).toContain('422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden')
  must(client.delete('configmaps', 'default/a'))
  expect(refusal(client.create('configmaps', configMap('a'))).message).toBe('object is being deleted: configmaps "a" already exists')
})

test('puts what a strategic merge patch makes straight into an object, and tells its faults so', () => {
  must(client.create('pods', pod('p')))
  const patch = (body: unknown, fieldValidation: 'Strict' | 'Warn' = 'Warn') => request({ namespace: 'default', name: 'p', verb: 'patch', patchType: 'strategic', body, options: { fieldValidation } })
  const fault = (body: unknown, fieldValidation?: 'Strict') => refusal(patch(body, fieldValidation)).message
  expect(fault({ metadata: { namespace: ['a'] } })).toBe(' "" is invalid: patch: Invalid value: "map[metadata:map[namespace:[a]]]": unrecognized type: string')
  expect(fault({ metadata: { labels: { a: 5 } } })).toBe(' "" is invalid: patch: Invalid value: "map[metadata:map[labels:map[a:5]]]": cannot convert int64 to string')
  expect(fault({ metadata: { labels: 'x' } })).toContain('cannot restore map from string')
  expect(fault({ spec: { containers: { a: -1 } } })).toContain('cannot restore slice from map')
  expect(fault({ spec: 5 })).toContain('cannot restore struct from: int64')
  expect(fault({ metadata: { deletionTimestamp: [] } })).toContain('json: cannot unmarshal array into Go value of type string')
  expect(fault({ metadata: { deletionGracePeriodSeconds: [] } })).toContain('unrecognized type: int64')
  expect(fault({ foo: 1, bar: 2 }, 'Strict')).toBe(' "" is invalid: patch: Invalid value: "map[bar:2 foo:1]": strict decoding error: unknown field "bar", unknown field "foo"')
  expect(patch({ foo: 1, bar: 2 })).toMatchObject({ ok: true, warnings: ['unknown field "bar"', 'unknown field "foo"'] })
  // What it says of its kind does not count.
  expect(patch({ kind: 'Never', apiVersion: 'v2' })).toMatchObject({ ok: true, value: { kind: 'Pod', apiVersion: 'v1' } })
  expect(fault(5)).toBe('json: cannot unmarshal number into Go value of type map[string]interface {}')
  expect(refusal(patch({ spec: { containers: [{ replicas: true }] } }))).toEqual({ code: 500, message: 'map: map[replicas:true] does not contain declared merge key: name' })
})

test('looks at a patch before it is applied, unless told to ignore what is unknown', () => {
  must(client.create('configmaps', { ...configMap('a'), data: { k: 'v' } } as never))
  const patch = (patchType: 'json' | 'merge', body: unknown, fieldValidation: 'Strict' | 'Warn' | 'Ignore' = 'Warn') => request({ resource: 'configmaps', namespace: 'default', name: 'a', verb: 'patch', patchType, body, options: { fieldValidation } })
  const fault = (...patched: Parameters<typeof patch>) => refusal(patch(...patched)).message
  const test = { op: 'test', path: '/data/k', value: 'v', x: 1, Op: 'add' }
  const wrong = 'error decoding patch: json: cannot unmarshal'
  expect(fault('json', {})).toBe(`${wrong} object into Go value of type []handlers.jsonPatchOp`)
  expect(fault('json', [test, 5])).toBe(`${wrong} number into Go value of type handlers.jsonPatchOp`)
  expect(fault('json', [test, { op: true, path: null }])).toBe(`${wrong} bool into Go struct field jsonPatchOp.op of type string`)
  expect(fault('json', {}, 'Ignore')).toBe('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  expect(refusal(patch('json', [{ op: 5 }], 'Ignore')).code).toBe(422)
  expect(patch('json', [test, { op: 'add', path: '/foo', value: 1 }])).toMatchObject({ ok: true, warnings: ['json patch unknown field "[0].x"', 'json patch unknown field "[0].Op"', 'unknown field "foo"'] })
  expect(fault('json', [test], 'Strict')).toContain(': strict decoding error: json patch unknown field "[0].x", json patch unknown field "[0].Op"')
  expect(patch('json', [test], 'Ignore')).not.toHaveProperty('warnings')
  expect(fault('json', [test, { op: 'add', path: '/data', value: 5 }], 'Strict')).toContain('json: cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string')
  expect(fault('merge', [])).toBe(`${wrong} array into Go value of type map[string]interface {}`)
  expect(fault('merge', null)).toBe('Invalid JSON Patch')
  expect(fault('merge', [], 'Ignore')).toContain("couldn't get version/kind")
})

test('reads a body as Go does: null says nothing, a wrong text does not end the reading, and what was unknown is told with what else is wrong', () => {
  const send = (verb: 'create' | 'update', resource: string, body: unknown, name = 'a') => request({ verb, resource, namespace: 'default', ...(verb === 'update' && { name }), body, options: { fieldValidation: 'Warn' } })
  expect(refusal(send('create', 'configmaps', null)).message).toBe('ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required')
  expect(refusal(send('update', 'configmaps', null)).message).toBe('the name of the object (a based on URL) was undeterminable: name must be provided')
  expect(send('update', 'configmaps', { metadata: { name: 'b' }, foo: 1 })).toMatchObject({ ok: false, warnings: ['unknown field "foo"'] })
  expect(send('create', 'configmaps', { metadata: { name: 'b', namespace: 'other' }, foo: 1 })).toMatchObject({ ok: false, warnings: ['unknown field "foo"'] })
  const secret = (parts: object) => refusal(send('create', 'secrets', { metadata: { name: 'b' }, ...parts })).message
  expect(secret({ data: { a: '!' }, stringData: 5 })).toBe('Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0')
  expect(secret({ stringData: 5, data: { a: '!' } })).toContain('cannot unmarshal number into Go struct field Secret.stringData')
  // What an update would make has no version that could be read, either.
  expect(refusal(send('update', 'endpoints', { metadata: { name: 'a', resourceVersion: 'abc' } }))).toEqual({ code: 500, message: 'strconv.ParseUint: parsing "abc": invalid syntax' })
  expect(send('update', 'endpoints', { metadata: { name: 'a', resourceVersion: '7' } }).ok).toBe(true)
})

test('only tries out a deletion whose body asks for that', () => {
  must(client.create('configmaps', configMap('a')))
  const remove = (verb: 'delete' | 'deletecollection', dryRun: readonly string[]) => request({ verb, resource: 'configmaps', namespace: 'default', ...(verb === 'delete' && { name: 'a' }), body: { dryRun } })
  expect(remove('delete', ['All']).ok).toBe(true)
  expect(remove('deletecollection', ['All']).ok).toBe(true)
  expect(refusal(remove('delete', ['Some'])).message).toContain('dryRun: Unsupported value')
  expect(client.get('configmaps', 'default/a').ok).toBe(true)
  must(remove('delete', []))
  expect(client.get('configmaps', 'default/a').ok).toBe(false)
})

test('deletes at once, or marks what finalizers or a grace period hold back', () => {
  const made = must(client.create('configmaps', configMap('a')))
  expect(refusal(client.delete('configmaps', 'default/a', { preconditions: { uid: 'x' } })).message).toBe(
    `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (x) does not match the UID in record (${made.metadata.uid}). The object might have been deleted and then recreated`,
  )
  expect(must(client.delete('configmaps', 'default/a'))).toEqual({
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: 'a', kind: 'configmaps', uid: made.metadata.uid },
  })
  must(client.create('configmaps', configMap('b')))
  const marked = must(client.delete('configmaps', 'default/b', { propagationPolicy: 'Foreground' }))
  expect(marked).toMatchObject({ metadata: { finalizers: ['foregroundDeletion'], deletionTimestamp: '2026-01-01T09:00:00Z', deletionGracePeriodSeconds: 0 } })
  expect(refusal(client.patch('configmaps', 'default/b', 'merge', { metadata: { finalizers: ['foregroundDeletion', 'example.com/new'] } })).message).toContain('no new finalizers can be added if the object is being deleted')
  must(client.patch('configmaps', 'default/b', 'merge', { metadata: { finalizers: null } }))
  expect(client.get('configmaps', 'default/b').ok).toBe(false)
})

test('lets a running pod end in its grace period, which can only be shortened', () => {
  const made = must(client.create('pods', pod('a')))
  must(client.bind('default/a', made.metadata.uid, 'worker-1'))
  const when = (): unknown => {
    const { deletionTimestamp, deletionGracePeriodSeconds, generation } = must(client.get('pods', 'default/a')).metadata
    return [deletionTimestamp, deletionGracePeriodSeconds, generation]
  }
  must(client.delete('pods', 'default/a'))
  expect(when()).toEqual(['2026-01-01T09:00:30Z', 30, 2])
  must(client.delete('pods', 'default/a', { gracePeriodSeconds: 60 }))
  expect(when()).toEqual(['2026-01-01T09:00:30Z', 30, 2])
  must(client.delete('pods', 'default/a', { gracePeriodSeconds: 10 }))
  expect(when()).toEqual(['2026-01-01T09:00:10Z', 10, 2])
  must(client.delete('pods', 'default/a', { gracePeriodSeconds: 0 }))
  expect(client.get('pods', 'default/a').ok).toBe(false)
  must(client.create('pods', pod('unscheduled')))
  must(client.delete('pods', 'default/unscheduled'))
  expect(client.get('pods', 'default/unscheduled').ok).toBe(false)
})

test('binds a pod once', () => {
  const made = must(client.create('pods', pod('a')))
  must(client.bind('default/a', made.metadata.uid, 'worker-1'))
  const bound = must(client.get('pods', 'default/a'))
  expect([bound.spec.nodeName, bound.metadata.generation]).toEqual(['worker-1', 1])
  expect(bound.status.conditions).toEqual([{ type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: '2026-01-01T09:00:00Z' }])
  expect(refusal(client.bind('default/a', made.metadata.uid, 'worker-2'))).toEqual({
    code: 409, reason: 'Conflict', message: 'Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node "worker-1"',
  })
  must(client.delete('pods', 'default/a'))
  expect(refusal(client.bind('default/a', made.metadata.uid, 'worker-2')).message).toContain('pod a is being deleted, cannot be assigned to a host')
})

test('scales through the scale subresource and leaves the rest alone', () => {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'app:v1' }] } }
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template } }
  must(client.create('deployments', deployment as never))
  const scale = { verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'default', name: 'web', subresource: 'scale', patchType: 'merge' } as const
  expect(must(request({ ...scale, body: { spec: { replicas: 5 } } }))).toMatchObject({ kind: 'Scale', spec: { replicas: 5 }, status: { replicas: 0, selector: 'app=web' } })
  expect(must(client.get('deployments', 'default/web'))).toMatchObject({ spec: { replicas: 5 }, metadata: { generation: 2 } })
  expect(refusal(request({ ...scale, body: { spec: { replicas: -1 } } })).message).toBe('Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0')
})

test('changes nothing in a dry run', () => {
  const before = cluster.store.revision
  const made = must(client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } } as never, { dryRun: true }))
  expect(made.spec.clusterIP).toMatch(/^10\.96\./)
  expect([cluster.store.revision, client.get('services', 'default/s').ok]).toEqual([before, false])
  const real = must(client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec: { type: 'NodePort', clusterIP: made.spec.clusterIP, ports: made.spec.ports } } as never))
  expect(real.spec.ports).toEqual(made.spec.ports)
})

const tokenOf = (text: string): string => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

test.each([
  ['{', 'illegal base64 data at input byte 0'],
  ['abcd!', 'illegal base64 data at input byte 4'],
  ['eyJ2I', 'illegal base64 data at input byte 4'],
  [tokenOf(' '), 'unexpected end of JSON input'],
  [tokenOf('null'), 'server does not recognize this encoded version '],
  [tokenOf('{"v":"meta.k8s.io/v2","rv":5,"start":"a"}'), 'server does not recognize this encoded version meta.k8s.io/v2'],
  [tokenOf('{"v":"meta.k8s.io/v1","rv":0,"start":"a"}'), 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
  [tokenOf('{"v":"meta.k8s.io/v1","rv":5}'), 'encoded start key empty (version meta.k8s.io/v1)'],
  [tokenOf('{"v":"meta.k8s.io/v1","rv":5,"start":"../secrets/a"}'), '../secrets/a'],
])('says what is wrong with the continue token %s', (token, problem) => {
  expect(refusal(client.list('configmaps', 'default', { limit: 1, continue: token }))).toMatchObject({ code: 400, message: `invalid continue token: continue key is not valid: ${problem}` })
})

test('goes on with a list that has expired, or says where one asks too much', () => {
  for (const name of ['a', 'b', 'c']) must(client.create('configmaps', configMap(name)))
  const page = must(client.list('configmaps', 'default', { limit: 1 }))
  expect(page.metadata.remainingItemCount).toBe(2)
  must(client.create('configmaps', configMap('bb')))
  cluster.store.compact(cluster.store.revision)
  expect(page.metadata.continue).toBe(tokenOf(`{"v":"meta.k8s.io/v1","rv":${page.metadata.resourceVersion},"start":"a\\u0000"}`))
  expect(refusal(client.list('configmaps', 'default', { continue: page.metadata.continue!, resourceVersion: '5' })).message).toBe('specifying resource version is not allowed when using continue')
  const expired = client.list('configmaps', 'default', { limit: 1, continue: page.metadata.continue! })
  expect(refusal(expired)).toMatchObject({ code: 410, reason: 'Expired' })
  const token = expired.ok ? '' : String(expired.status.metadata['continue'])
  expect(must(client.list('configmaps', 'default', { continue: token })).items.map(({ metadata }) => metadata.name)).toEqual(['b', 'bb', 'c'])
  expect(refusal(client.list('configmaps', 'default', { resourceVersion: '3', resourceVersionMatch: 'Exact' })).message).toBe('The resourceVersion for the provided list is too old.')
  const now = cluster.store.revision
  expect(refusal(client.list('configmaps', 'default', { resourceVersion: '999999' })).message).toBe(`Timeout: Too large resource version: 999999, current: ${now}`)
  expect(refusal(client.list('configmaps', 'default', { resourceVersion: '0', resourceVersionMatch: 'Exact' })).message).toBe(
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
  )
  expect(refusal(client.list('configmaps', 'default', { fieldSelector: 'data.x=y' })).message).toBe('"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"')
  expect(refusal(client.list('pods', 'default', { fieldSelector: 'spec.x=y' })).message).toBe('field label not supported: spec.x')
})

test('deletes a collection by selector and answers what it was', () => {
  for (const [name, app] of [['a', 'web'], ['b', 'db'], ['c', 'web']] as const) must(client.create('configmaps', configMap(name, { labels: { app } })))
  expect(must(client.deleteCollection('configmaps', 'default', { labelSelector: 'app=web' }))).toMatchObject({ kind: 'ConfigMapList', items: [{ metadata: { name: 'a' } }, { metadata: { name: 'c' } }] })
  expect(cluster.list('configmaps').map(({ metadata }) => metadata.name)).toEqual(['b'])
})

test('tells a watch that asks for too old a version to list again, and sends bookmarks to who wants them', () => {
  const events: WatchEvent[] = []
  let closed = 0
  const sink = { event: (event: WatchEvent) => events.push(event), closed: () => (closed += 1) }
  cluster.restartApiServer()
  must(client.watch('configmaps', undefined, { resourceVersion: '2' }, sink))
  expect([events[0]?.type, (events[0]?.object as unknown as Status | undefined)?.reason, closed]).toEqual(['ERROR', 'Expired', 1])
  must(client.watch('configmaps', undefined, { resourceVersion: String(cluster.store.revision), allowWatchBookmarks: true }, sink))
  cluster.advanceTo(60_000)
  expect(events[1]).toEqual({ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: String(cluster.store.revision) } } })
  cluster.apiServer.stop()
  expect(closed).toBe(2)
  expect(refusal(client.get('pods', 'default/a')).reason).toBe('Unreachable')
})

test('answers with an error of the store while that does not answer', () => {
  cluster.stopStore()
  expect(refusal(client.get('namespaces', 'default'))).toEqual({ code: 500, message: 'etcdserver: request timed out' })
})

test('keeps history for one to two compaction intervals', () => {
  const first = must(client.create('configmaps', configMap('a')))
  must(client.delete('configmaps', 'default/a'))
  const then = { resourceVersion: first.metadata.resourceVersion, resourceVersionMatch: 'Exact' } as const
  cluster.advanceTo(599_999)
  expect(must(client.list('configmaps', 'default', then)).items).toHaveLength(1)
  cluster.advanceTo(600_000)
  expect(client.list('configmaps', 'default', then).ok).toBe(false)
})

test('says why a log cannot be read', () => {
  must(client.create('pods', { ...(pod('two') as object), spec: { containers: [{ name: 'a', image: 'x' }, { name: 'b', image: 'x' }] } } as never))
  const log = { namespace: 'default', name: 'two', subresource: 'log' }
  expect(refusal(request(log)).message).toBe('a container name must be specified for pod two, choose one of: [a b]')
  expect(refusal(request({ ...log, options: { container: 'c' } })).message).toBe('container c is not valid for pod two')
})

test('applies the three kinds of patch, or none of it', () => {
  must(client.create('pods', pod('a', { labels: { app: 'web' } })))
  const containers = (): unknown => must(client.get('pods', 'default/a')).spec.containers.map(({ name, image }) => [name, image])
  must(client.patch('pods', 'default/a', 'strategic', { spec: { containers: [{ name: 'c', image: 'app:v2' }] } }))
  expect(containers()).toEqual([['c', 'app:v2']])
  must(client.patch('pods', 'default/a', 'json', [{ op: 'replace', path: '/spec/containers/0/image', value: 'app:v3' }]))
  expect(containers()).toEqual([['c', 'app:v3']])
  const before = cluster.store.revision
  const failing = [{ op: 'replace', path: '/spec/containers/0/image', value: 'app:v4' }, { op: 'test', path: '/metadata/name', value: 'b' }]
  expect(refusal(client.patch('pods', 'default/a', 'json', failing))).toEqual({ code: 422, reason: 'Invalid', message: 'the server rejected our request due to an error in our request' })
  expect(refusal(client.patch('pods', 'default/a', 'merge', { metadata: { resourceVersion: '1' } })).reason).toBe('Conflict')
  expect(refusal(client.patch('pods', 'default/a', 'merge', { metadata: { name: 'b' } })).message).toBe('the name of the object (b) does not match the name on the URL (a)')
  expect(refusal(client.patch('pods', 'default/a', 'merge', { metadata: { labels: 'x' } })).message).toContain('"" is invalid: patch: Invalid value: "{')
  expect([cluster.store.revision, containers()]).toEqual([before, [['c', 'app:v3']]])
})

test('reads no more than three megabytes of one request', () => {
  expect(refusal(client.create('configmaps', { ...configMap('big'), data: { k: 'x'.repeat(3 * 1024 * 1024) } }))).toEqual({
    code: 413, reason: 'RequestEntityTooLarge', message: 'Request entity too large: limit is 3145728',
  })
})

test('a list by name is one object and has no next page, now as in the past', () => {
  for (const name of ['a', 'b', 'c']) must(client.create('configmaps', configMap(name)))
  const names = (fieldSelector: string, namespace?: string, labelSelector = '') =>
    must(client.list('configmaps', namespace, { fieldSelector, labelSelector, limit: 1 })).items.map(({ metadata }) => metadata.name)
  expect([names('metadata.name=b', 'default'), names('metadata.name=b'), names('metadata.name=b', 'kube-system'), names('metadata.name=b', 'default', 'no=label')]).toEqual([['b'], ['b'], [], []])
  const { metadata } = must(client.list('configmaps', 'default', { fieldSelector: 'metadata.name=b', limit: 1 }))
  expect(metadata.continue).toBeUndefined()
  must(client.delete('configmaps', 'default/b'))
  const past = must(client.list('configmaps', 'default', { fieldSelector: 'metadata.name=b', resourceVersion: metadata.resourceVersion, resourceVersionMatch: 'Exact' }))
  expect([past.items.length, names('metadata.name=b', 'default')]).toEqual([1, []])
})
