import { expect, test } from 'vitest'
import type { Command } from '../../sim/cluster/run.ts'
import { shopAfter } from '../stores/why-testing.ts'
import { calmSentence } from './calm-sentence.ts'

/** What is said of the shop when it is opened so many seconds after this was done to it. */
function saidAfter(seconds: number, ...commands: readonly Command[]): string {
  const { view } = shopAfter(commands.map((command) => ({ at: 61_000, command })), 61_000 + seconds * 1000)
  return calmSentence({ pods: view.objects.pods, nodes: view.objects.nodes, machines: view.machines }).replace('. Do to them what you like: undo is a key away.', '')
}

test('a shop that runs is told of as it is', () => {
  expect(saidAfter(0)).toBe('3 machines run; all 13 pods are ready')
})

test('a machine without power is not said to run, and what the API server has not noticed yet only looks ready', () => {
  expect(saidAfter(1, { kind: 'power-off', node: 'worker-2' })).toBe('1 of 3 machines is powered off; all 13 pods still look ready')
  expect(saidAfter(60, { kind: 'power-off', node: 'worker-2' })).toBe('1 of 3 machines is powered off; 9 of 13 pods are ready')
  expect(saidAfter(1, { kind: 'cut-off', node: 'worker-2' }, { kind: 'cut-off', node: 'worker-3' })).toBe('2 of 3 machines are cut off; all 13 pods still look ready')
})

test('a Node that somebody wrote has no machine', () => {
  expect(saidAfter(1, { kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'paper' } }] } as Command)).toBe('3 machines run; all 13 pods are ready')
})
