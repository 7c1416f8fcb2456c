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
  { id: 'watch-resumes-late', what: 'a watch is resumed one write too late', file: watchCache, find: 'this.core.store.watch(prefix ?? this.prefix, after,', replace: 'this.core.store.watch(prefix ?? this.prefix, after + 1,' },
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
  { id: 'informer-loses-batch', what: 'an informer throws away what has arrived and is not due yet', file: informer, find: '    this.delivering = false\n    if (this.replacing)', replace: '    this.first = this.last = null\n    this.delivering = false\n    if (this.replacing)' },
  { id: 'gone-not-listed', what: 'an informer whose watch is too old goes on watching instead of listing', file: informer, find: "} else this.received(event)", replace: '} else if (event.type !== \'DELETED\' || this.options.resource !== \'pods\') this.received(event)' },
  { id: 'expectation-not-raised', what: 'a controller does not remember what it has made', file: expectations, find: 'this.expected.set(owner, { creates,', replace: 'this.expected.set(owner, { creates: 0 * creates,' },
  { id: 'expectation-not-lowered', what: 'a controller does not notice that what it made has come', file: expectations, find: 'if (expected) expected.creates = Math.max(0, expected.creates - by)', replace: '' },
  { id: 'deletion-not-expected', what: 'a controller does not notice that what it deleted is gone', file: expectations, find: 'this.expected.get(owner)?.deletes.delete(pod)', replace: '' },
  { id: 'queue-loses-key', what: 'what is added to a work queue while it is worked on is lost', file: workQueue, find: 'if (this.dirty.has(key)) this.queue.push(key)', replace: '' },
  { id: 'failure-not-retried', what: 'a reconcile that failed is not tried again', file: workQueue, find: "if (requeue === 'failed') this.retry(key)", replace: "if (requeue === 'failed') this.forget(key)" },
  { id: 'event-count-falls', what: 'the count of an event that comes again begins anew', file: 'src/sim/client/event-recorder.ts', find: "'strategic', { count: correlation.count,", replace: "'strategic', { count: correlation.count % 3," },
  { id: 'revision-skipped', what: 'a write takes two revisions', file: store, find: 'const revision = this.head + 1\n    const kv', replace: 'const revision = this.head + 2\n    const kv' },
  { id: 'version-not-counted', what: 'the version of a key does not count its writes', file: store, find: 'revision, (before?.version ?? 0) + 1, lease', replace: 'revision, Math.min((before?.version ?? 0) + 1, 2), lease' },
  { id: 'past-forgotten', what: 'a write does not know what it has replaced', file: store, find: '+ 1, lease, before)', replace: '+ 1, lease, before?.previous)' },
  { id: 'compacted-read', what: 'a revision that was compacted can be read', file: store, find: 'if (revision < this.compactedTo) return compacted\n', replace: '' },
  { id: 'compacted-too-much', what: 'etcd refuses revisions that were not compacted', file: store, find: 'if (revision < this.compactedTo) return compacted\n', replace: 'if (this.compactedTo > 0 && revision < this.compactedTo + 60 && revision < this.head) return compacted\n' },
  { id: 'write-lost-at-crash', what: 'etcd that starts again has lost its newest key', file: store, find: '    this.process = agenda\n', replace: '    this.process = agenda\n    const [last] = [...this.current.keys()].slice(-1)\n    if (last !== undefined && this.head > 300) this.current.delete(last), this.keys.remove(last)\n' },
  { id: 'event-replayed-twice', what: 'a watch that is resumed tells everything twice', file: watchCache, find: '(kv) => this.replay(watcher, kv))', replace: '(kv) => (this.replay(watcher, kv), this.replay(watcher, kv)))' },
  { id: 'watch-resumes-early', what: 'a watch is resumed one write too early', file: watchCache, find: 'this.core.store.watch(prefix ?? this.prefix, after,', replace: 'this.core.store.watch(prefix ?? this.prefix, after - 1,' },
  { id: 'bookmark-late', what: 'bookmarks tell of a revision long past', file: watchCache, find: 'const resourceVersion = String(this.core.store.revision)', replace: 'const resourceVersion = String(Math.max(1, this.core.store.revision - 40))' },
  { id: 'gone-is-an-error', what: 'a watch from too long ago ends with 500 instead of 410', file: 'src/sim/apiserver/server.ts', find: "object: tooOld(version.value, Math.max(cache.since, store.compactedRevision))", replace: "object: { ...tooOld(version.value, Math.max(cache.since, store.compactedRevision)), code: 500 }" },
  { id: 'modified-as-added', what: 'a watcher is told of a change as of something new', file: watchCache, find: 'sink.event(was ? forms.modified : forms.added)', replace: 'sink.event(forms.added)' },
  { id: 'old-version-read', what: 'now and then a read shows the version before', file: 'src/sim/apiserver/core.ts', find: '  return core.homes.get(definition, namespace, name)?.value', replace: "  const kv = core.homes.get(definition, namespace, name)\n  return (definition.resource === 'configmaps' && core.store.revision % 5 === 0 ? kv?.previous?.value : undefined) ?? kv?.value" },
  { id: 'old-list', what: 'a list of the newest state may be of an older one', file: 'src/sim/apiserver/list.ts', find: 'const resourceVersion = String(inconsistent ? core.store.revision : revision)', replace: 'const resourceVersion = String(options.resourceVersion ? revision : revision - 1)' },
  { id: 'uid-reused', what: 'two objects may have one uid', file: 'src/sim/apiserver/create.ts', find: 'flatText(core.uids.uuid())', replace: "definition.resource === 'configmaps' ? '00000000-0000-4000-8000-000000000001' : core.uids.uuid()" },
  { id: 'rehearsal-writes', what: 'an update that is only a rehearsal is stored', file: 'src/sim/apiserver/update.ts', find: 'return dryRun ? settled(object) : commit', replace: 'return dryRun && false ? settled(object) : commit' },
  { id: 'selector-changes', what: 'the selector of a workload can be changed', file: 'src/sim/api/validation/workloads.ts', find: 'return semanticEqual(next.spec.selector, old.spec.selector) ?', replace: 'return next.spec.selector ?' },
  { id: 'finalizer-while-ending', what: 'what is being deleted can be given a finalizer by the deletion of its namespace', file: 'src/sim/apiserver/deletion.ts', find: 'const next = same ? marked :', replace: "const next = same ? { ...marked, metadata: { ...marked.metadata, ...(object.metadata.deletionTimestamp && { finalizers: [...before, 'kubarium.dev/late'] }) } } :" },
  { id: 'immortal-ends', what: 'the default namespace can be deleted', file: 'src/sim/api/admission/namespace-lifecycle.ts', find: "new Set(['default', 'kube-system', 'kube-public'])", replace: "new Set(['kube-system'])" },
  { id: 'tolerations-not-given', what: 'pods are not given a toleration of unreachable machines', file: 'src/sim/api/admission/default-tolerations.ts', find: '[notReady, unreachable].filter', replace: '[notReady].filter' },
  { id: 'class-by-requests', what: 'a pod is Guaranteed that has no limits', file: 'src/sim/api/pod-resources.ts', find: "return limitedThroughout && equal && requests.size === limits.size ? 'Guaranteed'", replace: "return requests.size === 2 ? 'Guaranteed'" },
  { id: 'retry-at-once', what: 'a reconcile that fails is tried again at once, for ever', file: workQueue, find: 'this.addAfter(key, Math.max(this.backOff(failures), this.retries.reserve(this.agenda.now)))', replace: 'this.addAfter(key, 0 * failures)' },
  { id: 'lag-by-chance', what: 'how late a change is seen is not drawn from the seed', file: informer, find: 'lag.base + random.below(lag.jitter + 1)', replace: 'lag.base + Math.floor(Math.random() * (random.below(1) + lag.jitter + 1))' },
  { id: 'time-goes-back', what: 'now and then the clock goes back', file: 'src/sim/kernel/agenda.ts', find: '    this.clock = due\n    if (entry.owner', replace: '    this.clock = due - (this.order.length > 0 && id % 5003 === 5000 ? 2 : 0)\n    if (entry.owner' },
]
