import { accepted, type Result } from '../api/status.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { RequestOptions } from '../api/request.ts'

/** Which objects of a resource a list or a watch is about. */
export interface Selection {
  readonly matches: (object: KubernetesObject) => boolean
  /** The selectors say nothing: everything matches. */
  readonly everything: boolean
  /** Set when a field selector asks for one node: pods are indexed by it. */
  readonly nodeName?: string
}

export function selectionOf(options: RequestOptions | undefined): Result<Selection> {
  const labels = pairs(options?.labelSelector)
  const fields = pairs(options?.fieldSelector)
  if (labels.length + fields.length === 0) return accepted({ everything: true, matches: () => true })
  const nodeName = fields.find((field) => field.path === 'spec.nodeName' && field.equal)?.value
  return accepted({
    everything: false,
    ...(nodeName !== undefined && { nodeName }),
    matches: (object) =>
      labels.every(({ path, equal, value }) => (object.metadata.labels?.[path] === value) === equal) &&
      fields.every(({ path, equal, value }) => (fieldOf(object, path) === value) === equal),
  })
}

function pairs(selector = ''): { path: string; equal: boolean; value: string }[] {
  return selector.split(',').filter(Boolean).map((term) => {
    const [path = '', value = ''] = term.split(/!=|==?/)
    return { path, equal: !term.includes('!='), value }
  })
}

function fieldOf(object: KubernetesObject, path: string): string {
  let value: unknown = object
  for (const step of path.split('.')) value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[step] : undefined
  return typeof value === 'string' ? value : ''
}
