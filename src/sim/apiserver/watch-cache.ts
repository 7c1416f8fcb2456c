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
  readonly prefix: string
  readonly sink: WatchSink
  readonly bookmarks: boolean
}

type Stored = KeyValue<KubernetesObject>

/** The watchers of one resource. Those who asked for one node's pods, or for one name, are found by that, so that a thousand kubelets cost nothing when another node's pod changes. */
export class WatchCache {
  private readonly watchers = new Set<Watcher>()
  /** Those who asked for one name or one node, by what they asked for. */
  private readonly indexed: Readonly<Record<IndexedField, Map<string, Set<Watcher>>>> = { 'metadata.name': new Map(), 'spec.nodeName': new Map() }
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
    const watcher = { selection, prefix: namespace === undefined ? this.prefix : `${this.prefix}${namespace}/`, sink, bookmarks }
    if (after < this.core.store.revision) {
      const replay = this.core.store.watch(watcher.prefix, after, (kv) => this.replay(watcher, kv))
      if (replay !== compacted) replay()
    }
    const home = this.homeOf(watcher)
    home.add(watcher)
    return { stop: () => void home.delete(watcher) }
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
    for (const index of Object.values(this.indexed)) for (const watchers of index.values()) all.push(...watchers)
    return all
  }

  private homeOf({ selection: { index } }: Watcher): Set<Watcher> {
    if (!index) return this.watchers
    const homes = this.indexed[index.field]
    let home = homes.get(index.value)
    if (!home) homes.set(index.value, (home = new Set()))
    return home
  }

  private dispatch(kv: Stored): void {
    const forms = new EventForms(kv)
    for (const watcher of this.watchers) this.tell(watcher, kv, forms)
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
    agenda.because(trace.writeAt(kv.modRevision), () => this.tell(watcher, kv, new EventForms(kv)))
  }

  /** Those who asked for one value of a field; whether the object has it now, and whether it had it before. */
  private tellAll(watchers: Set<Watcher> | undefined, kv: Stored, forms: EventForms, is: boolean, was: boolean): void {
    if (!watchers) return
    for (const watcher of watchers) {
      if (!watcher.selection.index?.decides) this.tell(watcher, kv, forms)
      else if (this.reaches(watcher, kv)) send(watcher, forms, is, was)
    }
  }

  private tell(watcher: Watcher, kv: Stored, forms: EventForms): void {
    if (!this.reaches(watcher, kv)) return
    const { selection } = watcher
    const is = kv.value !== undefined && (selection.everything || selection.matches(kv.value))
    const was = kv.previous?.value !== undefined && (selection.everything || selection.matches(kv.previous.value))
    send(watcher, forms, is, was)
  }

  private reaches({ prefix }: Watcher, { place }: Stored): boolean {
    return prefix.length === this.prefix.length || place.directory.prefix === prefix
  }
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
