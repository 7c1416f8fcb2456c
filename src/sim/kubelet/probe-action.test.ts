import { expect, test } from 'vitest'
import type { Container, Probe } from '../api/generated/types.ts'
import { probeWithRetries, type ProbeTarget } from './probe-action.ts'

test('a probe that cannot be carried out is tried three times in one turn, one that fails only once', () => {
  const asked: string[] = []
  const container = {
    get ports() {
      asked.push('port')
      return []
    },
  } as unknown as Container
  const target = { podIP: '10.0.0.1', container, http: () => (asked.push('http'), { kind: 'refused' }), listens: () => false } as unknown as ProbeTarget
  expect(probeWithRetries({ httpGet: { port: 'nowhere' } } as Probe, target, 0)).toMatchObject({ result: 'error' })
  expect(asked).toEqual(['port', 'port', 'port'])
  expect(probeWithRetries({ httpGet: { port: 80 } } as Probe, target, 0)).toMatchObject({ result: 'failure' })
  expect(asked.slice(3)).toEqual(['http'])
})
