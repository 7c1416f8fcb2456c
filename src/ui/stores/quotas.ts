import type { ResourceQuota } from '../../sim/api/generated/types.ts'
import { floatValue, parseQuantity } from '../../sim/api/quantity.ts'

/** What a quota says of one resource. */
export interface QuotaRow {
  readonly name: string
  /** Absent: nobody has counted yet. */
  readonly used: string | undefined
  readonly hard: string
  /** Of what may be used; 1 and more: there is no room. */
  readonly share: number
}

/** Each limit of a quota, and how much of it is used. */
export function quotaRows({ spec, status }: ResourceQuota): readonly QuotaRow[] {
  return Object.entries(spec.hard ?? {}).map(([name, hard]) => {
    const used = status.used?.[name]
    return { name, used, hard, share: used === undefined ? 0 : shareOf(used, hard) }
  })
}

/** The limit that is nearest. */
export function nearestLimit(quota: ResourceQuota): QuotaRow | undefined {
  return quotaRows(quota).reduce<QuotaRow | undefined>((nearest, row) => (nearest && nearest.share >= row.share ? nearest : row), undefined)
}

function shareOf(used: string, hard: string): number {
  const [part, whole] = [used, hard].map((text) => floatValue(parseQuantity(text)!))
  // Of nothing all is used.
  return whole ? part! / whole : 1
}
