// Upstream: plugin/pkg/admission and apiserver/pkg/admission, the plugins NamespaceLifecycle (v1.36).
import { forbidden, notFound } from '../api/errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { namespaceOf } from './core.ts'
import type { Target } from './target.ts'

/** What the admission plugins make of an object that is about to be created. */
export function admitCreate(target: Target, object: KubernetesObject): Result<KubernetesObject> {
  const { core, definition, namespace } = target
  if (definition.namespaced && namespace !== undefined) {
    const home = namespaceOf(core, namespace)
    if (!home) return refused(notFound({ group: '', resource: 'namespaces' }, namespace))
    if (home.metadata.deletionTimestamp) return refused(namespaceTerminating(target, object))
  }
  return accepted(object)
}

function namespaceTerminating({ definition, namespace = '' }: Target, object: KubernetesObject) {
  const status = forbidden(definition, object.metadata.name, `unable to create new content in namespace ${namespace} because it is being terminated`)
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }
  return { ...status, details: { ...status.details, causes: [cause] } }
}

const protectedNamespaces: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public'])

/** Refuses to delete the namespaces that the cluster cannot do without. */
export function admitDelete({ definition, name }: Target): Result<undefined> {
  if (definition.resource !== 'namespaces' || !protectedNamespaces.has(name)) return accepted(undefined)
  return refused(forbidden(definition, name, 'this namespace may not be deleted'))
}
