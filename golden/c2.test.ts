import { test } from 'vitest'
import { replay } from './harness.ts'
import { endpointSlice } from './machinery/endpointslice.ts'
import { garbageCollector } from './controllers/garbage-collector.ts'
import { namespaceSet } from './controllers/namespace.ts'
import { podgcSet } from './controllers/podgc.ts'
import { serviceAccountSet } from './controllers/serviceaccount.ts'
test('x', () => {
  for (const set of [endpointSlice, garbageCollector, namespaceSet, podgcSet, serviceAccountSet]) {
    const r = replay(set, '/work/shared/golden')
    console.log(r?.name, r?.passed, r?.applicable, r?.total)
    for (const f of r?.failures ?? []) console.log(f.name, f.difference)
  }
})
