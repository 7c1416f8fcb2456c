// Upstream: apiserver/pkg/storage/cacher (v1.36). Left out: a window of its own (etcd's history serves all watchers), slow watchers.
import type { KubernetesObject } from '../api/objects.ts'
import type { WatchEvent, WatchHandle, WatchSink } from '../api/request.ts'
import type { ResourceDefinition } from '../api/resources.ts'
import { settledObject } from '../api/schema/settle.ts'
import { compacted, type KeyValue, type Revision } from '../etcd/store.ts'
import { nodeNameOf, type Core } from './core.ts'
import { prefixOf } from './object-homes.ts'
import type { IndexedField, Selection } from './selection.ts'

interface Watcher {
  readonly selection: Selection
  /** Nothing but the index has to be asked. */
  readonly isDecidedByIndex: boolean
  /** Null: of all namespaces. */
  readonly prefix: string | null
  readonly sink: WatchSink
  readonly bookmarks: boolean
  /** Who asked for the same node or name, after it and before it: mostly nobody. */
  next: Watcher | null
  previous: Watcher | null
}

/** All who asked for one node or name. A chain: a thousand machines each have several of these, and all of them ask for one ConfigMap. */
interface Chain {
  first: Watcher | null
  last: Watcher | null
}

type Stored = KeyValue<KubernetesObject>

/** The watchers of one resource. Those who asked for one node's pods, or for one name, are found by that, so that a thousand kubelets cost nothing when another node's pod changes. */
export class WatchCache {
  private readonly watchers = new Set<Watcher>()
  /** Those who asked for one name or one node, by what they asked for. */
  private readonly indexed: Readonly<Record<IndexedField, Map<string, Chain>>> = { 'metadata.name': new Map(), 'spec.nodeName': new Map() }
  private readonly stopWatching: () => void
  private readonly core: Core
  private readonly definition: ResourceDefinition
  private readonly prefix: string
  /** Nothing before this is known here: a server that was restarted has listed anew. */
  readonly since: Revision

  constructor(core: Core, definition: ResourceDefinition) {
    this.core = core
    this.definition = definition
    this.prefix = prefixOf(definition)
    this.since = core.store.revision
    const stop = core.store.watch(this.prefix, this.since, (kv) => this.dispatch(kv))
    this.stopWatching = stop === compacted ? () => undefined : stop
  }

  /** From now on `sink` is told; and first of what was written after `after`. The caller has checked that this is known. */
  watch(namespace: string | undefined, selection: Selection, after: Revision, bookmarks: boolean, sink: WatchSink): WatchHandle {
    const prefix = namespace === undefined ? null : `${this.prefix}${namespace}/`
    const watcher: Watcher = { selection, isDecidedByIndex: selection.index?.decides === true, prefix, sink, bookmarks, next: null, previous: null }
    if (after < this.core.store.revision) {
      const replay = this.core.store.watch(prefix ?? this.prefix, after, (kv) => this.replay(watcher, kv))
      if (replay !== compacted) replay()
    }
    const { index } = selection
    if (!index) {
      this.watchers.add(watcher)
      return { stop: () => void this.watchers.delete(watcher) }
    }
    const homes = this.indexed[index.field]
    append(homes, index.value, watcher)
    return { stop: () => remove(homes, index.value, watcher) }
  }

  /** Tells those who asked for it how far the world has come, so that they can resume from there. */
  sendBookmarks(): void {
    const resourceVersion = String(this.core.store.revision)
    const { group, version, kind } = this.definition
    const object = { kind, apiVersion: group ? `${group}/${version}` : version, metadata: { resourceVersion } } as KubernetesObject
    for (const watcher of this.all()) if (watcher.bookmarks) watcher.sink.event({ type: 'BOOKMARK', object })
  }

  /** Ends all watches: the server stops. */
  close(): void {
    this.stopWatching()
    const all = this.all()
    this.watchers.clear()
    for (const index of Object.values(this.indexed)) index.clear()
    for (const watcher of all) watcher.sink.closed()
  }

