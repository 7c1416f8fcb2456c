import { expect, test } from 'vitest'
import { RandomStreams } from '../kernel/random.ts'
import { FeasibleNodes } from './feasible-nodes.ts'
import type { GroupedScore } from './framework.ts'
import { NodeChanges } from './node-changes.ts'
import { NodeSet } from './node-set.ts'
import { NodeState } from './node-state.ts'
import { ScoreClasses } from './score-classes.ts'
import { ScoreGroups } from './score-groups.ts'

test.each([10, 400])('the totals of all nodes stay right however many classes come and go (%i groups)', (groups) => {
  const random = new RandomStreams(groups).of('classes')
  const nodes = Array.from({ length: 70 }, (_, at) => new NodeState(`n${at}`, at))
  const changes = new NodeChanges()
  const keys = [nodes.map(() => 0), nodes.map(() => 0)] as const
  const scores = keys.map((own): GroupedScore => ({ asks: [own], keyOf: ({ slot }) => own[slot]! }))
  const columns = keys.map((own, at) => new ScoreGroups({ name: `${at}`, weight: at + 1 }, [own], nodes, changes))
  const classes = new ScoreClasses(columns, nodes, changes)
  const fitting = new NodeSet(70)
  for (let time = 0; time < 400; time += 1) {
    for (let change = random.below(90); change > 0; change -= 1) {
      const position = random.below(70)
      for (const own of keys) own[position] = random.below(groups)
      changes.add(position)
    }
    fitting.clear()
    const start = random.below(70)
    const expected: number[] = []
    for (let at = 0; at < 70; at += 1) {
      const position = (start + at) % 70
      if (random.chance(1, 3)) continue
      fitting.add(position)
      expected.push(keys[0][position]! + 2 * keys[1][position]!)
    }
    const feasible = new FeasibleNodes(nodes, fitting, start, expected.length)
    for (const [at, column] of columns.entries()) column.catchUp(scores[at]!)
    classes.score(scores, feasible)
    expect([...classes.totals]).toEqual(expected)
    const best = Math.max(...expected)
    const ties = expected.flatMap((total, row) => (total === best ? [feasible.positions[row]!] : []))
    expect(classes.pickBest({ ...random, below: (bound) => bound - 1 })).toBe(ties.at(-1))
  }
})
