import { expect, test } from 'vitest'
import { readJsonText } from './json-text.ts'

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
  ['"\n"', "invalid character '\\n' in string literal"],
  // Of a character of several bytes it shows the first, and what cannot be printed by its number.
  ['[1é]', "invalid character 'Ã' after array element"],
  ['😀', "invalid character 'ð' looking for beginning of value"],
  ['\ud800', "invalid character 'ï' looking for beginning of value"],
  ['\0', "invalid character '\\x00' looking for beginning of value"],
  ["'", "invalid character '\\'' looking for beginning of value"],
  // A word that ends too early is followed by a space; between words the text just ends.
  ['nul', "invalid character ' ' in literal null (expecting 'l')"],
  ['-', "invalid character ' ' in numeric literal"],
  ['[1.', "invalid character ' ' after decimal point in numeric literal"],
  ['1e+', "invalid character ' ' in exponent of numeric literal"],
  ['"\\', "invalid character ' ' in string escape code"],
  ['"\\u12', "invalid character ' ' in \\u hexadecimal character escape"],
  ['"abc', 'unexpected end of JSON input'],
  ['[1', 'unexpected end of JSON input'],
])('says of %j what Go says', (text, error) => {
  expect(readJsonText(text)).toEqual({ ok: false, error })
})
