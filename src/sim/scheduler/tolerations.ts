import type { Pod, Toleration } from '../api/generated/types.ts'

const none: readonly Toleration[] = []

/** Pods of one template have one list, and with many templates come the same few. */
const byText = new Map<string, readonly Toleration[]>()
const byList = new WeakMap<readonly Toleration[], readonly Toleration[]>()
const mostTexts = 10_000
/** The last that was asked about, and what was said: pods of one template come in a row, and several plugins ask about each. */
let latest = { of: none, same: none }

/** What a pod tolerates; equal lists are the same list. */
export function tolerationsOf({ spec: { tolerations } }: Pod): readonly Toleration[] {
  if (!tolerations || tolerations.length === 0) return none
  if (latest.of !== tolerations) latest = { of: tolerations, same: sameAs(tolerations) }
  return latest.same
}

function sameAs(tolerations: readonly Toleration[]): readonly Toleration[] {
  const known = byList.get(tolerations)
  if (known) return known
  const text = JSON.stringify(tolerations)
  const same = byText.get(text) ?? tolerations
  if (same === tolerations && byText.size < mostTexts) byText.set(text, same)
  byList.set(tolerations, same)
  return same
}
