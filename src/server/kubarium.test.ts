import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** `kubarium run -` as its own process. */
function kubarium(manifests: string, ...words: string[]) {
  return spawnSync(process.execPath, ['scripts/run-typescript.mjs', 'src/server/kubarium.ts', 'run', '-', ...words], { input: manifests, encoding: 'utf8' })
}

test('warnings go to standard error and a refusal after them, standard output is one JSON document', () => {
  const endpoints = (ip: string) => `apiVersion: v1\nkind: Endpoints\nmetadata: {name: old}\nsubsets: [{addresses: [{ip: "${ip}"}]}]\n`
  const deprecated = 'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n'
  const fine = kubarium(endpoints('10.9.8.7'), '--until', '1s', '-o', 'json')
  expect([fine.status, fine.stderr]).toEqual([0, deprecated])
  expect(JSON.parse(fine.stdout)).toHaveProperty('hash')
  const wrong = kubarium(endpoints('here'))
  expect([wrong.status, wrong.stdout]).toEqual([2, ''])
  expect(wrong.stderr.startsWith(`${deprecated}error: standard input:4:`)).toBe(true)
}, 30_000)
