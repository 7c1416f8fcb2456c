import type { Planted } from './planted.ts'

const store = 'src/sim/etcd/store.ts'
const watchCache = 'src/sim/apiserver/watch-cache.ts'
const deletion = 'src/sim/apiserver/deletion.ts'
const informer = 'src/sim/client/informer.ts'
const expectations = 'src/sim/client/expectations.ts'
const workQueue = 'src/sim/client/work-queue.ts'

/** Bugs in etcd, the API server and what every client stands on. */
export const bugsOfApi: readonly Planted[] = [
  { id: 'swap-compares-nothing', what: 'a compare-and-swap does not look at the version', file: 'src/sim/apiserver/update.ts', find: 'if (version === existing.metadata.resourceVersion) return undefined', replace: 'if (version) return undefined' },
  { id: 'noop-writes', what: 'an update that changes nothing takes a revision', file: 'src/sim/apiserver/update.ts', find: 'if (semanticEqual(object, existing)) return existing', replace: '' },
  { id: 'watch-resumes-late', what: 'a watch is resumed one write too late', file: watchCache, find: 'this.core.store.watch(watcher.prefix, after,', replace: 'this.core.store.watch(watcher.prefix, after + 1,' },
  { id: 'watch-loses-left', what: 'an object that leaves a selector is not told as deleted', file: watchCache, find: 'else if (was) sink.event(forms.deleted)', replace: 'else if (was && kv.value === undefined) sink.event(forms.deleted)' },
  { id: 'watch-drops-at-compaction', what: 'what was written before a compaction is not replayed, and nobody is told', file: 'src/sim/apiserver/server.ts', find: 'if (version.value < Math.max(cache.since, store.compactedRevision)) {', replace: 'if (version.value < 0) {' },
  { id: 'bookmark-early', what: 'bookmarks tell of a revision that is not there yet', file: watchCache, find: 'const resourceVersion = String(this.core.store.revision)', replace: 'const resourceVersion = String(this.core.store.revision + 3)' },
  { id: 'past-is-present', what: 'a list of a past revision misses what was deleted since', file: store, find: 'for (const kv of undone.values()) if (kv?.value !== undefined) found.push(kv)', replace: '' },
  { id: 'finalizer-forgotten', what: 'an object with a finalizer of its own is deleted at once', file: deletion, find: 'const old = metadata.finalizers ?? []', replace: "const old = (metadata.finalizers ?? []).filter((each) => !each.includes('/'))" },
  { id: 'grace-lengthened', what: 'a second deletion may lengthen the grace period', file: deletion, find: 'if (period === undefined || period >= grace)', replace: 'if (period === undefined || period === grace)' },
  { id: 'status-bumps-generation', what: 'a write of the status of a workload counts as a change of mind', file: 'src/sim/api/strategy/generation.ts', find: 'const generation = changed ? before + 1 : before', replace: 'const generation = before + 1' },
  { id: 'binding-twice', what: 'a pod can be bound a second time', file: 'src/sim/apiserver/subresources.ts', find: 'if (spec.nodeName) return', replace: 'if (spec.nodeName === metadata.name) return' },
  { id: 'addresses-not-taken', what: 'a Service address that was given out can be given out again', file: 'src/sim/api/strategy/allocators.ts', find: 'if (number >= first + lower) cursor = number + 1', replace: 'if (number >= first + lower) taken.delete(number)' },
  { id: 'relist-forgets-deletions', what: 'an informer that lists anew keeps what is gone', file: informer, find: 'if (stays.has(old)) continue', replace: 'if (stays.has(old) || before.length > 0) continue' },
  { id: 'informer-loses-batch', what: 'an informer throws away what has arrived and is not due yet', file: informer, find: 'this.arrivals = at === this.arrivals.length ? [] : this.arrivals.slice(at)', replace: 'this.arrivals = []' },
  { id: 'gone-not-listed', what: 'an informer whose watch is too old goes on watching instead of listing', file: informer, find: "} else this.received(event)", replace: '} else if (event.type !== \'DELETED\' || this.options.resource !== \'pods\') this.received(event)' },
  { id: 'expectation-not-raised', what: 'a controller does not remember what it has made', file: expectations, find: 'this.expected.set(owner, { creates,', replace: 'this.expected.set(owner, { creates: 0 * creates,' },
  { id: 'expectation-not-lowered', what: 'a controller does not notice that what it made has come', file: expectations, find: 'if (expected) expected.creates = Math.max(0, expected.creates - by)', replace: '' },
  { id: 'deletion-not-expected', what: 'a controller does not notice that what it deleted is gone', file: expectations, find: 'this.expected.get(owner)?.deletes.delete(pod)', replace: '' },
  { id: 'queue-loses-key', what: 'what is added to a work queue while it is worked on is lost', file: workQueue, find: 'if (this.dirty.has(key)) this.queue.push(key)', replace: '' },
  { id: 'failure-not-retried', what: 'a reconcile that failed is not tried again', file: workQueue, find: "if (requeue === 'failed') this.retry(key)", replace: "if (requeue === 'failed') this.forget(key)" },
  { id: 'event-count-falls', what: 'the count of an event that comes again begins anew', file: 'src/sim/client/event-recorder.ts', find: "'strategic', { count: correlation.count,", replace: "'strategic', { count: correlation.count % 3," },
]
