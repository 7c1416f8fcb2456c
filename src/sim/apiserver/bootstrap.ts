// Upstream: pkg/controlplane/controller/systemnamespaces (v1.36).
import { definitionOf } from '../api/resources.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { namespaceOf, type Core } from './core.ts'
import { create } from './create.ts'
import { strategyOf } from './strategy-stand-in.ts'

const systemNamespaces = ['kube-system', 'kube-public', 'kube-node-lease', 'default']

/** What the API server itself makes when it starts, if it is not there: the namespaces that every cluster has. */
export function bootstrap(core: Core): void {
  for (const name of systemNamespaces) {
    if (namespaceOf(core, name)) continue
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }
    const definition = definitionOf('namespaces')
    const by = { user: 'kube-apiserver', verb: 'create' }
    create({ core, definition, strategy: strategyOf('namespaces'), namespace: undefined, name: '', by, dryRun: false }, body as unknown as KubernetesObject)
  }
}
