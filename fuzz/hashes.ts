import { shortRun } from './hash.ts'

/** `hashes COUNT`: one hash a line, for comparing what other processes, zones, languages and engines make of the same seeds. */
const count = Number(process.argv[2] ?? 50)
for (let seed = 1; seed <= count; seed += 1) console.log(shortRun(seed).hash)
