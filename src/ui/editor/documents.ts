import type { ApplyPreview } from '../../bridge/protocol.ts'
import { fieldOfWrongType } from '../../scenario/wrong-type.ts'
import { printYaml } from '../../scenario/yaml.ts'
import { lastAppliedAnnotation } from '../../sim/api/last-applied.ts'
import type { KubernetesObject } from '../../sim/api/objects.ts'
import { isObject } from '../../sim/api/patch/json-values.ts'
import type { Status } from '../../sim/api/status.ts'
import type { Manifest } from '../../sim/cluster/run.ts'
import type { ReadDocument, Spot } from './reading.ts'

/** An object as a person edits it: without what the server alone writes. The resourceVersion stays: it tells whether somebody else was faster. */
export function editableYaml(object: KubernetesObject): string {
  const { status: _status, ...rest } = object as KubernetesObject & { readonly status?: unknown }
  const { managedFields: _managed, annotations, ...metadata } = object.metadata
  // kubectl's memory of what was applied is not for reading.
  const kept = Object.entries(annotations ?? {}).filter(([name]) => name !== lastAppliedAnnotation)
  return printYaml({ ...rest, metadata: { ...metadata, ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}) } })
}

/** What is sent in place of an object when its text was edited, which was `initial` before: what the text does not show stays as it is. */
export function replacementOf(live: KubernetesObject | undefined, edited: Manifest, initial: string): Manifest {
  const { metadata = {} } = edited
  if (!live || !isObject(metadata)) return edited
  const applied = live.metadata.annotations?.[lastAppliedAnnotation]
  const annotations = metadata['annotations'] ?? {}
  return {
    ...edited,
    metadata: {
      ...metadata,
      // When only the status moved on since the edit began, which no edit touches, the edit is made on top of that: a heartbeat is no conflict.
      ...(editableYaml(live).replace(versionLine, '') === initial.replace(versionLine, '') && { resourceVersion: live.metadata.resourceVersion }),
      ...(applied !== undefined && isObject(annotations) && { annotations: { [lastAppliedAnnotation]: applied, ...annotations } }),
    },
  }
}

const versionLine = /^ {2}resourceVersion: .*\n/m

/** What is said of a document, about one of its fields or all of it. */
export interface Remark extends Spot {
  readonly message: string
}

/** What a refusal says of the document with this index: one remark for each field that it names, else one about the document. */
export function problemsOf(status: Status, document: number, { manifest }: ReadDocument): readonly Remark[] {
  const causes = status.details?.causes?.filter((cause) => cause.field) ?? []
  if (causes.length > 0) return causes.map(({ field, message }) => ({ document, field: field!, message: `${field}: ${message ?? ''}` }))
  const unknown = [...(status.message ?? '').matchAll(/unknown field "([^"]+)"/g)].map((match) => ({ document, field: match[1]!, message: `unknown field "${match[1]}"` }))
  if (unknown.length > 0) return unknown
  const message = status.message ?? status.reason ?? 'refused'
  return [{ document, ...about(fieldOfWrongType(message, manifest)), message }]
}

/** What the server says besides about each document: about the field that it begins with, else about the document. */
export function warningsOf(said: readonly (readonly string[])[]): readonly Remark[] {
  return said.flatMap((messages, document) => messages.map((message) => ({ document, ...about(/^[a-z]\w*[.[]\S*(?=: )/.exec(message)?.[0]), message })))
}

/** `subsets[0].addresses[0].ip: IPv6 address …` tells its field. */
function about(field: string | undefined): Pick<Spot, 'field'> {
  return field === undefined ? {} : { field }
}

/** What a document does, for its line in the review. */
export const actionWords: Readonly<Record<ApplyPreview['action'], string>> = { create: 'new', configure: 'changed', unchanged: 'unchanged', refused: 'refused' }
