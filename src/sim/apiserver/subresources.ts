// Upstream: pkg/registry/core/pod/storage, pkg/registry/core/namespace/storage (v1.36). Left out: exec, attach, portforward, proxy, eviction, resize.
import { badRequest, conflict, notFound, unexplained } from '../api/errors.ts'
import { messageOf, notSupported, required } from '../api/field-errors.ts'
import type { Binding, Namespace, Pod, PodCondition } from '../api/generated/types.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { RequestOptions } from '../api/request.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import type { BodyKind } from '../api/schema.ts'
import { settledWith } from '../api/schema/settle.ts'
import { readObject } from './core.ts'
import { decodeAs, namespaceFault } from './decode.ts'
import { replace, uidMismatch, wholeObject, type UpdateRules } from './update.ts'
import type { Target } from './target.ts'

const bindings: BodyKind = { group: '', version: 'v1', apiVersion: 'v1', kind: 'Binding' }

/** POST pods/NAME/binding: gives the pod its node, once and for ever. */
export function bind(target: Target, body: unknown): Result<unknown> {
  const { core, definition, namespace, name } = target
  const binding = decodeAs<Binding>(bindings, body)
  if (!binding.ok) return binding
  const { metadata, target: { kind, name: node } } = binding.value
  const elsewhere = namespaceFault(metadata.namespace, namespace)
  if (elsewhere) return refused(elsewhere)
  if (metadata.name !== name) return refused(badRequest('name in URL does not match name in Binding object'))
  const faults = [
    ...(kind && kind !== 'Node' && kind !== 'Minion' ? [notSupported('target.kind', kind, ['Node', '<empty>'])] : []),
    ...(node ? [] : [required('target.name', '')]),
  ]
  // Upstream answers with the bare faults here, which makes it a failure of the server.
  if (!node || faults.length > 0) return refused(unexplained(faults.length === 1 ? messageOf(faults[0]!) : `[${faults.map(messageOf).join(', ')}]`))
  const pod = readObject(core, definition, namespace, name) as Pod | undefined
  if (!pod) return refused(notFound(definition, name))
  const { uid } = metadata
  if (uid && uid !== pod.metadata.uid) return refused(uidMismatch(target, uid, pod.metadata.uid))
  const refusal = bindRefusal(pod)
  if (refusal) return refused(conflict({ group: '', resource: 'pods/binding' }, name, refusal))
  const bound: Pod = {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: withMore(pod.metadata, metadata),
    spec: settledWith('PodSpec', pod.spec, { nodeName: node }),
    status: settledWith('PodStatus', pod.status, { conditions: withScheduled(pod.status.conditions ?? [], core.wall.time()) }),
  }
  const result = replace(target, bound, pod, asItIs)
  return result.ok ? accepted({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }) : result
}

/** What a binding says of a pod is said on the pod; most say nothing. */
function withMore(metadata: Pod['metadata'], { annotations, labels }: Binding['metadata']): Pod['metadata'] {
  if (!annotations && !labels) return metadata
  return {
    ...metadata,
    ...(annotations && { annotations: { ...metadata.annotations, ...annotations } }),
    ...(labels && { labels: { ...metadata.labels, ...labels } }),
  }
}

/** What the server itself made needs no further looking at. */
const asItIs: UpdateRules = { prepare: (object) => object, validate: () => [], unconditional: true, createsMissing: false, reserves: false }

function bindRefusal({ metadata, spec }: Pod): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return `pod ${metadata.name} is being deleted, cannot be assigned to a host`
  if (spec.nodeName) return `pod ${metadata.name} is already assigned to node "${spec.nodeName}"`
  if (spec.schedulingGates?.length) return `pod ${metadata.name} has non-empty .spec.schedulingGates`
  return undefined
}

function withScheduled(conditions: readonly PodCondition[], now: string): readonly PodCondition[] {
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now } as unknown as PodCondition
  const at = conditions.findIndex((condition) => condition.type === 'PodScheduled')
  return at < 0 ? [...conditions, scheduled] : conditions.with(at, scheduled)
}

/** PUT namespaces/NAME/finalize: the namespace controller says that it is done. */
export function finalizing(target: Target): UpdateRules {
  return {
    ...wholeObject(target),
    prepare: (object, old) => ({ ...object, status: (old as Namespace).status }) as KubernetesObject,
    createsMissing: false,
  }
}

/** PUT and PATCH pods/NAME/ephemeralcontainers: what is added to a running pod to look around in it. */
export function ephemeralContainers(target: Target): UpdateRules {
  const { prepareForUpdate, validateUpdate } = target.strategy.subresources!.ephemeralcontainers!
  return { ...wholeObject(target), prepare: prepareForUpdate, validate: validateUpdate, createsMissing: false, reserves: false }
}

/** What a pod's containers have printed, as the kubelet of its node tells it. */
export interface LogSource {
  /** The text, or why there is none. */
  logs(pod: Pod, container: string, options: { readonly previous: boolean; readonly tailLines?: number }): Result<string>
}

/** GET pods/NAME/log. */
export function readLog(target: Target, source: LogSource | undefined, options: RequestOptions): Result<string> {
  const { core, definition, namespace, name } = target
  const pod = readObject(core, definition, namespace, name) as Pod | undefined
  if (!pod) return refused(notFound(definition, name))
  const container = containerOf(pod, options.container)
  if (!container.ok) return container
  // A pod without a node has printed nothing.
  if (!pod.spec.nodeName || !source) return accepted('')
  const { previous = false, tailLines } = options
  return source.logs(pod, container.value, { previous, ...(tailLines !== undefined && { tailLines }) })
}

function containerOf({ metadata, spec }: Pod, asked: string | undefined): Result<string> {
  const names = (containers: readonly { readonly name: string }[] | undefined) => (containers ?? []).map((container) => container.name)
  const all = [...names(spec.containers), ...names(spec.initContainers), ...names(spec.ephemeralContainers)]
  if (asked) return all.includes(asked) ? accepted(asked) : refused(badRequest(`container ${asked} is not valid for pod ${metadata.name}`))
  if (spec.containers.length === 1) return accepted(spec.containers[0]!.name)
  const choices = `choose one of: [${names(spec.containers).join(' ')}]`
  const inits = names(spec.initContainers)
  const more = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : ''
  return refused(badRequest(`a container name must be specified for pod ${metadata.name}, ${choices}${more}`))
}
