import { expect, test } from 'vitest'
import { NodeChanges } from './node-changes.ts'
import { NodeColumn, unknown } from './node-column.ts'

test('forgets the numbers of the nodes that changed and no others', () => {
  const changes = new NodeChanges()
  changes.add(0)
  const column = new NodeColumn(4, changes)
  for (let position = 0; position < 4; position += 1) column.set(position, 10 + position)
  changes.add(1)
  changes.add(3)
  expect([...column.catchUp()]).toEqual([10, unknown, 12, unknown])
  expect(column.blanks).toBe(2)
  column.set(1, 21)
  expect(column.blanks).toBe(1)
  expect([...column.catchUp()]).toEqual([10, 21, 12, unknown])
})

test('forgets all numbers when more has changed than is kept in mind', () => {
  const changes = new NodeChanges()
  const columns = [4_096, 4_097].map((times) => ({ times, column: new NodeColumn(2, changes) }))
  for (const { column } of columns) for (const position of [0, 1]) column.set(position, 10 + position)
  for (const { times, column } of columns) {
    while (changes.count < times) changes.add(1)
    expect([...column.catchUp()]).toEqual(times === 4_096 ? [10, unknown] : [unknown, unknown])
  }
})
