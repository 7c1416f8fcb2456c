import { deflateSync } from 'fflate'
import { expect, test } from 'vitest'
import { gallery } from './gallery.ts'
import { decodeLink, encodeLink } from './link.ts'
import { readScenario, writeScenario } from './scenario.ts'
import { withoutSecretData } from './secrets.ts'

test.each(gallery.map((entry) => [entry.id, entry.scenario] as const))('a link to %s opens the same scenario, in characters that survive a chat', (_, scenario) => {
  const link = encodeLink(scenario)
  expect(link).toMatch(/^1[A-Za-z0-9_-]+$/)
  expect(link.length).toBeLessThan(1900)
  expect(decodeLink(`#${link}`)).toEqual({ ok: true, scenario })
})

test('a damaged link says so: cut, changed, or of a later version', () => {
  const link = encodeLink(gallery[0]!.scenario)
  for (const damaged of [link.slice(0, -20), `${link.slice(0, 40)}A${link.slice(41)}`, '1', '', `2${link.slice(1)}`, '1%%%%%%%%']) expect(decodeLink(damaged).ok).toBe(false)
})

test('refuses a link that unfolds into far more than a scenario', () => {
  const bomb = `1aaaaaa${Buffer.from(deflateSync(new Uint8Array(64 * 1024 * 1024), { level: 9 })).toString('base64url')}`
  expect(decodeLink(bomb)).toEqual({ ok: false, problem: expect.stringMatching(/unfolds to more than|longer than/) })
})

test.each([
  ['not JSON', 'hello', /not JSON/],
  ['another format', '{"kubarium":9}', /format 9/],
  ['deep nesting', '['.repeat(2000), /nested deeper/],
  ['a command of no kind', '{"kubarium":1,"title":"x","seed":1,"options":{},"commands":[{"at":0}]}', /command 1: it has no kind/],
  ['times out of order', '{"kubarium":1,"title":"x","seed":1,"options":{},"commands":[{"at":5,"kind":"power-off","node":"a"},{"at":4,"kind":"power-on","node":"a"}]}', /command 2: its time/],
  ['a million workers', '{"kubarium":1,"title":"x","seed":1,"options":{"workers":1000000},"commands":[]}', /workers must be/],
])('a scenario with %s is refused with its reason', (_, text, reason) => {
  const reading = readScenario(text)
  expect(reading.ok ? '' : reading.problem).toMatch(reason)
})

test('the data of Secrets does not travel', () => {
  const run = { version: 1, seed: 1, options: {}, commands: [{ at: 0, command: { kind: 'apply', manifests: [{ kind: 'Secret', metadata: { name: 's' }, data: { password: 'aHVudGVyMg==' } }] } }] } as const
  expect(writeScenario({ title: 's', run: withoutSecretData(run) })).not.toContain('aHVudGVyMg')
})