  private all(): Watcher[] {
    const all = [...this.watchers]
    for (const index of Object.values(this.indexed)) for (const { first } of index.values()) for (let watcher = first; watcher; watcher = watcher.next) all.push(watcher)
    return all
  }

  private dispatch(kv: Stored): void {
    const forms = new EventForms(kv)
    for (const watcher of this.watchers) tell(watcher, kv, forms)
    const { 'metadata.name': byName, 'spec.nodeName': byNode } = this.indexed
    const is = kv.value !== undefined
    const was = kv.previous?.value !== undefined
    if (byName.size > 0) this.tellAll(byName.get(kv.place.name), kv, forms, is, was)
    if (byNode.size === 0) return
    const node = nodeNameOf(kv.value)
    const previousNode = nodeNameOf(kv.previous?.value)
    this.tellAll(byNode.get(node), kv, forms, is, was && previousNode === node)
    if (previousNode !== node) this.tellAll(byNode.get(previousNode), kv, forms, false, was)
  }

  /** Seen late, but still because of that write. */
  private replay(watcher: Watcher, kv: Stored): void {
    const { agenda, trace } = this.core
    agenda.because(trace.writeAt(kv.modRevision), () => tell(watcher, kv, new EventForms(kv)))
  }

  /** Those who asked for one value of a field; whether the object has it now, and whether it had it before. */
  private tellAll(chain: Chain | undefined, kv: Stored, forms: EventForms, is: boolean, was: boolean): void {
    for (let watcher = chain?.first ?? null; watcher; watcher = watcher.next) {
      if (!watcher.isDecidedByIndex) tell(watcher, kv, forms)
      else if (reaches(watcher, kv)) send(watcher, forms, is, was)
    }
  }
}

function append(homes: Map<string, Chain>, value: string, watcher: Watcher): void {
  const chain = homes.get(value)
  if (!chain) return void homes.set(value, { first: watcher, last: watcher })
  watcher.previous = chain.last
  if (chain.last) chain.last.next = watcher
  chain.last = watcher
}

/** Once; to be stopped again changes nothing. It keeps its own `next`: who is being told while one is taken out goes on after it. */
function remove(homes: Map<string, Chain>, value: string, watcher: Watcher): void {
  const chain = homes.get(value)
  const { previous, next } = watcher
  if (!chain || (previous ? previous.next : chain.first) !== watcher) return
  if (previous) previous.next = next
  else chain.first = next
  if (next) next.previous = previous
  else chain.last = previous
  if (!chain.first) homes.delete(value)
}

function tell(watcher: Watcher, kv: Stored, forms: EventForms): void {
  if (!reaches(watcher, kv)) return
  const { selection } = watcher
  const is = kv.value !== undefined && (selection.everything || selection.matches(kv.value))
  const was = kv.previous?.value !== undefined && (selection.everything || selection.matches(kv.previous.value))
  send(watcher, forms, is, was)
}

function reaches({ prefix }: Watcher, { place }: Stored): boolean {
  return prefix === null || place.directory.prefix === prefix
}

function send({ sink }: Watcher, forms: EventForms, is: boolean, was: boolean): void {
  if (is) sink.event(was ? forms.modified : forms.added)
  else if (was) sink.event(forms.deleted)
}

/** The events that one write can be to different watchers, each made once and only if somebody gets it. */
class EventForms {
  private readonly kv: Stored
  private addedForm: WatchEvent | undefined
  private modifiedForm: WatchEvent | undefined
  private deletedForm: WatchEvent | undefined

  constructor(kv: Stored) {
    this.kv = kv
  }

  get added(): WatchEvent {
    return (this.addedForm ??= { type: 'ADDED', object: this.kv.value! })
  }

  get modified(): WatchEvent {
    return (this.modifiedForm ??= { type: 'MODIFIED', object: this.kv.value! })
  }

  /** The last state that matched, at the revision of the write that ended it. */
  get deleted(): WatchEvent {
    return (this.deletedForm ??= { type: 'DELETED', object: settledObject(this.kv.previous!.value!, String(this.kv.modRevision)) })
  }
}
