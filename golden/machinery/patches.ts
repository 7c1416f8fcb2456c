import { applyJsonPatch, readOperations } from '../../src/sim/api/patch/json-patch.ts'
import { applyMergePatch } from '../../src/sim/api/patch/merge-patch.ts'
import { difference, type GoldenSet } from '../harness.ts'
import { readJsonText } from '../../src/sim/api/schema/json-text.ts'

/** JSON patches. */
export const jsonPatch: GoldenSet = {
  name: 'machinery/json-patch',
  run({ in: input, out }) {
    const body = input.patchText === undefined ? { ok: true as const, value: input.patch } : readJsonText(input.patchText)
    const operations = body.ok ? readOperations(body.value) : body
    if (!operations.ok) return difference(out, { decodeError: operations.error })
    const result = applyJsonPatch(input.doc, operations.value)
    return difference(out, result.ok ? { result: result.value } : { error: result.error })
  },
}

/** JSON merge patches. */
export const mergePatch: GoldenSet = {
  name: 'machinery/merge-patch',
  run({ in: input, out }) {
    const { serverDecodeFails: _, ...expected } = out
    const body = input.patchText === undefined ? { ok: true as const, value: input.patch } : readJsonText(input.patchText)
    const result = applyMergePatch(input.docText === undefined ? input.doc : JSON.parse(input.docText), body.ok ? body.value : undefined)
    return difference(expected, result.ok ? { result: result.value } : { error: result.error })
  },
}
