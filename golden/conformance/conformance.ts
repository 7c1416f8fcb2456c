import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { Cluster } from '../../src/sim/cluster/cluster.ts'
import { keyOf, type KubernetesObject, type ObjectKey } from '../../src/sim/api/objects.ts'
import type { ApiRequest, PatchType, RequestOptions, WatchEvent } from '../../src/sim/api/request.ts'
import { apiVersionOf, definitionOf, type ObjectOf, type Resource, type Subresource } from '../../src/sim/api/resources.ts'
import { StatusError, must, type Result, type Status } from '../../src/sim/api/status.ts'
import { createClient } from '../../src/sim/client/client.ts'
import type { Client, DeleteOptions } from '../../src/sim/client/component.ts'
import type { ClusterOptions } from '../../src/sim/cluster/run.ts'
import { goldenFolder } from '../harness.ts'

/** One line of the board of conformance tests. */
interface BoardRow {
  readonly name: string
  readonly codename: string
  readonly level: 'A' | 'B' | 'C'
  readonly milestone: string
  readonly kinds: readonly string[]
}

/** The board; empty where the golden data are not there. */
export function readBoard(): readonly BoardRow[] {
  try {
    const text = readFileSync(join(goldenFolder().path, 'conformance/board.jsonl'), 'utf8')
    return text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as BoardRow)
  } catch {
    return []
  }
}

const codenames = new Map(readBoard().map((row) => [row.name, row.codename]))

/** A test of the board, titled by its name and by the codename it has upstream. Each runs against a cluster of its own. */
export function conformance(name: string, run: (bench: Bench) => void, options: ClusterOptions = {}): void {
  const codename = codenames.has(name) ? `: ${codenames.get(name)}` : ''
  test(`${name}${codename}`, () => run(new Bench(options)))
}

/** More than any test of the board takes: beyond it something repeats itself without getting on. */
const mostSteps = 200_000

/** What a test writes of an object: the kind and the namespace are filled in. */
interface Draft {
  readonly metadata: Partial<KubernetesObject['metadata']>
  readonly [field: string]: unknown
}

/** Where a request goes beside its resource. */
interface Place {
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: Subresource
  readonly body?: unknown
  readonly patchType?: PatchType
  readonly options?: RequestOptions
}

/** A booted cluster, a namespace to work in, and a client. */
export class Bench {
  readonly cluster: Cluster
  readonly client: Client
  readonly namespace = 'e2e-tests'
  private steps = 0

  constructor(options: ClusterOptions) {
    this.cluster = new Cluster(1, options)
    this.cluster.advanceTo(0)
    this.client = createClient(this.cluster.reachable()!, 'e2e.test', this.cluster, { latency: 0 })
    this.makeNamespace(this.namespace)
  }

  get now(): number {
    return this.cluster.now
  }

  /** Creates a namespace and waits for what pods need in it. */
  makeNamespace(name: string): void {
    this.create('namespaces', { metadata: { name } })
    this.within(30_000, 'the namespace has its account', () => this.exists('serviceaccounts', `${name}/default`))
  }

  /** `e2e-tests/name`. */
  key(name: string): ObjectKey {
    return `${this.namespace}/${name}`
  }

  request(verb: ApiRequest['verb'], resource: Resource, place: Place): Result<unknown> {
    const { group, version } = definitionOf(resource)
    return this.cluster.reachable()!.request({ verb, group, version, resource, user: this.client.user, ...place })
  }

  /** POST, which may be refused. */
  tryCreate<R extends Resource>(resource: R, draft: Draft): Result<ObjectOf<R>> {
    const definition = definitionOf(resource)
    const namespace = definition.namespaced ? draft.metadata.namespace ?? this.namespace : undefined
    const body = { apiVersion: apiVersionOf(definition), kind: definition.kind, ...draft, metadata: { ...draft.metadata, ...(namespace && { namespace }) } }
    return this.request('create', resource, { ...(namespace && { namespace }), body }) as Result<ObjectOf<R>>
  }

  create<R extends Resource>(resource: R, draft: Draft): ObjectOf<R> {
    return must(this.tryCreate(resource, draft))
  }

  get<R extends Resource>(resource: R, key: ObjectKey): ObjectOf<R> {
    return must(this.client.get(resource, key))
  }

  exists(resource: Resource, key: ObjectKey): boolean {
    const result = this.client.get(resource, key)
    if (!result.ok && result.status.code !== 404) throw new StatusError(result.status)
    return result.ok
  }

  /** What the namespace holds. */
  list<R extends Resource>(resource: R, labelSelector?: string): readonly ObjectOf<R>[] {
    return must(this.client.list(resource, this.namespace, labelSelector === undefined ? {} : { labelSelector })).items
  }

  listEverywhere<R extends Resource>(resource: R, labelSelector: string): readonly ObjectOf<R>[] {
    return must(this.client.list(resource, undefined, { labelSelector })).items
  }

  /** GET, change, PUT. */
  tryUpdate<R extends Resource>(resource: R, key: ObjectKey, change: (object: ObjectOf<R>) => unknown, subresource?: Subresource): Result<ObjectOf<R>> {
    return this.client.update(resource, change(this.get(resource, key)) as ObjectOf<R>, subresource)
  }

