import { expect, test } from 'vitest'
import { parseManifests, printYaml } from './yaml.ts'

const objects = (text: string) => parseManifests(text).documents.map((document) => document.manifest)

test('scalars are read as sigs.k8s.io/yaml reads them, not as YAML 1.1 or 1.2', () => {
  expect(objects('{a: 0644, b: yes, c: n, d: 0o17, e: 08, f: 12:30:45, g: 2024-01-01, h: 1e3, i: 0x1F, j: 1_000, k: ~, l: "0644", m: .5, n1: -010, o: nginx, p: 1.27, q: 0b101, r: }')).toEqual([
    { a: 420, b: true, c: false, d: 15, e: 8, f: '12:30:45', g: '2024-01-01', h: 1000, i: 31, j: 1000, k: null, l: '0644', m: 0.5, n1: -8, o: 'nginx', p: 1.27, q: 5, r: null },
  ])
})

test('several documents, Lists, merge keys and empty documents are read as kubectl reads them', () => {
  expect(objects('---\n# nothing\n---\na: 1\n---\nkind: List\nitems:\n- b: 2\n- c: 3\n')).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }])
  expect(objects('x: &a {p: 1}\nz: {<<: *a, q: 2}\n')).toEqual([{ x: { p: 1 }, z: { p: 1, q: 2 } }])
})

test('a field of an API error is found at its line, in any document', () => {
  const [, second] = parseManifests('a: 1\n---\nspec:\n  ports:\n  - port: 80\n  - port: x\nmetadata:\n  labels:\n    app.kubernetes.io/name: "!"\n').documents
  expect(second!.placeOf('spec.ports[1].port').line).toBe(6)
  expect(second!.placeOf('spec.ports[1].targetPort').line).toBe(6)
  expect(second!.placeOf('metadata.labels[app.kubernetes.io/name]').line).toBe(9)
  expect(second!.placeOf('spec.selector').line).toBe(3)
})

test.each([
  ['a syntax error', 'a: [1, 2\nb: 3', /./],
  ['an alias bomb', `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array.from({ length: 9 }, () => `*a${n}`).join(', ')}]`).join('\n')}`, /aliases/],
  ['deep flow nesting', '['.repeat(20_000) + ']'.repeat(20_000), /nested deeper/],
  ['deep block nesting', Array.from({ length: 300 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'), /nested deeper/],
  ['deep sequence nesting', `${'- '.repeat(5000)}a`, /nested deeper/],
  ['nesting behind a quote that does not end', `a: "${'['.repeat(100)}`, /nested deeper/],
  ['a key that stands twice', 'a: 1\nb: {c: 1, d: [{e: 1, e: 2}]}', /keys must be unique/],
  ['brackets that close nothing', ']'.repeat(1_000_000), /Unexpected/],
  ['a quote of escapes that does not end', `a: "${'\\"'.repeat(500_000)}x`, /closing "quote/],
  ['more than a mebibyte', 'a'.repeat(2 * 1024 * 1024), /longer than/],
  ['a thousand documents and one', '---\na: 1\n'.repeat(1001), /^more than 1000 documents/],
  ['documents with nothing in them, without end', '---\n'.repeat(250_000), /^more than 1000 documents/],
  ['a List of more objects than an engine takes for arguments', `{"kind": "List", "items": [${'{},'.repeat(300_000)}{}]}`, /^more than 1000 documents/],
  ['a mistake in every character', `{${','.repeat(1_000_000)}`, /Unexpected ,/],
  ['a list at the top', '- a\n- b', /not a map/],
])('%s is refused with its place, and nothing is thrown', (_, text, message) => {
  const { documents, problems } = parseManifests(text)
  expect(documents).toEqual([])
  expect(problems[0]!.message).toMatch(message)
  expect(problems[0]!.line).toBeGreaterThan(0)
})

// Each key was compared with each.
test('a hundred thousand keys are read, and a field of endless brackets has a place', () => {
  const text = Array.from({ length: 100_000 }, (_, at) => `k${at}: 1`).join('\n')
  const [document] = parseManifests(text).documents
  expect(Object.keys(document!.manifest)).toHaveLength(100_000)
  expect(document!.placeOf('k99999').line).toBe(100_000)
  expect(document!.placeOf('k5['.repeat(1_000_000)).line).toBe(6)
})

test('a thousand documents are read, and errors tell where they come from afterwards as before', () => {
  const { stackTraceLimit } = Error
  expect(objects(`---\na: 1\n`.repeat(1000))).toHaveLength(1000)
  expect(objects(`{"kind": "List", "items": [${'{},'.repeat(999)}{}]}`)).toHaveLength(1000)
  expect(Error.stackTraceLimit).toBe(stackTraceLimit)
})

test('what is printed reads back as the same object', () => {
  const object = { a: 'yes', b: '0644', c: '12:30', d: [1, { e: null }], on: true, f: 'multi\nline\n', g: '', h: '1e3', i: '0o17', j: '2024-01-01', k: '1_000' }
  expect(objects(printYaml(object))).toEqual([object])
})
