import { expect } from 'vitest'
import { conformance, template, withAnnotations, type Bench } from './conformance.ts'

const created = (bench: Bench, name: string, labels: Readonly<Record<string, string>>) => bench.create('podtemplates', { metadata: { name, labels }, template: template({ app: name }) })

conformance('podtemplate-deletecollection', (bench) => {
  for (const name of ['test-podtemplate-1', 'test-podtemplate-2', 'test-podtemplate-3']) created(bench, name, { 'podtemplate-set': 'true' })
  expect(bench.list('podtemplates', 'podtemplate-set=true')).toHaveLength(3)
  bench.deleteCollection('podtemplates', 'podtemplate-set=true')
  expect(bench.list('podtemplates', 'podtemplate-set=true')).toEqual([])
})

conformance('podtemplate-replace', (bench) => {
  created(bench, 'podtemplate-replace', {})
  const replaced = bench.update('podtemplates', bench.key('podtemplate-replace'), (object) => withAnnotations(object, { updated: 'true' }))
  expect(replaced.metadata.annotations).toEqual({ updated: 'true' })
  expect(replaced.metadata.generation).toBe(1)
})

conformance('podtemplate-lifecycle', (bench) => {
  const name = 'nginx-pod-template'
  created(bench, name, { 'podtemplate-static': 'true' })
  expect(bench.listEverywhere('podtemplates', 'podtemplate-static=true').map(({ metadata }) => metadata.name)).toEqual([name])
  bench.patch('podtemplates', bench.key(name), 'strategic', { metadata: { labels: { podtemplate: 'patched' } } })
  expect(bench.get('podtemplates', bench.key(name)).metadata.labels).toEqual({ 'podtemplate-static': 'true', podtemplate: 'patched' })
  expect(bench.delete('podtemplates', bench.key(name))).toMatchObject({ kind: 'PodTemplate', metadata: { name } })
  expect(bench.list('podtemplates', 'podtemplate-static=true')).toEqual([])
})
