import { difference, type GoldenSet } from '../harness.ts'
import { createPipeline } from './pipeline.ts'
import { updatedBy } from './validation-update.ts'

/** What is said of objects that are taken: when they are made, or when `update` is put over them. */
export const warningsSet: GoldenSet = {
  name: 'objects/warnings',
  run(golden) {
    const answer = golden.in.object ? createPipeline().create(golden.in.object) : updatedBy(golden)
    if (typeof answer === 'string') return answer
    return answer.ok ? difference(golden.out.warnings, answer.warnings) : `refused: ${answer.status.message}`
  },
}
