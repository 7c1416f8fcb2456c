// Replays the golden data (golden/run.ts) from wherever it is called.
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTypescript } from './run-typescript.mjs'

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'))
await runTypescript('golden/run.ts', process.argv.slice(2))
