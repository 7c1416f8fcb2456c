import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { compareCosts, type Comparison, type Costs } from './compare.ts'
import { rounded } from './numbers.ts'

const pairs = 5

/** Measures this working tree and another commit in turn, by the same figures; answers the exit code: 1 when something has become slower. */
export async function compareWith(ref: string | undefined): Promise<number> {
  if (!ref) throw new Error('usage: npm run bench -- --against REF')
  const commit = git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`)
  const folder = mkdtempSync(join(tmpdir(), 'kubarium-against-'))
  try {
    const [old, current] = [join(folder, 'before.mjs'), join(folder, 'now.mjs')]
    await bundleCommit(commit, join(folder, 'tree'), old)
    await bundle(process.cwd(), current)
    const [before, now]: [Costs[], Costs[]] = [[], []]
    for (let pair = 1; pair <= pairs; pair += 1) {
      console.error(`pair ${pair} of ${pairs}`)
      before.push(run(old))
      now.push(run(current))
    }
    const comparisons = compareCosts(before, now)
    print(comparisons, commit.slice(0, 7))
    return comparisons.some(({ isSlower }) => isSlower) ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
    git('worktree', 'prune')
  }
}

/** The other commit's engine with the measurements of this one: what differs is what was measured, not how. */
async function bundleCommit(commit: string, tree: string, file: string): Promise<void> {
  git('worktree', 'add', '--detach', '--force', tree, commit)
  symlinkSync(join(process.cwd(), 'node_modules'), join(tree, 'node_modules'))
  execFileSync('node', ['scripts/generate-kubernetes.mjs'], { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] })
  rmSync(join(tree, 'bench'), { recursive: true, force: true })
  cpSync('bench', join(tree, 'bench'), { recursive: true })
  await bundle(tree, file)
}

async function bundle(tree: string, file: string): Promise<void> {
  const built = await rolldown({ input: join(tree, 'bench', 'figures.ts'), cwd: tree, platform: 'node', external: [/^node:/], logLevel: 'silent' })
  await built.write({ file, format: 'esm', codeSplitting: false })
  await built.close()
}

function run(file: string): Costs {
  return JSON.parse(execFileSync('node', [file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as Costs
}

function print(comparisons: readonly Comparison[], commit: string): void {
  const cell = (text: string | number) => String(text).padStart(10)
  console.log(`${cell(commit)}${cell('now')}${cell('ratio')}${cell('dearer in')}`)
  for (const { figure, before, now, ratio, dearer, isSlower } of comparisons) {
    console.log(`${cell(rounded(before))}${cell(rounded(now))}${cell(ratio.toFixed(2))}${cell(`${dearer} of ${pairs}`)}  ${figure}${isSlower ? '  SLOWER' : ''}`)
  }
}

function git(...words: string[]): string {
  return execFileSync('git', words, { encoding: 'utf8' }).trim()
}
