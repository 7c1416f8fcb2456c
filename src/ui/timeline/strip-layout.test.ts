import { expect, test } from 'vitest'
import { placeLabels, type Label } from './strip-layout.ts'

const label = (x: number, text: string, matters = false): Label => ({ x, text, matters })

test('a label stands after its mark, and before it where the needle or another label is in the way', () => {
  expect(placeLabels([label(300, 'NotReady')], 800, 700)).toEqual(['start'])
  expect(placeLabels([label(300, 'NotReady')], 800, 310)).toEqual(['end'])
  expect(placeLabels([label(300, 'evicted'), label(304, 'checkout ready')], 800, 700)).toEqual(['end', 'start'])
})

test('two marks too near for two labels name what a person did', () => {
  expect(placeLabels([label(30, 'worker-2 off', true), label(60, 'NotReady')], 800, 700)).toEqual(['start', null])
})
