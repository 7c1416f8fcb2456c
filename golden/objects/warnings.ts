import { difference, type GoldenSet } from '../harness.ts'
import { createPipeline } from './pipeline.ts'
import { updatedBy } from './validation-update.ts'

/** What is said of objects that are taken, or `refused`: when they are made, or when `update` is put over them. */
export const warningsSet: GoldenSet = {
  name: 'objects/warnings',
  run(golden) {
    const answer = golden.in.object ? createPipeline().create(golden.in.object) : updatedBy(golden)
    if (typeof answer === 'string') return answer
    if (answer.ok === (golden.out.refused === true)) return answer.ok ? 'taken' : `refused: ${answer.status.message}`
    return difference(golden.out.warnings, answer.warnings)
  },
}
