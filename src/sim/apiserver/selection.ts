import { badRequest, invalid } from '../api/errors.ts'
import { forbidden, notSupported, type FieldError } from '../api/field-errors.ts'
import { parseFieldSelector } from '../api/fields.ts'
import type { Event, Namespace, Node, Pod, ReplicationController, Secret, Service } from '../api/generated/types.ts'
import { parseSelector } from '../api/labels.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { RequestOptions } from '../api/request.ts'
import type { Resource, ResourceDefinition } from '../api/resources.ts'
import { accepted, refused, type Result } from '../api/status.ts'

/** Which objects of a resource a list or a watch is about. */
export interface Selection {
  readonly matches: (object: KubernetesObject) => boolean
  /** The selectors say nothing: everything matches. */
  readonly everything: boolean
  /** A field that must have exactly one value and by which watchers are found: the name, or the node of a pod. */
  readonly index?: { readonly field: IndexedField; readonly value: string; /** Nothing else is asked for. */ readonly decides: boolean }
}

export type IndexedField = 'metadata.name' | 'spec.nodeName'

/** Compiles the selectors of a request, whose other options are looked at between their form and their fields; a field that the kind cannot be selected by is refused. */
export function selectionOf({ resource }: ResourceDefinition, options: RequestOptions | undefined): Result<Selection> {
  const { labelSelector = '', fieldSelector = '' } = options ?? {}
  if (labelSelector === '' && fieldSelector === '' && !options?.resourceVersionMatch) return accepted(all)
  const labels = parseSelector(labelSelector)
  if (!labels.ok) return refused(badRequest(labels.error))
  const fields = parseFieldSelector(fieldSelector)
  if (!fields.ok) return refused(badRequest(fields.error))
  const faults = validateListOptions(options ?? {})
  if (faults.length > 0) return refused(invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', faults))
  const unknown = fields.value.requirements.find(({ field }) => !readers(resource).has(field))
  if (unknown) return refused(badRequest(unsupported(resource, unknown.field)))
  const known = readers(resource)
  const indexed = (['spec.nodeName', 'metadata.name'] as const).find((field) => fields.value.exact(field))
  const value = indexed && fields.value.exact(indexed)
  return accepted({
    everything: labels.value.isEmpty && fields.value.isEmpty,
    matches: (object) => labels.value.matches(object.metadata.labels) && fields.value.matches((field) => known.get(field)?.(object) ?? ''),
    ...(indexed && value && { index: { field: indexed, value, decides: labels.value.isEmpty && fields.value.requirements.length === 1 } }),
  })
}

function validateListOptions({ resourceVersion = '', resourceVersionMatch: match, continue: token }: RequestOptions): readonly FieldError[] {
  if (!match) return []
  const field = 'resourceVersionMatch'
  const errors: FieldError[] = []
  if (resourceVersion === '') errors.push(forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'))
  if (token) errors.push(forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'))
  // The type says that there are two; a stranger may have sent a third.
  if (!matches.includes(match)) errors.push(notSupported(field, match, [...matches, '']))
  if (match === 'Exact' && resourceVersion === '0') errors.push(forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
  return errors
}

const matches: readonly string[] = ['Exact', 'NotOlderThan']

const all: Selection = { everything: true, matches: () => true }

type Reader = (object: KubernetesObject) => string

/** The fields a kind can be selected by: pkg/apis/…/conversion.go AddFieldLabelConversionFunc and the ToSelectableFields of its strategy. */
function readers(resource: Resource): ReadonlyMap<string, Reader> {
  return byResource.get(resource) ?? common
}

function read<T extends KubernetesObject>(fields: Readonly<Record<string, (object: T) => string | undefined>>): ReadonlyMap<string, Reader> {
  // Each table below is only used for objects of its own resource.
  const own = Object.entries(fields).map(([field, reader]): [string, Reader] => [field, (object) => reader(object as T) ?? ''])
  return new Map([...common, ...own])
}

const common: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['metadata.name', ({ metadata }) => metadata.name],
  ['metadata.namespace', ({ metadata }) => metadata.namespace ?? ''],
])

const byResource = new Map<Resource, ReadonlyMap<string, Reader>>([
  ['pods', read<Pod>({
    'spec.nodeName': ({ spec }) => spec.nodeName,
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy,
    'spec.schedulerName': ({ spec }) => spec.schedulerName,
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName,
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'status.phase': ({ status }) => status.phase,
    'status.podIP': ({ status }) => status.podIP,
    'status.podIPs': ({ status }) => status.podIP,
    'status.nominatedNodeName': ({ status }) => status.nominatedNodeName,
  })],
  ['nodes', read<Node>({ 'spec.unschedulable': ({ spec }) => String(spec.unschedulable ?? false) })],
  ['namespaces', read<Namespace>({ 'status.phase': ({ status }) => status.phase })],
  ['replicationcontrollers', read<ReplicationController>({ 'status.replicas': ({ status }) => String(status.replicas) })],
  ['secrets', read<Secret>({ type: ({ type }) => type })],
  ['services', read<Service>({ 'spec.clusterIP': ({ spec }) => spec.clusterIP, 'spec.type': ({ spec }) => spec.type })],
  ['events', read<Event>({
    'involvedObject.kind': (event) => event.involvedObject.kind,
    'involvedObject.namespace': (event) => event.involvedObject.namespace,
    'involvedObject.name': (event) => event.involvedObject.name,
    'involvedObject.uid': (event) => event.involvedObject.uid,
    'involvedObject.apiVersion': (event) => event.involvedObject.apiVersion,
    'involvedObject.resourceVersion': (event) => event.involvedObject.resourceVersion,
    'involvedObject.fieldPath': (event) => event.involvedObject.fieldPath,
    reason: ({ reason }) => reason,
    reportingComponent: ({ reportingComponent }) => reportingComponent,
    source: ({ source, reportingComponent }) => source?.component || reportingComponent,
    type: ({ type }) => type,
  })],
])

function unsupported(resource: Resource, field: string): string {
  if (byResource.has(resource)) return `field label not supported: ${field}`
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
}
