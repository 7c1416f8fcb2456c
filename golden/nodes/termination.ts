import type { GoldenCase, GoldenSet } from '../harness.ts'
import { deletion, isPlainDeletion } from './termination-deletion.ts'
import { played } from './termination-played.ts'
import { partialDifference } from './partial.ts'

/** Deletions, second deletions, hooks, deadlines, preemptions. Node pressure, graceful node shutdown and the kubelet's own preemption are not built, nor other signals than SIGTERM. */
export const termination: GoldenSet = {
  name: 'nodes/termination',
  applicable: ({ in: input }) => !isNodePressure(input) && !isShutdown(input) && input.lifecycle?.stopSignal === undefined && !input.critical,
  run: (golden) => (isPlainDeletion(golden) ? deletion(golden) : partialDifference(golden.out, played(golden))),
}

function isNodePressure(input: GoldenCase['in']): boolean {
  return input.hard !== undefined || input.soft !== undefined
}

function isShutdown(input: GoldenCase['in']): boolean {
  return input.shutdownGracePeriod !== undefined || input.shuttingDown !== undefined || input.config !== undefined
}
