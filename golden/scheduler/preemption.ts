import { difference } from '../harness.ts'
import type { GoldenSet } from '../harness.ts'
import { decide } from './world.ts'

interface Candidate {
  readonly node: string
  readonly victims: readonly string[]
}

/** Whom preemption would evict where, and what is said when it does not help. */
export const schedulerPreemption: GoldenSet = {
  name: 'scheduler/preemption',
  run({ in: input, out, ...rest }) {
    const outcome = decide({ in: input, out, ...rest })
    if (out.fits) return difference({ feasible: (out.feasible as string[]).toSorted() }, { feasible: outcome.feasible.map(({ name }) => name).sort() })
    const { preemption } = outcome
    const actual = (preemption?.candidates ?? []).map(({ node, victims }) => ({ node, victims: victims.map((pod) => pod.pod.metadata.name) })).sort(byNode)
    const expected = ((out.preemption?.candidates ?? []) as Candidate[]).map(({ node, victims }) => ({ node, victims })).sort(byNode)
    const chosen = preemption?.chosen?.node
    const amongst: readonly string[] = out.preemption?.chosenAmong ?? []
    if (amongst.length > 0 ? !amongst.includes(chosen ?? '') : chosen !== undefined) return `chose ${chosen}, expected one of ${amongst.join(' ')}`
    const displaced = preemption?.displaced.map(({ key }) => key) ?? []
    const nominated = amongst.length > 1 || outcome.nominate === null ? {} : { nominatedNodeName: outcome.nominate }
    const told = { message: outcome.message, eligible: preemption?.eligible, candidates: actual, displaced, ...nominated }
    const should = { message: out.message, eligible: out.preemption?.eligible, candidates: expected, displaced: out.nominationsCleared ?? [] }
    return difference({ ...should, ...(out.nominatedNodeName === undefined ? {} : { nominatedNodeName: out.nominatedNodeName }) }, told)
  },
}

function byNode(a: Candidate, b: Candidate): number {
  return a.node < b.node ? -1 : 1
}
