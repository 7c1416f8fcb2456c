import type { Node } from '../../api/generated/types.ts'

/** How a zone is, as far as its nodes tell. */
export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption'

/** The nodes of a zone that count. */
export interface ZoneCount {
  ready: number
  notReady: number
}

/** The flags behind the taint rates. */
export interface ZoneFlags {
  readonly nodeEvictionRate: number
  readonly secondaryNodeEvictionRate: number
  readonly largeClusterSizeThreshold: number
  readonly unhealthyZoneThreshold: number
}

/** Region and zone together; all nodes without both are one zone. */
export function zoneKeyOf({ metadata: { labels = {} } }: Node): string {
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? ''
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? ''
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`
}

/** Nodes with this label, whatever its value, do not count in their zone. */
export function isExcludedFromDisruption({ metadata: { labels } }: Node): boolean {
  return labels !== undefined && Object.hasOwn(labels, 'node.kubernetes.io/exclude-disruption')
}

/** Upstream computes in 32-bit floats, so that 11 of 20 is 55 %. */
export function zoneStateOf({ ready, notReady }: ZoneCount, { unhealthyZoneThreshold }: ZoneFlags): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption'
  const isUnhealthy = notReady > 2 && Math.fround(notReady / (notReady + ready)) >= Math.fround(unhealthyZoneThreshold)
  return isUnhealthy ? 'PartialDisruption' : 'Normal'
}

/** NoExecute taints a second in a zone of this state and size. */
export function taintRate(state: ZoneState, size: number, flags: ZoneFlags): number {
  if (state !== 'PartialDisruption') return flags.nodeEvictionRate
  return size > flags.largeClusterSizeThreshold ? flags.secondaryNodeEvictionRate : 0
}

/** What the states of the zones ask for; zones in the order in which they were first seen. */
export interface DisruptionPlan {
  readonly states: ReadonlyMap<string, ZoneState>
  /** The zones that get another rate of NoExecute taints. */
  readonly rates: ReadonlyMap<string, number>
  /** All nodes are lost: more likely it is the control plane that is cut off, so nobody is evicted. */
  readonly entersTotal: boolean
  /** Some came back: everybody's period of grace begins anew. */
  readonly leavesTotal: boolean
}

/** Decides how fast nodes are tainted after a pass that counted them by zone. */
export function planDisruption(known: ReadonlyMap<string, ZoneState>, counts: ReadonlyMap<string, ZoneCount>, flags: ZoneFlags): DisruptionPlan {
  const found = new Map([...counts].map(([zone, count]) => [zone, zoneStateOf(count, flags)] as const))
  const before = new Map([...known].filter(([zone]) => counts.has(zone)))
  for (const zone of counts.keys()) if (!before.has(zone)) before.set(zone, 'Initial')
  const isTotal = [...found.values()].every((state) => state === 'FullDisruption')
  const wasTotal = [...before.values()].every((state) => state === 'FullDisruption')
  if (isTotal && wasTotal) return { states: before, rates: new Map(), entersTotal: false, leavesTotal: false }
  if (isTotal) return { states: found, rates: new Map([...before.keys()].map((zone) => [zone, 0])), entersTotal: true, leavesTotal: false }
  const rates = new Map<string, number>()
  for (const [zone, state] of found) {
    const { ready, notReady } = counts.get(zone)!
    if (wasTotal || before.get(zone) !== state) rates.set(zone, taintRate(state, ready + notReady, flags))
  }
  return { states: found, rates, entersTotal: false, leavesTotal: wasTotal }
}
