// Looks for regular expressions whose time grows with the square of a text: a stranger's text may have a million letters.
// By trial: `prefix + pump.repeat(n) + suffix`, made of the letters of each expression. What it finds may be harmless where texts are short.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseAst } from 'vite'

const repeats = 2500
/** Milliseconds; of twice as many repeats a square takes four times as long, what is linear two times. */
const [suspicious, hopeless, growth] = [3, 400, 2.8]

const files = execFileSync('git', ['ls-files', 'src/*.ts', 'src/*.tsx'], { encoding: 'utf8' }).trim().split('\n').filter((file) => !/\.test\./.test(file))
/** By its source: where an expression stands. */
const expressions = new Map()

function collect(node, file) {
  if (node === null || typeof node !== 'object') return
  if (node.type === 'Literal' && node.regex) {
    const source = `/${node.regex.pattern}/${node.regex.flags}`
    if (!expressions.has(source)) expressions.set(source, { ...node.regex, files: new Set() })
    expressions.get(source).files.add(file)
  }
  for (const child of Object.values(node)) collect(child, file)
}

for (const file of files) collect(parseAst(readFileSync(file, 'utf8'), { lang: file.endsWith('x') ? 'tsx' : 'ts', sourceType: 'module' }), file)

function timeOf(expression, text) {
  expression.lastIndex = 0
  const start = performance.now()
  if (expression.sticky) expression.exec(text)
  else text.replace(expression, '')
  return performance.now() - start
}

function slowestTrial(expression, pattern) {
  const letters = [...new Set(['a', '0', ' ', '\n', 'A', ...pattern.replaceAll(/\\[a-zA-Z]/g, '')])].slice(0, 40)
  const words = [...new Set(pattern.match(/[A-Za-z]{2,}|-{2,}/g) ?? [])].slice(0, 6)
  const pairs = letters.slice(0, 22).flatMap((one, _, few) => few.filter((other) => other !== one).map((other) => one + other))
  let slowest = { time: 0, parts: ['', '', ''] }
  for (const prefix of ['', ...letters.slice(0, 14), ...words]) {
    for (const pump of [...letters, ...words, ...pairs]) {
      for (const suffix of ['', '!', '\n', 'x', 'a\n']) {
        const time = timeOf(expression, prefix + pump.repeat(repeats) + suffix)
        if (time > slowest.time) slowest = { time, parts: [prefix, pump, suffix] }
        if (time > hopeless) return slowest
      }
    }
  }
  return slowest
}

for (const [source, { pattern, flags, files: places }] of expressions) {
  if (!/[*+]|\{\d*,/.test(pattern)) continue
  const expression = new RegExp(pattern, /[gy]/.test(flags) ? flags : `${flags}g`)
  const { time, parts: [prefix, pump, suffix] } = slowestTrial(expression, pattern)
  if (time < suspicious) continue
  const [once, twice] = [1, 2].map((times) => Math.min(...[1, 2, 3].map(() => timeOf(expression, prefix + pump.repeat(times * repeats) + suffix))))
  if (twice > growth * once) console.log(`${source.slice(0, 120)} of ${JSON.stringify([prefix, pump, suffix])}: ${once.toFixed(1)} ms, ${twice.toFixed(1)} ms of twice as much; ${[...places].join(' ')}`)
}
