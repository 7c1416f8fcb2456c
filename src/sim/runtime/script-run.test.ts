import { expect, test } from 'vitest'
import { createImageCatalogue, createRegistry } from './image-catalogue.ts'
import { parseImageReference, type ImageReference } from './image-reference.ts'
import { popularImages } from './popular-images.ts'
import { ScriptRun } from './script-run.ts'
import { programOf } from './shell-program.ts'

function run(script: string, memoryLimit: number | null = null): ScriptRun {
  const host = { environment: new Map([['NAME', 'web']]), hostname: 'web-1', fileText: () => null, epochAt: (offset: number) => 1_767_258_000_000 + offset, unknownCommand: 'missing' as const }
  return new ScriptRun(programOf(['sh', '-c', script], host), 1_000, memoryLimit)
}
const texts = (script: string, now: number) => run(script).linesAt(now).map(({ text }) => text)

test('scripts of common examples end when and how they say', () => {
  expect(run('exit 1').next).toEqual({ kind: 'ends', at: 1_000, exitCode: 1 })
  expect(run('echo hello && sleep 5; false').next).toEqual({ kind: 'ends', at: 6_000, exitCode: 1 })
  expect(run('for i in 1 2 3; do sleep 2; done').next).toEqual({ kind: 'ends', at: 7_000, exitCode: 0 })
  expect(run('i=0; while [ $i -lt 4 ]; do i=$((i+1)); sleep 1m; done; exit 7').next).toEqual({ kind: 'ends', at: 241_000, exitCode: 7 })
  expect(run('sleep infinity').next).toBeNull()
  expect(run('nosuchcommand').next).toMatchObject({ exitCode: 127 })
  expect(texts("echo $NAME ${MISSING:-none} '$NAME' $(hostname)", 1_000)).toEqual(['web none $NAME web-1'])
})

test('an endless loop is not run ahead, and its log of weeks later is there at once', () => {
  const endless = run('i=0; while true; do echo "$i: $(date)"; i=$((i+1)); sleep 1; done')
  expect(endless.next).toBeNull()
  const day = 86_400_000
  const lines = endless.linesAt(1_000 + 21 * day)
  expect(lines.at(-1)).toEqual({ at: 1_000 + 21 * day, text: `${21 * 86_400}: Thu Jan 22 09:00:00 UTC 2026` })
  expect(lines.length).toBeGreaterThan(100)
  expect(lines.length).toBeLessThan(5_000)
})

test('a script that waits for a name asks, and goes on when it is told', () => {
  const waiting = run('until nslookup db.default.svc; do echo waiting; sleep 2; done; echo found')
  expect(waiting.next).toEqual({ kind: 'asks', at: 1_000, question: { kind: 'resolve', name: 'db.default.svc' } })
  waiting.answer(false)
  expect(waiting.next).toMatchObject({ kind: 'asks', at: 3_000 })
  waiting.answer(true)
  expect(waiting.next).toEqual({ kind: 'ends', at: 3_000, exitCode: 0 })
  expect(waiting.linesAt(3_000).map(({ text }) => text)).toEqual(['waiting', 'found'])
})

test('files come and go with time, and memory beyond the limit ends it', () => {
  const healthy = run('touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600')
  expect([1_000, 30_999, 31_000].map((now) => healthy.fileAt('/tmp/healthy', now))).toEqual(['', '', null])
  expect(run('stress --vm 1 --vm-bytes 250M', 100 * 1024 * 1024).next?.kind).toBe('outOfMemory')
  expect(run('stress --vm 1 --vm-bytes 50M', 100 * 1024 * 1024).next).toBeNull()
})

test('a registry has every image but those that say they are missing and tags beyond what was released', () => {
  const registry = createRegistry(createImageCatalogue(popularImages))
  const found = (image: string) => registry.resolve(parseImageReference(image) as ImageReference).found
  expect(['nginx:1.27', 'somebody/their-app:v3', 'ghcr.io/team/api'].map(found)).toEqual([true, true, true])
  expect(['nginx:1.161', 'nginx:doesnotexist', 'registry.invalid/app:1', 'nosuchrepo/app'].map(found)).toEqual([false, false, false, false])
})
