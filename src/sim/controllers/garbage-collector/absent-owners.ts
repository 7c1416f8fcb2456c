import type { Uid } from '../../api/objects.ts'

/** Upstream: the size of absentOwnerCache. */
export const capacity = 500

/** Owners that were looked for and not found: of a thousand pods of one ReplicaSet the first asks for all. */
export class AbsentOwners {
  private readonly known = new Set<string>()

  add(uid: Uid, namespace: string | undefined): void {
    const key = `${uid} ${namespace ?? ''}`
    this.known.delete(key)
    this.known.add(key)
    if (this.known.size > capacity) for (const oldest of this.known) return void this.known.delete(oldest)
  }

  has(uid: Uid, namespace: string | undefined): boolean {
    return this.known.has(`${uid} ${namespace ?? ''}`)
  }
}
