// node scripts/run-typescript.mjs golden/run.ts ARGS…: bundles a TypeScript program (Node 20 cannot run it itself) and runs it in this process.
import { realpathSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** Bundles `entry` into node_modules/.cache and imports it; the program sees `words` as its arguments. */
export async function runTypescript(entry, words) {
  const { rolldown } = await import('rolldown')
  const source = resolve(entry)
  // One file a process: two runs at the same time must not overwrite each other's bundle.
  const name = relative(project, source).replaceAll(/[^\w.-]/g, '-').replace(/\.ts$/, '')
  const file = join(project, 'node_modules', '.cache', 'kubarium', `${name}-${process.pid}.mjs`)
  const bundle = await rolldown({ input: source, platform: 'node', external: [/^node:/, /^[^./\0](?!:)/], logLevel: 'silent' })
  await bundle.write({ file, format: 'esm', sourcemap: 'inline', codeSplitting: false })
  await bundle.close()
  process.setSourceMapsEnabled(true)
  process.argv = [process.argv[0], source, ...words]
  const { rmSync } = await import('node:fs')
  process.on('exit', () => rmSync(file, { force: true }))
  await import(pathToFileURL(file).href)
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [entry, ...words] = process.argv.slice(2)
  if (!entry) throw new Error('usage: node scripts/run-typescript.mjs FILE.ts ARGS…')
  await runTypescript(entry, words)
}
