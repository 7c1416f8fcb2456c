// node scripts/upstream-answers/ask.mjs [scheduling|slices] < cases.jsonl > answers.jsonl: what Kubernetes 1.36's own code answers (main.go of each says in what form). Needs Go and its module proxy; nothing else in the project needs it.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const go = (...words) => execFileSync('go', words, { cwd: folder, encoding: 'utf8', stdio: ['inherit', 'pipe', 'inherit'] }).trim()

go('mod', 'download', 'k8s.io/kubernetes')
const upstream = join(go('list', '-m', '-f', '{{.Dir}}', 'k8s.io/kubernetes'), 'pkg/registry/core/service/storage')
for (const name of ['alloc.go', 'storage.go', 'transaction.go']) {
  writeFileSync(join(folder, 'allocation', name), readFileSync(join(upstream, name), 'utf8').replace(/^package storage$/m, 'package allocation'))
}
const program = ['scheduling', 'slices'].includes(process.argv[2]) ? `./${process.argv[2]}` : '.'
go('build', '-o', 'upstream-answers', program)
execFileSync(join(folder, 'upstream-answers'), { stdio: 'inherit' })
