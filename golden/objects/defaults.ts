import { difference, type GoldenSet } from '../harness.ts'
import { createPipeline, type Json } from './pipeline.ts'

const systemFields = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'selfLink']

/** What a create answers with: every default filled in. */
export const defaultsSet: GoldenSet = {
  name: 'objects/defaults',
  run(golden) {
    const created = createPipeline().create(golden.in.object, { admission: golden.in.admission === true })
    if (!created.ok) return `refused: ${created.status.message}`
    const actual = JSON.parse(JSON.stringify(created.value))
    const expected = JSON.parse(JSON.stringify(golden.out.object))
    for (const field of systemFields) delete actual.metadata[field]
    for (const path of golden.out.free ?? []) {
      remove(actual, path)
      remove(expected, path)
    }
    return difference(expected, actual, '', true)
  },
}

function remove(object: Json, path: string): void {
  const steps = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.')
  const last = steps.pop() ?? ''
  let at = object
  for (const step of steps) at = at?.[step]
  if (at && typeof at === 'object') delete at[last]
}
