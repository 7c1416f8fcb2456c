import { validateObjectMeta, validateObjectMetaUpdate } from '../../src/sim/api/metadata.ts'
import { difference, type GoldenSet } from '../harness.ts'
import { recordedForm } from './field-errors.ts'
import { nameChecks } from './names.ts'

/** The validation of metadata at create and at update. */
export const objectMeta: GoldenSet = {
  name: 'machinery/object-meta',
  run({ in: input, out }) {
    if (input.op === 'update') return difference(out, { errors: validateObjectMetaUpdate(input.new, input.old).map(recordedForm) })
    const check = nameChecks[input.nameFunction]
    if (!check) return `no function ${input.nameFunction}`
    const annotations = input.annotationBigOfLength ? { ...input.meta.annotations, big: 'x'.repeat(input.annotationBigOfLength) } : input.meta.annotations
    return difference(out, { errors: validateObjectMeta({ ...input.meta, annotations }, input.namespaced, check).map(recordedForm) })
  },
}
