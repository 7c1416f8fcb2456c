import { semanticEqual } from '../api/semantic.ts'
import { must, type Result } from '../api/status.ts'

/** How one object is written and read again. */
interface Access<T> {
  update(object: T): Result<T>
  get(): Result<T>
}

/** StatusUpdateRetries: how often a status that could not be written is written again. */
export const statusUpdateRetries = 1

/** Writes a status if it says anything new; where the object has changed meanwhile, once more upon what the server has now. */
export function writeStatus<T extends { readonly status: unknown }>(object: T, status: T['status'], { update, get }: Access<T>): void {
  if (semanticEqual(status, object.status)) return
  let written = update({ ...object, status })
  for (let retries = 0; !written.ok && retries < statusUpdateRetries; retries += 1) written = update({ ...must(get()), status })
  must(written)
}
