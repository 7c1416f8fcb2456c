import { semanticEqual } from '../api/semantic.ts'
import { must, type Result } from '../api/status.ts'

/** How one object is written and read again. */
interface Access<T> {
  update(object: T): Result<T>
  get(): Result<T>
}

/** Writes a status if it says anything new; where the object has changed meanwhile, once more upon what the server has now (StatusUpdateRetries). */
export function writeStatus<T extends { readonly status: unknown }>(object: T, status: T['status'], { update, get }: Access<T>): void {
  if (semanticEqual(status, object.status)) return
  if (update({ ...object, status }).ok) return
  must(update({ ...must(get()), status }))
}
