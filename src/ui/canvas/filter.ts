import type { Labels } from '../../sim/api/objects.ts'

interface Filtered {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels }
}

/** Does it pass the filter? `app=web,tier!=db` compares labels, anything else is a part of the name. What does not pass is dimmed, never moved. */
export function passes(object: Filtered, namespace: string | null, search: string): boolean {
  if (namespace !== null && object.metadata.namespace !== namespace) return false
  const text = search.trim()
  if (text === '') return true
  if (!text.includes('=')) return object.metadata.name.includes(text)
  const labels = new Map(Object.entries(object.metadata.labels ?? {}))
  return text.split(',').every((term) => {
    const match = /^\s*([^=!\s]+)\s*(!=|==?)\s*(\S*)\s*$/.exec(term)
    if (!match) return true
    const value = labels.get(match[1] ?? '')
    return match[2] === '!=' ? value !== match[3] : value === match[3]
  })
}
