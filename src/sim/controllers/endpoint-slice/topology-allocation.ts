import type { EndpointSlice, Node } from '../../api/generated/types.ts'
import { milliValue } from '../../api/quantity.ts'
import { zoneLabel } from './endpoint-of-pod.ts'
import { isReady } from './endpoint-hints.ts'

/** How many endpoints each zone has. */
export type ZoneCounts = ReadonlyMap<string, number>

/** How many endpoints one zone should have. */
export interface Allocation {
  readonly minimum: number
  readonly maximum: number
  readonly desired: number
}

/** How much more than its share an endpoint may be asked to serve. */
const overloadThreshold = 0.2

/** Each zone's share of the CPUs of all ready nodes outside the control plane; null when a node does not tell, or there is but one zone. */
export function cpuRatios(nodes: readonly Node[]): ReadonlyMap<string, number> | null {
  const cpuByZone = new Map<string, number>()
  let total = 0
  for (const node of nodes) {
    const { labels = {} } = node.metadata
    if (Object.hasOwn(labels, 'node-role.kubernetes.io/control-plane') || Object.hasOwn(labels, 'node-role.kubernetes.io/master')) continue
    if (node.status.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True') continue
    const zone = labels[zoneLabel]
    const cpu = milliCpu(node)
    if (!zone || cpu === 0) return null
    total += cpu
    cpuByZone.set(zone, (cpuByZone.get(zone) ?? 0) + cpu)
  }
  if (total === 0 || cpuByZone.size < 2) return null
  return new Map([...cpuByZone].map(([zone, cpu]) => [zone, cpu / total]))
}

/** The CPUs a node can give, in thousandths. */
export function milliCpu(node: Node): number {
  const cpu = node.status.allocatable?.['cpu']
  return cpu === undefined ? 0 : milliValue(String(cpu))
}

/** What each zone should have of so many endpoints, or why that cannot be said. */
export function allocate(ratios: ReadonlyMap<string, number> | null, endpoints: number): ReadonlyMap<string, Allocation> | string {
  if (!ratios) return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'
  const numbers = `(${endpoints} endpoints, ${ratios.size} zones)`
  if (ratios.size > endpoints) return `Insufficient number of endpoints ${numbers}`
  const minimums = [...ratios].map(([zone, ratio]) => ({ zone, exact: ratio * endpoints, minimum: Math.ceil(ratio * endpoints * (1 / (1 + overloadThreshold))) }))
  const spare = endpoints - minimums.reduce((sum, { minimum }) => sum + minimum, 0)
  if (spare < 0) return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${numbers}`
  return new Map(minimums.map(({ zone, exact, minimum }) => [zone, { minimum, maximum: minimum + spare, desired: Math.max(exact, minimum) }]))
}

/** The hints of a slice by zone; null when they cannot stay: one is missing, names a zone without a share, or a zone would get too many. */
export function hintsByZone(slice: EndpointSlice, counts: ZoneCounts, allocations: ReadonlyMap<string, Allocation>): ZoneCounts | null {
  const byZone = new Map<string, number>()
  for (const endpoint of slice.endpoints ?? []) {
    if (!isReady(endpoint)) continue
    const zones = endpoint.hints?.forZones ?? []
    if (zones.length === 0) return null
    for (const { name } of zones) {
      if (!allocations.has(name)) return null
      byZone.set(name, (byZone.get(name) ?? 0) + 1)
    }
  }
  const isTooMuch = [...byZone].some(([zone, count]) => count + (counts.get(zone) ?? 0) > (allocations.get(zone)?.maximum ?? 0))
  return isTooMuch ? null : byZone
}

/** How many endpoints each zone gives away and gets, so that all come near to what they should have. */
export function zoneMoves(allocations: ReadonlyMap<string, Allocation>, counts: ZoneCounts) {
  const surplus = new Map<string, number>()
  const need = new Map<string, number>()
  for (const [zone, { desired }] of allocations) {
    const count = counts.get(zone) ?? 0
    if (count > desired) surplus.set(zone, count - desired)
    if (count < desired) need.set(zone, desired - count)
  }
  const giving = new Map<string, number>()
  const receiving = new Map<string, number>()
  for (;;) {
    const from = most(surplus)
    const to = most(need)
    if (!from || !to || (from.amount < 1 && to.amount < 1) || from.amount < 0.5 || to.amount < 0.5) return { giving, receiving }
    giving.set(from.zone, (giving.get(from.zone) ?? 0) + 1)
    surplus.set(from.zone, from.amount - 1)
    receiving.set(to.zone, (receiving.get(to.zone) ?? 0) + 1)
    need.set(to.zone, to.amount - 1)
  }
}

function most(amounts: ReadonlyMap<string, number>): { readonly zone: string; readonly amount: number } | undefined {
  let found: { zone: string; amount: number } | undefined
  for (const [zone, amount] of amounts) if (amount > (found?.amount ?? 0)) found = { zone, amount }
  return found
}
