import type { KubernetesObject } from '../../src/sim/api/objects.ts'
import { findKind } from '../../src/sim/api/resources.ts'
import { decodeText } from '../../src/sim/api/schema.ts'
import type { Result } from '../../src/sim/api/status.ts'
import { difference, type GoldenSet } from '../harness.ts'
import type { Json } from './pipeline.ts'
import { playSituation } from './situations.ts'
import { statusDifference } from './validation-create.ts'

/** What the server makes of bodies that do not fit: unknown and repeated fields, wrong types, no JSON at all. */
export const decodeSet: GoldenSet = {
  name: 'objects/unknown-and-decode',
  run(golden) {
    const { apiVersion, kind, body, situation } = golden.in
    if (situation !== undefined) {
      const answer = playSituation(situation)
      return answer.ok ? `accepted; expected ${golden.out.message}` : statusDifference(golden.out, answer.status)
    }
    const definition = findKind(apiVersion, kind)
    if (!definition) return 'not built'
    const strict = answerDifference(golden.out.strict, decodeText(definition, body, 'Strict'))
    if (strict) return `strict: ${strict}`
    const loose = answerDifference(golden.out.loose, decodeText(definition, body, 'Ignore'))
    if (loose) return `loose: ${loose}`
    const warned = decodeText(definition, body, 'Warn')
    return golden.out.warnings ? difference(golden.out.warnings, warned.ok ? warned.warnings : warned.status.message) : null
  },
}

function answerDifference(expected: Json, actual: Result<KubernetesObject>): string | null {
  if (expected.allowed !== true) {
    if (actual.ok) return `accepted; expected ${expected.message}`
    const { code, reason, message } = actual.status
    return difference({ code: expected.code, reason: expected.reason, message: expected.message }, { code, reason, message }, '', true)
  }
  if (!actual.ok) return `refused: ${actual.status.message}`
  if (!expected.object) return null
  const { status: _, ...object } = JSON.parse(JSON.stringify(actual.value))
  // The server tells the kind from the URL where the body does not.
  for (const field of ['kind', 'apiVersion']) if (expected.object[field] === undefined) delete object[field]
  return difference(expected.object, object)
}
