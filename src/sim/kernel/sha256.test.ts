import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { sha256 } from './sha256.ts'

const hex = (text: string) => Buffer.from(sha256(text)).toString('hex')

test('the examples of FIPS 180-4 have the digests that it gives', () => {
  expect(hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('texts of every length around a block, and of every kind of letter, have the digest that OpenSSL finds', () => {
  const texts = [...Array.from({ length: 140 }, (_, length) => 'kubernetes'.repeat(14).slice(0, length)), 'dürfen', '端口', '🚢 ahoy', 'a'.repeat(5000)]
  for (const text of texts) expect(hex(text), text).toBe(createHash('sha256').update(text).digest('hex'))
})
