// Upstream: staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle (v1.36).
import * as errors from '../errors.ts'
import type { Namespace } from '../generated/types.ts'
import type { ResourceDefinition } from '../resources.ts'
import type { Status } from '../status.ts'

const immortal = new Set(['default', 'kube-system', 'kube-public'])

/** Why nothing can be created in this namespace now: it is not there, or on its way out; null when it can. */
export function refuseCreateIn(definition: ResourceDefinition, name: string, namespaceName: string, namespace: Namespace | undefined): Status | null {
  if (!definition.namespaced) return null
  if (!namespace) return errors.notFound({ group: '', resource: 'namespaces' }, namespaceName)
  if (namespace.status.phase !== 'Terminating') return null
  const why = `unable to create new content in namespace ${namespaceName} because it is being terminated`
  const status = errors.forbidden(definition, name, why)
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespaceName} is being terminated`, field: 'metadata.namespace' }
  return { ...status, details: { ...status.details, causes: [...(status.details?.causes ?? []), cause] } }
}

/** The three namespaces that the cluster cannot do without. */
export function refuseDeleteOf(definition: ResourceDefinition, name: string): Status | null {
  if (definition.resource !== 'namespaces' || !immortal.has(name)) return null
  return errors.forbidden(definition, name, 'this namespace may not be deleted')
}
