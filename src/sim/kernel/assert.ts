/** What only we can cause: a defect of the simulator. It halts the run; nothing catches it "to keep going". */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure'
}

/** Halts the run when a condition that our own code guarantees does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) fail(message)
}

/** The same where so much happens that the message is put together only once it is known that the condition does not hold. */
export function fail(message: string): never {
  throw new AssertionFailure(message)
}

/** Ends every `switch` over a union: a new member becomes a compile error here. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`)
}
