import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest } from '../sim/cluster/run.ts'
import { readScenario, type Scenario } from '../scenario/scenario.ts'
import { limits, parseManifests, type ManifestDocument } from '../scenario/yaml.ts'
import { InputError } from './input.ts'

/** A manifest and where it stands, for messages. */
export interface LocatedManifest {
  readonly manifest: Manifest
  readonly file: string
  readonly document: ManifestDocument
}

/** What the inputs of a run hold: manifests, and at most one scenario saved from the page. */
export interface Inputs {
  readonly manifests: readonly LocatedManifest[]
  readonly scenario: Scenario | null
}

export function readInputs(paths: readonly string[]): Inputs {
  const manifests: LocatedManifest[] = []
  let scenario: Scenario | null = null
  for (const path of paths.flatMap(filesOf)) {
    const text = readText(path)
    const saved = /^\s*\{\s*"kubarium"/.test(text) ? readScenario(text) : null
    if (!saved) manifests.push(...manifestsIn(path, text))
    else if (!saved.ok) throw new InputError(`${nameOf(path)}: ${saved.problem}`)
    else if (scenario) throw new InputError(`${nameOf(path)}: only one scenario can be run at a time`)
    else scenario = saved.scenario
  }
  if (manifests.length === 0 && !scenario) throw new InputError(`${paths.map(nameOf).join(', ')}: no manifest in it`)
  return { manifests, scenario }
}

/** The manifests of one file, or an error that names the line. */
export function readManifestFile(path: string): readonly LocatedManifest[] {
  return manifestsIn(path, readText(path))
}

function manifestsIn(file: string, text: string): LocatedManifest[] {
  const { documents, problems } = parseManifests(text)
  const problem = problems[0]
  if (problem) throw new InputError(`${nameOf(file)}:${problem.line}:${problem.column}: ${problem.message}`)
  return documents.map((document) => ({ manifest: document.manifest, file: nameOf(file), document }))
}

/** A folder stands for the manifests in it, in the order of their names, as with kubectl apply -f. */
function filesOf(path: string): string[] {
  if (path === '-') return [path]
  let folder: boolean
  try {
    folder = statSync(path).isDirectory()
  } catch {
    throw new InputError(`the path "${path}" does not exist`)
  }
  if (!folder) return [path]
  return readdirSync(path).filter((name) => /\.(?:ya?ml|json)$/.test(name)).sort().map((name) => join(path, name))
}

/** The text of a file, of standard input or of a pipe, which may never end: read no further than what is taken. */
function readText(path: string): string {
  const most = limits.characters * 4 + 1
  let size = 0
  const parts: Uint8Array[] = []
  try {
    const file = path === '-' ? 0 : openSync(path, 'r')
    while (size < most) {
      const part = new Uint8Array(64 * 1024)
      const length = readPart(file, part)
      if (length === 0) break
      parts.push(part.subarray(0, length))
      size += length
    }
    if (path !== '-') closeSync(file)
  } catch {
    throw new InputError(`${nameOf(path)} cannot be read`)
  }
  if (size >= most) throw new InputError(`${nameOf(path)}: larger than ${limits.characters / 1024 / 1024} MiB`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))
  } catch {
    throw new InputError(`${nameOf(path)}: this is not text in UTF-8`)
  }
}

/** Standard input of a terminal or a slow pipe has nothing at times: that is not its end. */
function readPart(file: number, part: Uint8Array): number {
  for (;;) {
    try {
      return readSync(file, part)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path
}
