import { readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import type { Planted } from './planted/planted.ts'

/** The folder of the project; everything is run from there. */
const project = process.cwd()

/** A program that plays runs, until it is removed. */
export interface Runner {
  readonly file: string
  remove(): void
}

/** Makes one program of runner.ts, with a bug planted in it if one is given, and answers where it is. The product knows nothing of this: the bug is written into the bundle. */
export async function bundleRunner(planted: Planted | null): Promise<Runner> {
  const file = join(project, 'node_modules', '.cache', 'kubarium', `fuzz-${planted?.id ?? 'sound'}-${process.pid}.mjs`)
  const places = planted ? placesOf(planted) : []
  const plugins = places.map((place) => ({ name: 'planted-bug', transform: (code: string, id: string) => (id === resolve(project, place.file) ? mutate(code, place) : null) }))
  const bundle = await rolldown({ input: join(project, 'fuzz', 'runner.ts'), platform: 'node', external: [/^node:/, /^[^./\0](?!:)/], logLevel: 'silent', plugins })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  await bundle.close()
  return { file, remove: () => rmSync(file, { force: true }) }
}

/** Each place of a bug, as a bug of its own. */
export function placesOf(planted: Planted): readonly Planted[] {
  return planted.also ? [planted, { ...planted, ...planted.also }] : [planted]
}

/** The source with the bug in it; throws when its place is not there exactly once. */
export function mutate(code: string, { id, file, find, replace }: Planted): string {
  const places = code.split(find).length - 1
  if (places !== 1) throw new Error(`planted bug ${id}: ${file} has ${places} places ${JSON.stringify(find)}, one is needed`)
  return code.replace(find, () => replace)
}

/** The source that a bug is planted in. */
export function sourceOf({ file }: Planted): string {
  return readFileSync(join(project, file), 'utf8')
}
