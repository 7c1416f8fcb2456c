import { expect, test } from 'vitest'
import { passes } from './filter.ts'

const web = { metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web', constructor: 'yes' } } }

test.each([
  ['', true], ['web', true], ['cart', false], ['app=web', true], ['app=cart', false], ['app!=cart', true], ['app=web,tier=db', false], ['constructor=yes', true], ['toString=yes', false],
])('the filter %j lets a web pod pass: %s', (search, expected) => {
  expect(passes(web, null, search)).toBe(expected)
})

test('another namespace does not pass', () => {
  expect(passes(web, 'default', '')).toBe(false)
})
