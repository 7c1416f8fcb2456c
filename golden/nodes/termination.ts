import type { GoldenCase, GoldenSet } from '../harness.ts'
import { deletion, isPlainDeletion } from './termination-deletion.ts'
import { played } from './termination-played.ts'
import { shutdown } from './termination-shutdown.ts'
import { partialDifference } from './partial.ts'

/** Whether the case is about an ending that is built. */
export function isBuiltEnding({ in: input }: GoldenCase): boolean {
  return !isNodePressure(input)
}

/** Deletions, second deletions, hooks, deadlines, preemptions. */
export const termination: GoldenSet = {
  name: 'nodes/termination',
  run: (golden) => (isShutdown(golden.in) ? partialDifference(golden.out, shutdown(golden)) : isPlainDeletion(golden) ? deletion(golden) : partialDifference(golden.out, played(golden))),
}

function isNodePressure(input: GoldenCase['in']): boolean {
  return input.hard !== undefined || input.soft !== undefined
}

function isShutdown(input: GoldenCase['in']): boolean {
  return input.shutdownGracePeriod !== undefined || input.shuttingDown !== undefined || input.config !== undefined
}
