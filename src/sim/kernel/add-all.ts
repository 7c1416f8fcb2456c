/** Puts what is in the lists at the end of the first. Unlike `list.push(...more)`, whose arguments stand on the stack, lists of any length. */
export function addAll<T>(list: T[], ...more: readonly (readonly T[])[]): void {
  for (const items of more) for (const item of items) list.push(item)
}
