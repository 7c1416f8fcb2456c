import { expect, test } from 'vitest'
import { NodeChanges } from './node-changes.ts'
import { NodeColumn, unknown } from './node-column.ts'

test('forgets the numbers of the nodes that changed and no others', () => {
  const changes = new NodeChanges()
  changes.add(0)
  const column = new NodeColumn(4, changes)
  column.current().set([10, 11, 12, 13])
  changes.add(1)
  changes.add(3)
  expect([...column.current()]).toEqual([10, unknown, 12, unknown])
  column.current()[1] = 21
  expect([...column.current()]).toEqual([10, 21, 12, unknown])
})

test('forgets all numbers when more has changed than is kept in mind', () => {
  const changes = new NodeChanges()
  while (changes.count < 9_000) changes.add(0)
  const columns = [4_096, 4_097].map((times) => ({ times, column: new NodeColumn(2, changes) }))
  for (const { column } of columns) column.current().set([10, 11])
  for (const { times, column } of columns) {
    while (changes.count < 9_000 + times) changes.add(1)
    expect([...column.current()]).toEqual(times === 4_096 ? [10, unknown] : [unknown, unknown])
  }
})
