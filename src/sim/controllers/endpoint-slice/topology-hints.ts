import type { EndpointSlice, Node, Service } from '../../api/generated/types.ts'
import { hinted, isReady, removeHints } from './endpoint-hints.ts'
import type { AddressType } from './endpoint-of-pod.ts'
import { draftOf } from './slice-draft.ts'
import type { SliceDraft } from './slice-draft.ts'
import { allocate, cpuRatios, hintsByZone, zoneMoves } from './topology-allocation.ts'
import type { Allocation, ZoneCounts } from './topology-allocation.ts'

/** service.kubernetes.io/topology-mode: Auto, and the older annotation, which goes first. */
export function usesTopologyMode({ metadata: { annotations = {} } }: Service): boolean {
  const mode = annotations['service.kubernetes.io/topology-aware-hints'] ?? annotations['service.kubernetes.io/topology-mode']
  return mode === 'Auto' || mode === 'auto'
}

/** An event about a Service that follows from one pass. */
export interface SliceEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

export function hintsDisabled(message: string, addressType: AddressType): SliceEvent {
  return { type: 'Warning', reason: 'TopologyAwareHintsDisabled', message: `${message}, addressType: ${addressType}` }
}

/** What the hints of all Services have to know: how the CPUs of the nodes spread over the zones, and how each Service was hinted. */
export class TopologyCache {
  private nodes: readonly Node[] | null = null
  private shares: ReadonlyMap<string, number> | null = null
  private readonly hintedByService = new Map<string, Map<AddressType, ZoneCounts>>()
  private readonly populated = new Set<string>()

  /** Nodes have changed in what matters: these they are now. */
  setNodes(nodes: readonly Node[]): void {
    this.nodes = nodes
  }

  /** Zone to its share of all CPUs; null while the nodes do not tell enough. Worked out when a Service asks: most clusters have none that does, and a thousand nodes that come one by one. */
  get ratios(): ReadonlyMap<string, number> | null {
    if (this.nodes) this.shares = cpuRatios(this.nodes)
    this.nodes = null
    return this.shares
  }

  isPopulated(service: string): boolean {
    return this.populated.has(service)
  }

  set(service: string, addressType: AddressType, counts: ZoneCounts): void {
    const byType = this.hintedByService.get(service) ?? new Map<AddressType, ZoneCounts>()
    this.hintedByService.set(service, byType.set(addressType, counts))
    this.populated.add(service)
  }

  remove(service: string, addressType: AddressType): void {
    const byType = this.hintedByService.get(service)
    byType?.delete(addressType)
    if (byType?.size === 0) this.hintedByService.delete(service)
    this.populated.delete(service)
  }

  /** The Services whose hints no longer suit the zones of the nodes. */
  overloaded(): readonly string[] {
    return [...this.hintedByService].filter(([, byType]) => [...byType.values()].some((counts) => isOverloaded(counts, this.ratios))).map(([key]) => key)
  }
}

/** The slices of one Service and family on their way, and who they belong to. */
export interface SlicesToHint {
  readonly service: string
  readonly addressType: AddressType
  readonly create: readonly SliceDraft[]
  readonly update: readonly SliceDraft[]
  readonly unchanged: readonly EndpointSlice[]
}

/** Shares the endpoints out to the zones in proportion to their CPUs, or says why that cannot be done. */
export function addTopologyHints(cache: TopologyCache, slices: SlicesToHint): { readonly update: readonly SliceDraft[]; readonly events: readonly SliceEvent[] } {
  const { service, addressType, create } = slices
  const everything = [...create, ...slices.update, ...slices.unchanged].flatMap(({ endpoints }) => endpoints ?? [])
  const allocations = allocate(cache.ratios, everything.filter(isReady).length)
  if (typeof allocations === 'string') return giveUp(cache, slices, slices.update, slices.unchanged, allocations)
  const { update, unchanged, counts } = keepSuitable(slices, allocations)
  for (const draft of [...create, ...update]) {
    for (const [at, endpoint] of draft.endpoints.entries()) {
      if (!isReady(endpoint)) continue
      const { zone } = endpoint
      if (!zone) return giveUp(cache, slices, update, unchanged, 'One or more endpoints do not have a zone specified')
      counts.set(zone, (counts.get(zone) ?? 0) + 1)
      draft.endpoints[at] = hinted(endpoint, { forZones: [{ name: zone }] })
    }
  }
  redistribute([...create, ...update], allocations, counts)
  if (counts.size === 0) return giveUp(cache, slices, update, unchanged, 'No hints allocated for zones')
  const isNew = !cache.isPopulated(service)
  cache.set(service, addressType, counts)
  const message = `Topology Aware Hints has been enabled, addressType: ${addressType}`
  return { update, events: isNew ? [{ type: 'Normal', reason: 'TopologyAwareHintsEnabled', message }] : [] }
}

function giveUp(cache: TopologyCache, slices: SlicesToHint, update: readonly SliceDraft[], unchanged: readonly EndpointSlice[], why: string) {
  cache.remove(slices.service, slices.addressType)
  return { update: removeHints(slices.create, update, unchanged), events: [hintsDisabled(why, slices.addressType)] }
}

/** Slices that are not to change keep their hints, if those leave every zone its due. */
function keepSuitable({ update, unchanged }: SlicesToHint, allocations: ReadonlyMap<string, Allocation>) {
  const counts = new Map<string, number>()
  const updates = [...update]
  const kept: EndpointSlice[] = []
  for (const slice of unchanged) {
    const hints = hintsByZone(slice, counts, allocations)
    if (hints) {
      kept.push(slice)
      for (const [zone, count] of hints) counts.set(zone, (counts.get(zone) ?? 0) + count)
    } else updates.push(draftOf(slice))
  }
  return { update: updates, unchanged: kept, counts }
}

/** Hints endpoints of zones that have too many to zones that have too few. */
function redistribute(drafts: readonly SliceDraft[], allocations: ReadonlyMap<string, Allocation>, counts: Map<string, number>): void {
  const { giving, receiving } = zoneMoves(allocations, counts)
  for (const draft of drafts) {
    for (const [at, endpoint] of draft.endpoints.entries()) {
      const from = endpoint.zone
      if (!isReady(endpoint) || from === undefined || (giving.get(from) ?? 0) === 0) continue
      const to = [...receiving.keys()].find((zone) => (receiving.get(zone) ?? 0) > 0)
      if (to === undefined) return
      draft.endpoints[at] = hinted(endpoint, { forZones: [{ name: to }] })
      giving.set(from, (giving.get(from) ?? 0) - 1)
      receiving.set(to, (receiving.get(to) ?? 0) - 1)
      counts.set(from, (counts.get(from) ?? 0) - 1).set(to, (counts.get(to) ?? 0) + 1)
    }
  }
}

function isOverloaded(counts: ZoneCounts, ratios: ReadonlyMap<string, number> | null): boolean {
  if (counts.size === 0) return false
  if (!ratios || ratios.size === 0) return true
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return [...ratios].some(([zone, ratio]) => !counts.has(zone) || (counts.get(zone) ?? 0) < Math.ceil(total * ratio * (1 / 1.2)))
}
