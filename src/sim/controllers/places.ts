import type { Pod } from '../api/generated/types.ts'

/** Where each pod stood in the list before, which was in the order of names as well; -1 for one that is new. Most stand there as the same object. */
export function placesBefore(before: readonly Pod[], pods: readonly Pod[]): Int32Array {
  const places = new Int32Array(pods.length).fill(-1)
  let at = 0
  for (const [index, pod] of pods.entries()) {
    if (before[at] !== pod) {
      const { name } = pod.metadata
      while (at < before.length && before[at]!.metadata.name < name) at += 1
      if (before[at]?.metadata.name !== name) continue
    }
    places[index] = at
    at += 1
  }
  return places
}
