import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { md5 } from './md5.ts'

test.each([0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1000])('a text of %i letters has the MD5 that everybody gives it', (length) => {
  const text = Array.from({ length }, (_, at) => String.fromCharCode(32 + ((at * 7) % 95))).join('')
  expect(md5(text)).toBe(createHash('md5').update(text).digest('hex'))
})
