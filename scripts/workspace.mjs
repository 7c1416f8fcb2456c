// What `npm start` and `npm test` share: they work on a machine that has only Node, and are quick the second time. No dependencies.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, 'node_modules', '.cache', 'kubarium')

/** Says one thing plainly and ends the process. */
export function giveUp(message) {
  console.error(message)
  process.exit(1)
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) giveUp(`Kubarium needs Node 20.19 or newer; this is ${process.versions.node}.`)
}

/** Runs a command with its output shown; ends the process with its exit code when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32', ...options })
  if (result.error) giveUp(`${command} could not be started: ${result.error.message}`)
  if (result.status !== 0) process.exit(result.status ?? 1)
}

/** A tool of a package that is installed here. */
export function runTool(entry, args, options = {}) {
  run(process.execPath, [join(root, 'node_modules', entry), ...args], { shell: false, ...options })
}

/** Installs what the lockfile names, unless this very lockfile was installed before; generates Kubernetes' types and schemas. */
export function ensureInstalled() {
  const wanted = fingerprint([join(root, 'package-lock.json')])
  const stamp = join(cache, 'installed')
  if (read(stamp) !== wanted) {
    console.log('Installing what Kubarium is built with (once) …')
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
    remember(stamp, wanted)
  }
  const generator = fingerprint([join(root, 'scripts/generate-kubernetes.mjs'), join(root, 'scripts/kubernetes-facts.mjs')])
  const generated = join(cache, 'generated')
  if (read(generated) === wanted + generator && existsSync(join(root, 'src/sim/api/generated/types.ts'))) return
  run(process.execPath, [join(root, 'scripts/generate-kubernetes.mjs')], { shell: false })
  remember(generated, wanted + generator)
}

/** Builds the static folder `dist`, unless nothing that goes into it has changed. */
export function ensureBuilt() {
  const sources = ['index.html', 'package-lock.json', 'vite.config.ts', ...filesIn('src'), ...filesIn('public'), ...filesIn('scripts')].map((path) => join(root, path))
  const wanted = fingerprint(sources)
  const stamp = join(cache, 'built')
  if (read(stamp) === wanted && existsSync(join(root, 'dist/index.html'))) return
  console.log('Building the page …')
  runTool('vite/bin/vite.js', ['build', '--logLevel', 'warn'])
  remember(stamp, wanted)
}

/** Starts a program and lets it run. */
export function start(command, args, options = {}) {
  return spawn(command, args, { cwd: root, ...options })
}

function filesIn(folder) {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true }).map((name) => join(folder, String(name))).filter((name) => statSync(join(root, name)).isFile()).sort()
}

function fingerprint(files) {
  const hash = createHash('sha256')
  for (const file of files) if (existsSync(file)) hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

function remember(path, text) {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}
