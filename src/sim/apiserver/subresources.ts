// Upstream: pkg/registry/core/pod/storage, pkg/registry/apps/*/storage, pkg/registry/core/namespace (v1.36). Left out: exec, attach, portforward, proxy, eviction, resize.
import { badRequest, conflict, notFound } from '../api/errors.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { readObject } from './core.ts'
import { replace } from './update.ts'
import type { Target } from './target.ts'

type Pod = KubernetesObject & {
  readonly spec: { readonly nodeName?: string }
  readonly status?: { readonly conditions?: readonly { readonly type: string }[] }
}

interface Binding {
  readonly metadata?: { readonly uid?: string; readonly annotations?: Readonly<Record<string, string>>; readonly labels?: Readonly<Record<string, string>> }
  readonly target?: { readonly kind?: string; readonly name?: string }
}

/** POST pods/NAME/binding: gives the pod its node, once and for ever. */
export function bind(target: Target, body: Binding): Result<unknown> {
  const { core, definition, namespace, name } = target
  const pod = readObject(core, definition, namespace, name) as Pod | undefined
  if (!pod) return refused(notFound(definition, name))
  const { kind, name: node } = body.target ?? {}
  if (!node) return refused(badRequest('target.name: Required value'))
  if (kind && kind !== 'Node' && kind !== 'Minion') return refused(badRequest(`target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`))
  const uid = body.metadata?.uid
  if (uid && uid !== pod.metadata.uid) {
    return refused(conflict(definition, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`))
  }
  if (pod.metadata.deletionTimestamp !== undefined) return refused(conflict({ group: '', resource: 'pods/binding' }, name, `pod ${name} is being deleted, cannot be assigned to a host`))
  if (pod.spec.nodeName) return refused(conflict({ group: '', resource: 'pods/binding' }, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`))
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: core.wall.time() }
  const others = (pod.status?.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled')
  const bound = { ...pod, spec: { ...pod.spec, nodeName: node }, status: { ...pod.status, conditions: [...others, scheduled] } }
  const result = replace(target, bound as KubernetesObject, pod, { prepare: (object) => object, validate: () => [], unconditional: true, createsMissing: false })
  return result.ok ? accepted({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }) : result
}
