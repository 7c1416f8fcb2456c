import { test } from 'vitest'
import { fuzzRun } from './run.ts'
const from = Number(process.env.FUZZ_SEED ?? 1), n = Number(process.env.FUZZ_RUNS ?? 25)
test('all', { timeout: 900_000 }, () => {
  const found = new Map<string, number[]>()
  const t = performance.now(); let events = 0
  for (let seed = from; seed < from + n; seed++) {
    try { events += fuzzRun(seed).events } catch (e) { const m = String((e as Error).message).replace(/at \d+ ms/, '').replace(/[a-z0-9]{8,10}-[a-z0-9]{5}/g, 'X').replace(/\d+/g, '#'); if (!found.has(m)) { console.log(seed, (e as Error).stack!.slice(0, 700)) } found.set(m, [...(found.get(m) ?? []), seed]) }
  }
  console.log(performance.now() - t, 'ms', events, 'events'); for (const [m, s] of found) console.log(s.length, m, s.slice(0, 8).join())
})
