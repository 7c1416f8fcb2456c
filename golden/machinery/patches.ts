import { applyJsonPatch, readOperations } from '../../src/sim/api/patch/json-patch.ts'
import { applyMergePatch } from '../../src/sim/api/patch/merge-patch.ts'
import { difference, type GoldenSet } from '../harness.ts'
import { readJson } from '../../src/sim/api/patch/read-json.ts'

/** JSON patches. */
export const jsonPatch: GoldenSet = {
  name: 'machinery/json-patch',
  run({ in: input, out }) {
    const body = input.patchText === undefined ? { ok: true as const, value: input.patch } : readJson(input.patchText)
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
    const body = input.patchText === undefined ? { ok: true as const, value: input.patch } : readJson(input.patchText)
    const result = applyMergePatch(input.docText === undefined ? input.doc : JSON.parse(input.docText), body.ok ? body.value : undefined)
    return difference(expected, result.ok ? { result: result.value } : { error: result.error })
  },
}
