import { expect, test } from 'vitest'
import { Timeline } from '../kernel/agenda.ts'
import { Store } from './store.ts'
import { Difference } from './version.ts'

interface Mark {
  readonly name: string
  readonly at: number
}

class MadeAt extends Difference<Mark> {
  constructor(private readonly at: number) {
    super()
  }

  restore(whole: Mark): Mark {
    return { ...whole, at: this.at }
  }
}

test('a replaced value that is kept as what differs reads as before, and is not kept whole', () => {
  const store = new Store<Mark>()
  store.serve(new Timeline().fork('etcd'))
  const made: Mark[] = []
  store.keepDifferences({ prefix: 'marks/', between: (older, newer) => (older.name === newer.name ? new MadeAt(older.at) : undefined) })
  let expected = 0
  for (const [at, name] of ['a', 'a', 'a', 'b', 'b'].entries()) {
    const swap = store.put('marks/1', expected, () => (made[at] = { name, at }))
    if (swap.ok) expected = swap.kv.modRevision
  }
  const seen: (Mark | undefined)[] = []
  store.watch('marks/', 1, ({ value }) => seen.push(value))
  expect(seen).toEqual(made)
  // The last of each name is kept as it is.
  expect(seen.map((value, at) => value === made[at])).toEqual([false, false, true, false, true])
})
