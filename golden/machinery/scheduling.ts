import type { Node, Taint } from '../../src/sim/api/generated/types.ts'
import {
  matchNodeSelector, matchRequiredNodeAffinity, nodeSelectorFaults, preferenceScore, preferredTermFaults, type MatchableNode,
} from '../../src/sim/api/node-affinity.ts'
import { countLimits, countRequests, hasPodLevelRequests, hasPodLevelResources, qosClass, resourceListOf, unstatedRequests } from '../../src/sim/api/pod-resources.ts'
import { findUntolerated, isHardTaint, tolerates } from '../../src/sim/api/taints.ts'
import { difference, type GoldenCase, type GoldenSet } from '../harness.ts'

/** Node selectors, affinity, taints and tolerations. */
export const schedulingHelpers: GoldenSet = {
  name: 'machinery/scheduling-helpers',
  run: ({ in: input, out }) => difference(out, answered(input, out)),
}

function answered(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  switch (input.op) {
    case 'nodeSelector': {
      const { matches, errors } = matchNodeSelector(input.selector, matchable(input.node))
      const faults = nodeSelectorFaults(input.selector)
      return { match: matches, matchError: joined(errors), ...(faults.length > 0 && { parseError: joined(faults) }) }
    }
    case 'podRequired': {
      const { matches, errors } = matchRequiredNodeAffinity(input.pod.spec, matchable(input.node))
      return { match: matches, error: joined(errors) }
    }
    case 'preferred': {
      const faults = preferredTermFaults(input.terms)
      return faults.length > 0 ? { error: joined(faults) } : { score: preferenceScore(input.terms, matchable(input.node)) }
    }
    case 'toleration':
      return {
        results: out.results.map(({ taint }: { taint: Taint }) => ({
          taint,
          tolerated: tolerates(input.toleration, taint, true),
          toleratedWithoutComparisonOperators: tolerates(input.toleration, taint),
        })),
      }
    case 'untolerated': {
      const taint = findUntolerated(input.taints, input.tolerations, isHardTaint)
      return { untolerated: taint !== undefined, ...(taint && { taint }) }
    }
    case 'priority':
      return { priority: input.pod.spec.priority ?? 0 }
    default:
      return `unknown op ${input.op}`
  }
}

function matchable(node: Node): MatchableNode {
  return { name: node.metadata.name, labels: node.metadata.labels ?? {} }
}

/** Several errors as one, as Go's aggregate prints them. */
function joined(errors: readonly string[]): string | null {
  const texts = [...new Set(errors)]
  return texts.length === 0 ? null : texts.length === 1 ? (texts[0] ?? null) : `[${texts.join(', ')}]`
}

/** The effective requests, limits and the QoS class of pods. */
export const podResources: GoldenSet = {
  name: 'machinery/pod-resources',
  run({ in: { pod }, out }) {
    return difference(out, {
      limits: resourceListOf(countLimits(pod)),
      limitsUseStatus: resourceListOf(countLimits(pod, { useStatus: true })),
      podLevelRequestsSet: hasPodLevelRequests(pod.spec),
      podLevelResourcesSet: hasPodLevelResources(pod.spec),
      qos: qosClass(pod.spec),
      requests: resourceListOf(countRequests(pod)),
      requestsNonMissing: resourceListOf(countRequests(pod, { nonMissing: unstatedRequests })),
      requestsSkipPodLevel: resourceListOf(countRequests(pod, { skipPodLevel: true })),
      requestsUseStatus: resourceListOf(countRequests(pod, { useStatus: true })),
      requestsWithoutOverhead: resourceListOf(countRequests(pod, { withoutOverhead: true })),
    })
  },
}
