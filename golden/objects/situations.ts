import type { ApiRequest, Verb } from '../../src/sim/api/request.ts'
import { findByAnyName, findResource, resources, type ResourceDefinition } from '../../src/sim/api/resources.ts'
import type { Result } from '../../src/sim/api/status.ts'
import { createTestCluster, type TestCluster } from '../../src/sim/cluster/testing.ts'
import type { Json } from './pipeline.ts'

/** A request in words: `get pods/p`, `create deployments.apps/d twice`, `PUT /api/v1/namespaces/default/pods/p with metadata.name q`. */
interface Situation {
  readonly request: Omit<ApiRequest, 'user' | 'body'>
  readonly definition: ResourceDefinition
  /** What is sent. */
  readonly body: Json
  readonly times: number
}

const methods: Readonly<Record<string, Verb>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }
const plainVerbs: Readonly<Record<string, Verb>> = { get: 'get', create: 'create', update: 'update', patch: 'patch', delete: 'delete' }
const spec = { containers: [{ name: 'c', image: 'nginx:1.25' }] }
const workload = { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec } }

/** True when the words of a situation are understood, and are about a kind that is built. */
export function isPlayableSituation(words: string): boolean {
  return situationOf(words) !== undefined
}

/** What the API server answers in a situation, where what it presupposes is there. */
export function playSituation(words: string): Result<unknown> {
  const situation = situationOf(words)
  if (!situation) throw new Error(`not understood: ${words}`)
  const { request, body, definition, times } = situation
  const cluster = createTestCluster()
  if (request.namespace !== undefined && request.namespace !== 'default') makeNamespace(cluster, request.namespace)
  if (request.verb === 'update' && request.name) make(cluster, definition, request.name, request.namespace)
  const sent = { ...request, user: 'golden', ...(body !== undefined && { body }) }
  for (let earlier = 1; earlier < times; earlier += 1) cluster.apiServer.request(sent)
  return cluster.apiServer.request(sent)
}

function situationOf(words: string): Situation | undefined {
  const [, request = '', twice, clause] = /^(.*?)( twice)?(?: with (.+))?$/.exec(words) ?? []
  const [word = '', place = '', ...more] = request.split(' ')
  const parsed = more.length > 0 ? undefined : word in methods ? pathRequest(methods[word] ?? 'get', place) : word in plainVerbs ? namedRequest(plainVerbs[word] ?? 'get', place) : undefined
  if (!parsed) return undefined
  const definition = findResource(parsed.group, parsed.resource)
  if (!definition) return undefined
  const plain = parsed.verb !== 'get' && parsed.verb !== 'delete' ? exampleOf(definition, parsed.name ?? 'p', parsed.namespace) : undefined
  const body = clause === undefined ? plain : changed(plain, clause)
  if (clause !== undefined && body === undefined) return undefined
  // The words of a creation name what is made; its URL does not.
  const { name, ...collection } = parsed
  return { request: word === 'create' || name === undefined ? collection : parsed, definition, body, times: twice ? 2 : 1 }
}

function pathRequest(verb: Verb, path: string): Situation['request'] | undefined {
  // Words without a path: any kind will do.
  if (path === '') return { verb, group: '', version: 'v1', resource: 'pods', namespace: 'default' }
  const parts = /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path)
  if (!parts) return undefined
  const [, group = '', version = '', namespace, resource = '', name, subresource] = parts
  return { verb, group, version, resource, ...(namespace && { namespace }), ...(name && { name }), ...(subresource && { subresource }) }
}

function namedRequest(verb: Verb, place: string): Situation['request'] | undefined {
  const [resource = '', name] = place.split('/')
  const definition = findByAnyName(resource)
  if (!definition) return undefined
  const { group, version, namespaced } = definition
  return { verb, group, version, resource: definition.resource, ...(namespaced && { namespace: 'default' }), ...(name && { name }) }
}

/** `metadata.name q`, `a good apps/v1 Deployment`. */
function changed(plain: Json, clause: string): Json {
  const other = /^a good (\S+) (\S+)$/.exec(clause)
  if (other) {
    const definition = resources.find(({ apiVersion, kind }) => apiVersion === other[1] && kind === other[2])
    return definition && exampleOf(definition, 'p', 'default')
  }
  const field = /^metadata\.(\w+) (\S+)$/.exec(clause)
  return field?.[1] && plain ? { ...plain, metadata: { ...plain.metadata, [field[1]]: field[2] } } : undefined
}

function exampleOf({ apiVersion, kind, namespaced }: ResourceDefinition, name: string, namespace = 'default'): Json {
  const metadata = { name, ...(namespaced && { namespace }) }
  return { apiVersion, kind, metadata, ...specOf(kind) }
}

function specOf(kind: string): Json {
  if (kind === 'Pod') return { spec }
  if (kind === 'Service') return { spec: { ports: [{ port: 80 }] } }
  if (kind === 'PodTemplate') return { template: workload.template }
  if (kind === 'ReplicationController') return { spec: { template: workload.template } }
  return ['Deployment', 'ReplicaSet', 'DaemonSet'].includes(kind) ? { spec: workload } : {}
}

function makeNamespace(cluster: TestCluster, name: string): void {
  cluster.apiServer.request({ verb: 'create', group: '', version: 'v1', resource: 'namespaces', user: 'golden', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } })
}

function make(cluster: TestCluster, definition: ResourceDefinition, name: string, namespace: string | undefined): void {
  const { group, version, resource } = definition
  const body = exampleOf(definition, name, namespace)
  cluster.apiServer.request({ verb: 'create', group, version, resource, user: 'golden', body, ...(namespace !== undefined && { namespace }) })
}
