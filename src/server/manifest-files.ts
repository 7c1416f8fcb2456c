import { readFileSync, readdirSync, statSync } from 'node:fs'
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
    const saved = path.endsWith('.json') && /^\s*\{\s*"kubarium"/.test(text) ? readScenario(text) : null
    if (!saved) manifests.push(...manifestsIn(path, text))
    else if (!saved.ok) throw new InputError(`${path}: ${saved.problem}`)
    else if (scenario) throw new InputError(`${path}: only one scenario can be run at a time`)
    else scenario = saved.scenario
  }
  if (manifests.length === 0 && !scenario) throw new InputError(`${paths.join(', ')}: no manifest in it`)
  return { manifests, scenario }
}

/** The manifests of one file, or an error that names the line. */
export function readManifestFile(path: string): readonly LocatedManifest[] {
  return manifestsIn(path, readText(path))
}

function manifestsIn(file: string, text: string): LocatedManifest[] {
  const { documents, problems } = parseManifests(text)
  const problem = problems[0]
  if (problem) throw new InputError(`${file}:${problem.line}:${problem.column}: ${problem.message}`)
  return documents.map((document) => ({ manifest: document.manifest, file, document }))
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

function readText(path: string): string {
  try {
    if (path !== '-' && statSync(path).size > 4 * limits.characters) throw new InputError(`${path}: larger than ${limits.characters / 1024 / 1024} MiB`)
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(`${path === '-' ? 'standard input' : path} cannot be read`)
  }
}
