// The first load's budget: what index.html asks for at once, compressed with brotli. Fails when it is over, or when Monaco is in it.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { root } from './workspace.mjs'

const budget = { page: 175_000, worker: 208_000 }

const dist = join(root, 'dist')
const html = readFileSync(join(dist, 'index.html'), 'utf8')
const first = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map((match) => match[1])
const worker = readdirSync(join(dist, 'assets')).filter((name) => /^worker-.*\.js$/.test(name)).map((name) => `assets/${name}`)
const problems = [...over('page', first), ...over('worker', worker)]
if (first.some((name) => readFileSync(join(dist, name), 'utf8').includes('vs/editor'))) problems.push('Monaco is part of the first load')
for (const problem of problems) console.error(problem)
process.exit(problems.length > 0 ? 1 : 0)

function over(name, files) {
  const size = files.reduce((sum, file) => sum + brotliCompressSync(readFileSync(join(dist, file))).length, 0)
  console.log(`${name}: ${(size / 1000).toFixed(1)} kB of ${budget[name] / 1000} kB (brotli), ${files.join(', ')}`)
  if (files.length === 0) return [`${name}: no script found in dist`]
  return size > budget[name] ? [`${name}: ${size} bytes are over the budget of ${budget[name]}`] : []
}
