import { expect, test } from 'vitest'
import { readJson } from './read-json.ts'

test.each([
  ['', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected end of JSON input'],
  ['{a', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['{"a":1} x', "invalid character 'x' after top-level value"],
  ['nul!', "invalid character '!' in literal null (expecting 'l')"],
  ['01', "invalid character '1' after top-level value"],
  ['"\\x"', "invalid character 'x' in string escape code"],
])('says of %j what Go says', (text, error) => {
  expect(readJson(text)).toEqual({ ok: false, error })
})
