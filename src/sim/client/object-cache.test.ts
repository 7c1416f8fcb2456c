import { expect, test } from 'vitest'
import { RandomStreams } from '../kernel/random.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { ObjectCache } from './object-cache.ts'

interface Thing extends KubernetesObject {
  readonly tags: readonly string[]
}

const namespaces = ['a', 'a-b', 'b']
const tagSets = [[], ['a'], ['b'], ['a', 'b'], ['a', 'a'], Array.from({ length: 20 }, () => 'a'), Array.from({ length: 20 }, (_, at) => (at % 3 === 0 ? 'a' : 'b'))]

test.each([1, 2, 3])('shows the newest of what is there, in order, by name, namespace and index, and what was shown stays as it was (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('things')
  const cache = new ObjectCache<Thing>()
  cache.addIndex('tag', ({ tags }) => tags, (old, thing) => old.tags === thing.tags)
  const model = new Map<string, Thing>()
  const handedOut: { readonly list: readonly Thing[]; readonly copy: readonly Thing[] }[] = []
  for (let step = 0; step < 200; step += 1) {
    // Many come before somebody looks, and few.
    for (let changes = random.pick([1, 2, 30]); changes > 0; changes -= 1) change()
    if (random.chance(1, 8)) empty(random.pick(namespaces))
    const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, thing]) => thing)
    const lists = [
      [cache.list(), sorted],
      [cache.list('a'), sorted.filter(({ metadata }) => metadata.namespace === 'a')],
      ...['a', 'b'].map((tag) => [cache.byIndex('tag', tag), sorted.filter(({ tags }) => tags.includes(tag))] as const),
    ] as const
    for (const [list, expected] of lists) {
      expect(list).toEqual(expected)
      handedOut.push({ list, copy: [...list] })
    }
    expect(cache.byIndex('tag', 'a'), 'what has not changed is the same list').toBe(cache.byIndex('tag', 'a'))
    expect([...cache.indexValues('tag')].sort()).toEqual(['a', 'b'].filter((tag) => sorted.some(({ tags }) => tags.includes(tag))))
  }
  for (const { list, copy } of handedOut) expect(list).toEqual(copy)

  function change(): void {
    const [namespace, name] = [random.pick(namespaces), `thing-${random.below(20)}`]
    const key = `${namespace}/${name}`
    const old = model.get(key)
    expect(cache.get(key)).toBe(old)
    expect(cache.find(namespace, name)).toBe(old)
    if (old && random.chance(1, 3)) return remove(key, old)
    const thing = { metadata: { namespace, name }, tags: old && random.chance(1, 2) ? old.tags : random.pick(tagSets) } as unknown as Thing
    model.set(key, thing)
    expect(cache.put(thing)).toBe(old)
  }

  function empty(namespace: string): void {
    for (const [key, thing] of model) if (thing.metadata.namespace === namespace) remove(key, thing)
    expect(cache.list(namespace)).toEqual([])
  }

  function remove(key: string, thing: Thing): void {
    model.delete(key)
    expect(cache.remove(thing)).toBe(thing)
  }
})

// With each of the tags compared with each it took minutes.
test('an object with endless tags is filed under each of them, and under others when it changes', () => {
  const cache = new ObjectCache<Thing>()
  cache.addIndex('tag', ({ tags }) => tags)
  const thing = (first: number): Thing => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' }, tags: Array.from({ length: 200_000 }, (_, at) => `t${first + at}`) }) as unknown as Thing
  cache.put(thing(0))
  const changed = thing(1)
  cache.put(changed)
  expect([cache.byIndex('tag', 't0'), cache.byIndex('tag', 't1'), cache.byIndex('tag', 't200000')]).toEqual([[], [changed], [changed]])
  cache.remove(changed)
  expect([...cache.indexValues('tag')]).toEqual([])
})
