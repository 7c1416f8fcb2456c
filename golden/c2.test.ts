import { test } from 'vitest'
import { replay } from './harness.ts'
import { endpointSlice } from './machinery/endpointslice.ts'
test('x', () => {
  for (const set of [endpointSlice]) {
    const r = replay(set, '/work/shared/golden')
    console.log(r?.name, r?.passed, r?.applicable, r?.total)
    for (const f of r?.failures ?? []) console.log(f.name, f.difference)
  }
})
