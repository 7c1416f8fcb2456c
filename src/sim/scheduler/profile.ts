import type { FilterPlugin, Plugin, PreEnqueuePlugin, ScorePlugin } from './framework.ts'
import { cpuAndMemory, type ScoredResource } from './node-resources.ts'
import type { PlacementPlugin } from './placement-plugins.ts'
import { balancedAllocation } from './plugins/balanced-allocation.ts'
import { imageLocality } from './plugins/image-locality.ts'
import { interPodAffinity } from './plugins/inter-pod-affinity.ts'
import { nodeAffinity } from './plugins/node-affinity.ts'
import { nodeName } from './plugins/node-name.ts'
import { nodePorts } from './plugins/node-ports.ts'
import { nodeUnschedulable } from './plugins/node-unschedulable.ts'
import { resourcesFit } from './plugins/resources-fit.ts'
import { schedulingGates } from './plugins/scheduling-gates.ts'
import { taintToleration } from './plugins/taint-toleration.ts'
import { topologySpread } from './plugins/topology-spread.ts'
import type { ScoringStrategy } from './scoring-strategy.ts'

/** Which plugins run, in which order. */
export interface Profile {
  readonly schedulerName: string
  readonly percentageOfNodesToScore: number
  readonly preEnqueue: readonly PreEnqueuePlugin[]
  readonly filters: readonly FilterPlugin[]
  readonly scores: readonly ScorePlugin[]
  /** From Reserve to PostBind. */
  readonly placement: readonly PlacementPlugin[]
  readonly plugins: readonly Plugin[]
}

/** KubeSchedulerConfiguration's pluginConfig, as far as it is modelled. */
export interface PluginArguments {
  readonly NodeResourcesFit?: { readonly scoringStrategy: ScoringStrategy }
  readonly NodeResourcesBalancedAllocation?: { readonly resources: readonly ScoredResource[] }
  readonly InterPodAffinity?: { readonly hardPodAffinityWeight: number }
}

const leastAllocated: ScoringStrategy = { type: 'LeastAllocated', resources: cpuAndMemory }

/** Kubernetes' default profile (apis/config/v1/default_plugins.go). */
export function createProfile(configured: PluginArguments = {}): Profile {
  const fit = resourcesFit(configured.NodeResourcesFit?.scoringStrategy ?? leastAllocated)
  const affinity = interPodAffinity(configured.InterPodAffinity?.hardPodAffinityWeight ?? 1)
  const filters = [nodeUnschedulable, nodeName, taintToleration, nodeAffinity, nodePorts, fit, topologySpread, affinity]
  const balanced = balancedAllocation(configured.NodeResourcesBalancedAllocation?.resources ?? cpuAndMemory)
  return {
    schedulerName: 'default-scheduler',
    percentageOfNodesToScore: 0,
    preEnqueue: [schedulingGates],
    filters,
    scores: [taintToleration, nodeAffinity, fit, topologySpread, affinity, balanced, imageLocality],
    placement: [],
    plugins: [schedulingGates, ...filters],
  }
}
