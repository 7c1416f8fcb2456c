import { expect, test } from 'vitest'
import type { WatchHandle } from '../api/request.ts'
import { must } from '../api/status.ts'
import { createTestCluster } from '../cluster/testing.ts'
import { RandomStreams } from '../kernel/random.ts'

test.each([1, 2, 3, 4])('those who watch one name are told, in the order in which they came, until they stop (seed %i)', (seed) => {
  const { client } = createTestCluster()
  const random = new RandomStreams(seed).of('watchers')
  const names = ['a', 'b']
  for (const name of names) must(client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } }))
  const handles = new Map<number, WatchHandle>()
  const watched = new Map<string, number[]>(names.map((name) => [name, []]))
  const stopped: WatchHandle[] = []
  let told: number[] = []
  for (let step = 0; step < 1_000; step += 1) {
    const name = random.pick(names)
    const those = watched.get(name)!
    const what = random.below(3)
    if (what === 0 && those.length < 10) {
      handles.set(step, must(client.watch('configmaps', 'default', { fieldSelector: `metadata.name=${name}` }, { event: () => told.push(step), closed: () => undefined })))
      those.push(step)
    } else if (what === 1 && those.length > 0) {
      const [left] = those.splice(random.below(those.length), 1)
      handles.get(left!)!.stop()
      stopped.push(handles.get(left!)!)
    } else if (stopped.length > 0) {
      // Whoever has stopped may say so again.
      random.pick(stopped).stop()
    }
    told = []
    must(client.patch('configmaps', `default/${name}`, 'merge', { data: { step: String(step) } }))
    expect(told).toEqual(those)
  }
})

test('who stops the next watcher while it is told of something is the last to be told', () => {
  const { client } = createTestCluster()
  const told: string[] = []
  const watch = (who: string, then: () => void = () => undefined): WatchHandle => must(client.watch('configmaps', 'default', { fieldSelector: 'metadata.name=a' }, { event: () => (told.push(who), then()), closed: () => undefined }))
  const first = watch('first', () => first.stop())
  watch('second', () => third.stop())
  const third = watch('third')
  for (const value of ['1', '2']) must(client[value === '1' ? 'create' : 'update']('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' }, data: { value } } as never))
  expect(told).toEqual(['first', 'second', 'second'])
})
