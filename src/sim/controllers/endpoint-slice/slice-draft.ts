import type { Endpoint, EndpointPort, EndpointSlice, OwnerReference, Service } from '../../api/generated/types.ts'
import { headlessLabel, managedByLabel, serviceNameLabel, triggerTimeAnnotation } from '../service-labels.ts'
import type { AddressType } from './endpoint-of-pod.ts'

/** The value of the managed-by label of the slices that this controller keeps. */
export const controllerName = 'endpointslice-controller.k8s.io'

/** A slice on its way to be written: its endpoints may still change. `name` absent: it is new. */
export interface SliceDraft {
  name?: string
  /** The stored slice that is rewritten; absent for what starts afresh, even under the name of another. */
  readonly stored?: EndpointSlice
  readonly addressType: AddressType
  readonly ports: readonly EndpointPort[]
  labels: Readonly<Record<string, string>>
  endpoints: Endpoint[]
}

/** An empty slice of a Service. */
export function newSlice(service: Service, addressType: AddressType, ports: readonly EndpointPort[]): SliceDraft {
  return { addressType, ports, labels: sliceLabels(service), endpoints: [] }
}

/** A copy of a stored slice, to be changed. */
export function draftOf(stored: EndpointSlice): SliceDraft {
  return {
    name: stored.metadata.name,
    stored,
    addressType: stored.addressType as AddressType,
    ports: stored.ports ?? [],
    labels: stored.metadata.labels ?? {},
    endpoints: [...(stored.endpoints ?? [])],
  }
}

/** A slice has its Service's labels, apart from the three that are the controller's own. */
export function sliceLabels(service: Service): Readonly<Record<string, string>> {
  const labels = new Map(Object.entries(service.metadata.labels ?? {}).filter(([key]) => !isReserved(key)))
  if (isHeadless(service)) labels.set(headlessLabel, '')
  labels.set(serviceNameLabel, service.metadata.name).set(managedByLabel, controllerName)
  return Object.fromEntries(labels)
}

/** True when the Service's own labels are no longer those of the slice. */
export function labelsDiffer(slice: EndpointSlice, service: Service): boolean {
  return differ(slice.metadata.labels, service.metadata.labels) || differ(service.metadata.labels, slice.metadata.labels)
}

function differ(from: Readonly<Record<string, string>> = {}, to: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(from).some(([key, value]) => !isReserved(key) && (!Object.hasOwn(to, key) || to[key] !== value))
}

function isReserved(key: string): boolean {
  return key === serviceNameLabel || key === managedByLabel || key === headlessLabel
}

function isHeadless({ spec }: Service): boolean {
  return !spec.clusterIP || spec.clusterIP === 'None'
}

/** A slice that a namesake Service left behind is not this one's. */
export function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  return (slice.metadata.ownerReferences ?? []).some(
    ({ apiVersion, kind, uid }) => apiVersion === 'v1' && kind === 'Service' && uid === service.metadata.uid,
  )
}

/** The slice as it is sent to the server; `triggerTime` null removes the annotation. */
export function sliceObject(draft: SliceDraft, service: Service, triggerTime: string | null): Omit<EndpointSlice, 'metadata'> & { readonly metadata: SliceMeta } {
  const { endpoints, ports, addressType, labels, stored, name } = draft
  const annotations = annotationsOf(stored, triggerTime)
  const fresh: SliceMeta = {
    ...(service.metadata.namespace && { namespace: service.metadata.namespace }),
    generateName: `${service.metadata.name}-`,
    ownerReferences: [ownerReference(service)],
  }
  const { annotations: _old, ...kept } = stored?.metadata ?? { annotations: undefined, ...fresh }
  const metadata = { ...kept, ...(name !== undefined && { name }), labels, ...(annotations && { annotations }) }
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType, endpoints, ports }
}

/** Metadata of a slice that may be new. */
export type SliceMeta = Partial<EndpointSlice['metadata']> & { readonly generateName?: string }

function annotationsOf(stored: EndpointSlice | undefined, triggerTime: string | null): Readonly<Record<string, string>> | undefined {
  const { [triggerTimeAnnotation]: _old, ...others } = stored?.metadata.annotations ?? {}
  if (triggerTime !== null) return { ...others, [triggerTimeAnnotation]: triggerTime }
  return Object.keys(others).length > 0 ? others : undefined
}

function ownerReference({ metadata }: Service): OwnerReference {
  return { apiVersion: 'v1', kind: 'Service', name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true }
}
