import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

/** docs/ARCHITECTURE.md: which room may import which. The import graph is the Kubernetes architecture diagram. */
const component = ['sim/client', 'sim/api', 'sim/kernel']
const rooms: Readonly<Record<string, readonly string[]>> = {
  'sim/kernel': [],
  'sim/api': ['sim/kernel'],
  'sim/etcd': ['sim/kernel'],
  'sim/apiserver': ['sim/etcd', 'sim/api', 'sim/kernel'],
  'sim/client': ['sim/api', 'sim/kernel'],
  'sim/controllers': component,
  'sim/scheduler': component,
  'sim/kubelet': [...component, 'sim/runtime', 'sim/network'],
  'sim/runtime': component,
  'sim/network': component,
  'sim/cluster': ['sim'],
  scenario: ['sim/api', 'sim/cluster/run.ts'],
  bridge: ['sim/cluster', 'sim/api', 'sim/kernel', 'scenario'],
  server: ['bridge', 'sim/cluster', 'sim/api', 'sim/kernel', 'scenario'],
  ui: ['bridge', 'sim/api', 'sim/kernel', 'sim/cluster/run.ts', 'sim/scheduler/decision.ts', 'sim/network/route.ts', 'scenario', 'ui'],
  'main.tsx': ['ui', 'bridge'],
}

const source = new URL('.', import.meta.url).pathname
const files = readdirSync(source, { recursive: true })
  .map(String)
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|testing\.ts$|testing\/|generated\//.test(name))

function roomOf(path: string): string {
  return Object.keys(rooms).find((room) => path === room || path.startsWith(`${room}/`)) ?? path
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!)
  return specifiers.map((specifier) => relative(source, join(source, file, '..', specifier)))
}

test('every file imports only from rooms that its own may know', () => {
  const trespasses = files.flatMap((file) => {
    const room = roomOf(file)
    const allowed = [room, ...(rooms[room] ?? [])]
    return importsOf(file)
      .filter((target) => !allowed.some((place) => target === place || target.startsWith(`${place}/`)))
      .map((target) => `${file} → ${target}`)
  })
  expect(trespasses).toEqual([])
})

test('controllers never import one another', () => {
  const trespasses = files
    .filter((file) => /^sim\/controllers\/[^/]+\//.test(file))
    .flatMap((file) => importsOf(file).filter((target) => /^sim\/controllers\/[^/]+\//.test(target) && target.split('/')[2] !== file.split('/')[2]).map((target) => `${file} → ${target}`))
  expect(trespasses).toEqual([])
})

test('what strangers send is never spread into the arguments of a call: they stand on the stack', () => {
  const spreading = files.filter((file) => /^sim\/(?:api|apiserver)\//.test(file) && /\.(?:push|unshift|concat)\(\.\.\./.test(readFileSync(join(source, file), 'utf8')))
  expect(spreading).toEqual([])
})
