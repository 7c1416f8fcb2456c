import type { EndpointSlice, Node, Pod, Service } from '../../src/sim/api/generated/types.ts'
import { planEndpointSlices } from '../../src/sim/controllers/endpoint-slice/plan-endpoint-slices.ts'
import { sliceObject } from '../../src/sim/controllers/endpoint-slice/slice-draft.ts'
import type { SliceDraft } from '../../src/sim/controllers/endpoint-slice/slice-draft.ts'
import { TopologyCache } from '../../src/sim/controllers/endpoint-slice/topology-hints.ts'
import { difference } from '../harness.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'

interface Input {
  readonly existing: readonly EndpointSlice[]
  readonly maxEndpointsPerSlice: number
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  readonly service: Service
  readonly triggerTime?: string
}

/** One pass of the EndpointSlice controller over one Service. */
export const endpointSlice: GoldenSet = {
  name: 'machinery/endpointslice',
  run(golden) {
    const input = golden.in as Input
    const topology = new TopologyCache()
    topology.setNodes(input.nodes)
    const nodes = new Map(input.nodes.map((node) => [node.metadata.name, node]))
    const plan = planEndpointSlices({ ...input, nodeOf: (name) => nodes.get(name) }, topology)
    const written = (drafts: readonly SliceDraft[]) => drafts.map((draft) => sliceObject(draft, input.service, input.triggerTime ?? null))
    const omitted = golden.out.endpointsOmitted !== undefined
    const actual = {
      create: normalized(written(plan.create), omitted),
      update: normalized(written(plan.update), omitted),
      delete: plan.delete.map(({ metadata }) => metadata.name).sort(),
      events: plan.events.map(({ type, reason, message }) => `${type} ${reason} ${message}`).sort(),
      error: plan.errors.length > 0 ? plan.errors.join() : undefined,
    }
    const { create = [], update = [], events = [], error } = golden.out
    const expected = { create: normalized(create, omitted), update: normalized(update, omitted), delete: [...(golden.out.delete ?? [])].sort(), events: [...events].sort(), error }
    return difference(expected, actual)
  },
}

/** Slices, endpoints and ports are sets here, and Go writes no empty lists. */
function normalized(slices: readonly GoldenCase['in'][], omitted: boolean): unknown {
  const texts = slices.map((given) => {
    const { apiVersion: _version, kind: _kind, endpoints, ports, endpointCount, ...slice } = given
    const list = (endpoints ?? []).map((endpoint: unknown) => sorted(endpoint)).sort(byText)
    const { creationTimestamp: _created, ...metadata } = slice.metadata
    const count = endpointCount ?? list.length
    return sorted({ ...slice, metadata, ports: (ports ?? []).map(sorted).sort(byText), ...(omitted ? { count } : { endpoints: list }) })
  })
  return texts.sort(byText)
}

function byText(a: unknown, b: unknown): number {
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)]
  return one < other ? -1 : one > other ? 1 : 0
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]))
}
