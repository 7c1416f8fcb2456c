import type {
  ConfigMap, DaemonSet, Deployment, Endpoints, EndpointSlice, Event, Lease, Namespace, Node, Pod, PodTemplate, ReplicaSet, ReplicationController, ResourceQuota, Secret, Service, ServiceAccount,
} from './generated/types.ts'

/** The kinds there are, by the resource of their URL. To add a kind: a line here, one in `resources`, one in scripts/kubernetes-facts.mjs. */
export interface Resources {
  namespaces: Namespace
  nodes: Node
  leases: Lease
  pods: Pod
  services: Service
  endpoints: Endpoints
  endpointslices: EndpointSlice
  events: Event
  configmaps: ConfigMap
  secrets: Secret
  serviceaccounts: ServiceAccount
  resourcequotas: ResourceQuota
  replicasets: ReplicaSet
  deployments: Deployment
  daemonsets: DaemonSet
  podtemplates: PodTemplate
  replicationcontrollers: ReplicationController
}

export type Resource = keyof Resources
export type ObjectOf<R extends Resource> = Resources[R]

/** What discovery tells of a resource, and what the registry needs to serve it. */
export interface ResourceDefinition {
  readonly resource: Resource
  readonly kind: string
  readonly singular: string
  readonly group: string
  readonly version: string
  /** `apps/v1` */
  readonly apiVersion: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly Subresource[]
  /** What every answer warns of. */
  readonly deprecation?: string
}

export type Subresource = 'status' | 'scale' | 'binding' | 'log' | 'finalize' | 'ephemeralcontainers'

function define(group: string, resource: Resource, kind: string, rest: Partial<ResourceDefinition> = {}): ResourceDefinition {
  const apiVersion = group ? `${group}/v1` : 'v1'
  return { resource, kind, singular: kind.toLowerCase(), group, version: 'v1', apiVersion, namespaced: true, shortNames: [], categories: [], subresources: [], ...rest }
}

/** The one table that drives routes, schemas, strategies and discovery, in the order discovery lists them. */
export const resources: readonly ResourceDefinition[] = [
  define('', 'configmaps', 'ConfigMap', { shortNames: ['cm'] }),
  define('', 'endpoints', 'Endpoints', { shortNames: ['ep'], deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice' }),
  define('', 'events', 'Event', { shortNames: ['ev'] }),
  define('', 'namespaces', 'Namespace', { namespaced: false, shortNames: ['ns'], subresources: ['finalize', 'status'] }),
  define('', 'nodes', 'Node', { namespaced: false, shortNames: ['no'], subresources: ['status'] }),
  define('', 'pods', 'Pod', { shortNames: ['po'], categories: ['all'], subresources: ['binding', 'ephemeralcontainers', 'log', 'status'] }),
  define('', 'podtemplates', 'PodTemplate'),
  define('', 'replicationcontrollers', 'ReplicationController', { shortNames: ['rc'], categories: ['all'], subresources: ['scale', 'status'] }),
  define('', 'resourcequotas', 'ResourceQuota', { shortNames: ['quota'], subresources: ['status'] }),
  define('', 'secrets', 'Secret'),
  define('', 'serviceaccounts', 'ServiceAccount', { shortNames: ['sa'] }),
  define('', 'services', 'Service', { shortNames: ['svc'], categories: ['all'], subresources: ['status'] }),
  define('apps', 'daemonsets', 'DaemonSet', { shortNames: ['ds'], categories: ['all'], subresources: ['status'] }),
  define('apps', 'deployments', 'Deployment', { shortNames: ['deploy'], categories: ['all'], subresources: ['scale', 'status'] }),
  define('apps', 'replicasets', 'ReplicaSet', { shortNames: ['rs'], categories: ['all'], subresources: ['scale', 'status'] }),
  define('coordination.k8s.io', 'leases', 'Lease'),
  define('discovery.k8s.io', 'endpointslices', 'EndpointSlice'),
]

const byName = new Map(resources.map((definition) => [definition.resource as string, definition]))
const byKind = new Map(resources.map((definition) => [`${definition.apiVersion} ${definition.kind}`, definition]))

export function apiVersionOf(definition: Pick<ResourceDefinition, 'group' | 'version'>): string {
  return definition.group ? `${definition.group}/${definition.version}` : definition.version
}

/** The definition behind a resource we know at compile time. */
export function definitionOf(resource: Resource): ResourceDefinition {
  return byName.get(resource)!
}

/** The definition behind what a stranger's URL names, if there is one. */
export function findResource(group: string, resource: string): ResourceDefinition | undefined {
  const definition = byName.get(resource)
  return definition?.group === group ? definition : undefined
}

/** The definition behind what a manifest names, if there is one. */
export function findKind(apiVersion: string, kind: string): ResourceDefinition | undefined {
  return byKind.get(`${apiVersion} ${kind}`)
}

/** The definition behind a word of a command line: `pods`, `pod`, `po`, `Pod`, `deployments.apps`. */
export function findByAnyName(word: string): ResourceDefinition | undefined {
  const [name = '', ...group] = word.toLowerCase().split('.')
  return resources.find((definition) => (group.length === 0 || definition.group === group.join('.')) && (definition.resource === name || definition.singular === name || definition.shortNames.includes(name)))
}
