import type { Directory, Listener } from './directory.ts'
import type { KeyValue } from './store.ts'

interface Watcher<V> {
  readonly prefix: string
  readonly event: (kv: KeyValue<V>) => void
}

/** Who watches what of a store. Each directory is told once who listens to it, and again when somebody has come or gone. */
export class Watchers<V> {
  private all: readonly Watcher<V>[] = []
  /** How often somebody has come or gone. */
  private changes = 0

  /** Calls `event` for every write under a prefix. Returns how to stop. */
  add(prefix: string, event: (kv: KeyValue<V>) => void): () => void {
    const watcher = { prefix, event }
    this.set([...this.all, watcher])
    return () => this.set(this.all.filter((other) => other !== watcher))
  }

  /** Tells those who watch its key. */
  tell(kv: KeyValue<V>, directory: Directory<V>): void {
    if (directory.heardAt !== this.changes) this.hear(directory)
    const { name } = kv.place
    for (const { start, event } of directory.listeners) if (start === '' || name.startsWith(start)) event(kv)
  }

  private set(all: readonly Watcher<V>[]): void {
    this.all = all
    this.changes += 1
  }

  /** The list is replaced, never changed: who is being told of a write may come and go meanwhile. */
  private hear(directory: Directory<V>): void {
    directory.heardAt = this.changes
    const { prefix: home } = directory
    const listeners: Listener<V>[] = []
    for (const { prefix, event } of this.all) {
      if (home.startsWith(prefix)) listeners.push({ start: '', event })
      else if (prefix.startsWith(home)) listeners.push({ start: prefix.slice(home.length), event })
    }
    directory.listeners = listeners
  }
}
