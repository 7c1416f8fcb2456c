/** Pairs are looked for among so many: more could not be told, and strangers send what they like. */
export const mostCompared = 200

/** Whether a text has not come before. */
export function isFirst(text: string, seen: Set<string>): boolean {
  const before = seen.size
  return seen.add(text).size > before
}
