import { expect, test } from 'vitest'
import { RandomStreams } from '../kernel/random.ts'
import { NodeSet } from './node-set.ts'

/** Positions from one on and round. */
function round(members: Iterable<number>, from: number): readonly number[] {
  const sorted = [...members].sort((a, b) => a - b)
  return [...sorted.filter((position) => position >= from), ...sorted.filter((position) => position < from)]
}

function listOf(set: NodeSet, nodes: number): readonly number[] {
  return Array.from({ length: nodes }, (_, position) => position).filter((position) => set.has(position))
}

test.each([1, 2, 3, 4, 5, 6])('is a set of positions (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('sets')
  const nodes = random.pick([1, 31, 32, 33, 100])
  const sets = [new NodeSet(nodes), new NodeSet(nodes)] as const
  const expected = [new Set<number>(), new Set<number>()] as const
  for (let at = 0; at < 400; at += 1) {
    const which = random.pick([0, 1] as const)
    const position = random.below(nodes)
    if (random.chance(1, 12)) {
      const end = random.between(position, nodes)
      sets[which].addRange(position, end)
      for (let each = position; each < end; each += 1) expected[which].add(each)
    } else if (random.chance(1, 30)) {
      sets[which].clear()
      expected[which].clear()
    } else if (random.chance(1, 2)) {
      sets[which].add(position)
      expected[which].add(position)
    } else {
      sets[which].delete(position)
      expected[which].delete(position)
    }
    const [set, members] = [sets[which], expected[which]]
    expect(listOf(set, nodes)).toEqual(round(members, 0))
    expect({ size: set.size, isEmpty: set.isEmpty }).toEqual({ size: members.size, isEmpty: members.size === 0 })
    const from = random.below(nodes)
    const end = random.between(0, nodes)
    expect(set.next(from, end)).toBe(round(members, 0).find((each) => each >= from && each < end) ?? end)
    if (members.size > 0) expect(Array.from({ length: members.size }, (_, others) => set.after(others, from))).toEqual(round(members, from))
    const common = [...expected[0]].filter((each) => expected[1].has(each))
    expect(sets[0].meets(sets[1])).toBe(common.length > 0)
    const both = new NodeSet(nodes)
    both.addCommon(...sets)
    expect(listOf(both, nodes)).toEqual(round(common, 0))
  }
})