  update<R extends Resource>(resource: R, key: ObjectKey, change: (object: ObjectOf<R>) => unknown, subresource?: Subresource): ObjectOf<R> {
    return must(this.tryUpdate(resource, key, change, subresource))
  }

  patch<R extends Resource>(resource: R, key: ObjectKey, type: PatchType, patch: unknown, subresource?: Subresource): ObjectOf<R> {
    return must(this.client.patch(resource, key, type, patch, subresource))
  }

  delete(resource: Resource, key: ObjectKey, options?: DeleteOptions): unknown {
    return must(this.client.delete(resource, key, options))
  }

  /** DELETE of one life of an object: with a precondition on its uid. */
  deleteThis(resource: Resource, object: KubernetesObject, propagationPolicy: DeleteOptions['propagationPolicy']): void {
    this.delete(resource, keyOf(object), { ...(propagationPolicy && { propagationPolicy }), preconditions: { uid: object.metadata.uid } })
  }

  deleteCollection(resource: Resource, labelSelector: string, body: DeleteOptions = {}): void {
    must(this.request('deletecollection', resource, { namespace: this.namespace, options: { labelSelector }, body }))
  }

  /** The events of a watch of the test's namespace, as they come. */
  watch<R extends Resource>(resource: R, options: RequestOptions = {}): Watch<ObjectOf<R>> {
    const events: WatchEvent<ObjectOf<R>>[] = []
    const sink = { event: (event: WatchEvent) => void events.push(event as WatchEvent<ObjectOf<R>>), closed: () => undefined }
    const { namespaced } = definitionOf(resource)
    const handle = must(this.client.watch(resource, namespaced ? this.namespace : undefined, options, sink))
    return { events, types: () => events.map(({ type }) => type), stop: () => handle.stop() }
  }

  /** Runs virtual time until it holds. */
  within(limit: number, what: string, holds: () => boolean): void {
    const end = this.now + limit
    while (!holds()) {
      if (!this.step(end)) throw new Error(`not within ${limit / 1000} s: ${what}`)
    }
  }

  /** Runs virtual time and looks at every step whether it still holds. */
  stays(period: number, what: string, holds: () => boolean): void {
    const end = this.now + period
    do {
      if (!holds()) throw new Error(`no longer at ${this.now - (end - period)} ms: ${what}`)
    } while (this.step(end))
    this.cluster.advanceTo(end)
  }

  private step(end: number): boolean {
    this.steps += 1
    if (this.steps > mostSteps) throw new Error(`the cluster turns on the spot at ${this.now} ms: ${this.cluster.timeline.currentLabel}`)
    return this.cluster.step(end)
  }

  pass(period: number): void {
    this.cluster.advanceTo(this.now + period)
  }

  running(...names: readonly string[]): void {
    this.within(300_000, `${names.join(', ')} run`, () => names.every((name) => this.get('pods', this.key(name)).status.phase === 'Running'))
  }

  /** Nodes that take ordinary pods. */
  schedulableNodes(): readonly string[] {
    const nodes = must(this.client.list('nodes')).items
    return nodes.filter(({ spec, status }) => !spec.unschedulable && !spec.taints?.length && status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')).map((node) => node.metadata.name)
  }
}

/** A watch that is open. */
interface Watch<T> {
  readonly events: readonly WatchEvent<T>[]
  types(): readonly string[]
  stop(): void
}

/** Why a request was refused. */
export function refusal(result: Result<unknown>): Status {
  if (result.ok) throw new Error('the request was not refused')
  return result.status
}

/** An object with some of its labels changed. */
export function withLabels<T extends KubernetesObject>(object: T, labels: Readonly<Record<string, string>>): T {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } } }
}

export function withAnnotations<T extends KubernetesObject>(object: T, annotations: Readonly<Record<string, string>>): T {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } } }
}

/** A pod that only waits. */
export function pausePod(name: string, labels: Readonly<Record<string, string>> = {}, spec: Readonly<Record<string, unknown>> = {}): Draft {
  return { metadata: { name, labels }, spec: { containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10.1' }], ...spec } }
}

/** What a workload makes pods from. */
export function template(labels: Readonly<Record<string, string>>, image = 'nginx:1.27', spec: Readonly<Record<string, unknown>> = {}): unknown {
  return { metadata: { labels }, spec: { containers: [{ name: 'httpd', image }], terminationGracePeriodSeconds: 0, ...spec } }
}

/** A Deployment, ReplicaSet or DaemonSet of one container; `spec` adds to or replaces what is there. */
export function workload(name: string, labels: Readonly<Record<string, string>>, spec: Readonly<Record<string, unknown>> = {}): Draft {
  return { metadata: { name, labels }, spec: { selector: { matchLabels: labels }, template: template(labels), ...spec } }
}

/** The same as a ReplicationController. */
export function controllerOfPods(name: string, labels: Readonly<Record<string, string>>, spec: Readonly<Record<string, unknown>> = {}): Draft {
  return workload(name, labels, { selector: labels, ...spec })
}
