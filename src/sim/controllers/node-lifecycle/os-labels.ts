import type { Node } from '../../api/generated/types.ts'
import type { Labels } from '../../api/objects.ts'

const copies = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const

/** The older labels for operating system and architecture that do not say what the present ones say. */
export function labelsToCopy({ metadata: { labels } }: Node): Labels | undefined {
  const wrong = copies.flatMap(([from, to]) => {
    const value = labels?.[from]
    return value !== undefined && labels?.[to] !== value ? [[to, value] as const] : []
  })
  return wrong.length > 0 ? Object.fromEntries(wrong) : undefined
}
