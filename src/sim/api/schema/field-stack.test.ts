import { expect, test } from 'vitest'
import { FieldStack } from './field-stack.ts'
import { structOf, type GoStruct } from './go-type.ts'
import { emptyMap } from './zero-values.ts'

type Json = Readonly<Record<string, unknown>>

const port = structOf('ContainerPort')
const container = structOf('Container')

/** Puts what is given into the places of a struct that has just been pushed. */
function give(stack: FieldStack, struct: GoStruct, base: number, value: Json): void {
  for (const [name, inner] of Object.entries(value)) stack.values[base + struct.byName.get(name)!.index] = inner
}

/** Reads one object that nothing is inside of. */
function read(stack: FieldStack, struct: GoStruct, value: Json, { given = true, like = emptyMap as Json } = {}): Json {
  const base = stack.push(struct)
  give(stack, struct, base, value)
  return stack.pop(struct, value, given, like, base)
}

test('makes an object of the given fields in the order of the struct, without those that Go leaves out', () => {
  const object = read(new FieldStack(), port, { protocol: 'TCP', containerPort: 80, hostPort: 0, name: 'web' })
  expect(Object.entries(object)).toEqual([['name', 'web'], ['containerPort', 80], ['protocol', 'TCP']])
  expect(Object.isFrozen(object)).toBe(true)
})

test('prints what Go prints of fields that nobody set', () => {
  expect(read(new FieldStack(), port, Object.freeze({ name: 'web' }))).toEqual({ name: 'web', containerPort: 0 })
})

test('answers the stored object when the given one says the same, and not when it says less, more or something else', () => {
  const stack = new FieldStack()
  const like = Object.freeze({ name: 'web', containerPort: 80 })
  expect(read(stack, port, { containerPort: 80, name: 'web' }, { like })).toBe(like)
  expect(read(stack, port, { containerPort: 80 }, { like })).toEqual({ containerPort: 80 })
  expect(read(stack, port, { name: 'web', containerPort: 81 }, { like })).toEqual({ name: 'web', containerPort: 81 })
  expect(read(stack, port, { name: 'web', containerPort: 80, protocol: 'UDP' }, { like })).toEqual({ name: 'web', containerPort: 80, protocol: 'UDP' })
})

test('answers the given object itself only if it is frozen and all of it was taken as it is', () => {
  const stack = new FieldStack()
  const frozen = Object.freeze({ name: 'web', containerPort: 80 })
  expect(read(stack, port, frozen)).toBe(frozen)
  expect(read(stack, port, frozen, { given: false })).not.toBe(frozen)
  const open = { name: 'web', containerPort: 80 }
  expect(read(stack, port, open)).not.toBe(open)
  const withEmpty = Object.freeze({ name: '', containerPort: 80 })
  expect(read(stack, port, withEmpty)).toEqual({ containerPort: 80 })
})

test('a struct that is read inside another one does not get into its places, and leaves nothing for the next', () => {
  const stack = new FieldStack()
  const outer = stack.push(container)
  give(stack, container, outer, { name: 'app', image: 'nginx' })
  const inner = read(stack, port, { name: 'web', containerPort: 80 })
  give(stack, container, outer, { ports: [inner] })
  const object = stack.pop(container, {}, false, emptyMap, outer)
  expect(object).toEqual({ name: 'app', image: 'nginx', ports: [{ name: 'web', containerPort: 80 }], resources: {} })
  expect(read(stack, container, { name: 'next' }, { given: false })).toEqual({ name: 'next', resources: {} })
  expect(stack.push(port)).toBe(0)
})

test('keeps nothing of what was being read when something broke', () => {
  const stack = new FieldStack()
  give(stack, port, stack.push(port), { name: 'web', hostIP: '10.0.0.1' })
  stack.clear()
  expect(stack.values).toEqual([])
  expect(read(stack, port, { containerPort: 80 }, { given: false })).toEqual({ containerPort: 80 })
  expect(stack.push(port)).toBe(0)
})
