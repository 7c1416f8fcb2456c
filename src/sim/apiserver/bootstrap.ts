// Upstream: pkg/controlplane/controller/systemnamespaces, pkg/controlplane/controller/kubernetesservice and pkg/controlplane/reconcilers (v1.36). Left out: the look at them every ten seconds: who deletes one has to restart the server.
import { definitionOf, type Resource } from '../api/resources.ts'
import { strategyOf } from '../api/strategy/strategies.ts'
import { namespaceOf, readObject, type Core } from './core.ts'
import { create } from './create.ts'

const systemNamespaces = ['kube-system', 'kube-public', 'kube-node-lease', 'default']
const securePort = 6443

/** What the API server itself makes when it starts, if it is not there: the namespaces and the Service `kubernetes` that every cluster has. */
export function bootstrap(core: Core, advertiseAddress: string): void {
  for (const name of systemNamespaces) {
    if (!namespaceOf(core, name)) make(core, 'namespaces', undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  const ports = [{ name: 'https', protocol: 'TCP', port: 443, targetPort: securePort }]
  const labels = { component: 'apiserver', provider: 'kubernetes' }
  makeMissing(core, 'services', {
    apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubernetes', namespace: 'default', labels },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', sessionAffinity: 'None', ports },
  })
  const securePorts = [{ name: 'https', port: securePort, protocol: 'TCP' }]
  // The server writes both, so that nobody need mirror one in the other.
  makeMissing(core, 'endpoints', {
    apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: advertiseAddress }], ports: securePorts }],
  })
  makeMissing(core, 'endpointslices', {
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [advertiseAddress], conditions: { ready: true } }],
    ports: securePorts,
  })
}

/** All these things in the namespace `default` bear this name. */
function makeMissing(core: Core, resource: Resource, body: unknown): void {
  if (!readObject(core, definitionOf(resource), 'default', 'kubernetes')) make(core, resource, 'default', body)
}

function make(core: Core, resource: Resource, namespace: string | undefined, body: unknown): void {
  const by = { user: 'kube-apiserver', verb: 'create' }
  create({ core, definition: definitionOf(resource), strategy: strategyOf(resource), namespace, name: '', by, dryRun: false, fieldValidation: 'Ignore' }, body)
}
