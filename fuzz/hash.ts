import { Cluster } from '../src/sim/cluster/cluster.ts'
import type { Run } from '../src/sim/cluster/run.ts'
import { planRun } from './plan.ts'
import { resolve } from './resolve.ts'

/** How long the runs of which hashes are compared have faults, and when they are looked at. */
const length = 150_000

/** A short run of a seed, with the names that only the run itself knows put in. */
export function shortRun(seed: number): { readonly run: Run; readonly until: number; readonly hash: string } {
  const { options, commands } = planRun(seed, length)
  const cluster = new Cluster(seed, options)
  for (const { at, command } of commands) {
    if (at > length) break
    cluster.advanceTo(at)
    const resolved = resolve(cluster, command)
    if (resolved) cluster.perform(resolved)
  }
  cluster.advanceTo(length)
  return { run: { version: 1, seed, options, commands: cluster.commands }, until: length, hash: cluster.hash() }
}
