import { expect, test } from 'vitest'
import { turnedReasons } from './node-status.ts'

test('conditions of a kind of their own turn without a word, however many and however they are called', () => {
  const conditions = (ready: string, status: string) => [...Array.from({ length: 200_000 }, (_, at) => ({ type: `t${at}`, status })), { type: 'constructor', status: status === 'True' ? 'name' : 'length' }, { type: 'Ready', status: ready }]
  expect(turnedReasons(conditions('Unknown', 'True'), conditions('True', 'False'))).toEqual(['NodeReady'])
  expect(turnedReasons(conditions('True', 'True'), conditions('True', 'True'))).toEqual([])
})
