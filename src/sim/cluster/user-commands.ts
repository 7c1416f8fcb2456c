import { isTooDeep, tooDeep } from '../api/body-limit.ts'
import { badRequest } from '../api/errors.ts'
import { lastAppliedAnnotation } from '../api/last-applied.ts'
import { splitKey, type KubernetesObject, type ObjectKey } from '../api/objects.ts'
import type { ApiRequest, PatchType, Transport } from '../api/request.ts'
import { definitionOf, findKind, type Resource, type ResourceDefinition } from '../api/resources.ts'
import { accepted, refused, type Refusal, type Result, type Status } from '../api/status.ts'
import { isObject, type JsonObject } from '../api/patch/json-values.ts'
import { decodeObject } from '../api/schema.ts'
import { readJsonText } from '../api/schema/json-text.ts'
import { planApply } from '../api/patch/plan-apply.ts'
import type { Steps } from '../client/steps.ts'
import type { Manifest } from './run.ts'

/** One document of an apply and what becomes of it. */
export interface Applied {
  /** Index of the manifest. */
  readonly index: number
  readonly action: 'create' | 'configure' | 'unchanged' | 'refused'
  /** `deployment.apps/web`, as kubectl prints it. */
  readonly name: string
  readonly before: KubernetesObject | null
  readonly after: KubernetesObject | null
  readonly refusal: Status | null
  /** What the server says besides, each once. */
  readonly warnings: readonly string[]
}

/** What is sent of each manifest. */
type Bodies = Map<Manifest, Manifest>

/** One time through all manifests. */
interface Round {
  readonly dryRun: boolean
  /** The namespaces that the manifests make. */
  readonly coming: ReadonlySet<string>
  readonly bodies: Bodies
}

const user = 'user'

/** What a person at the API does, in the requests that kubectl would send. */
export class UserCommands {
  constructor(private readonly server: Transport) {}

  /**
   * Applies manifests in their order, as `kubectl apply` does. All are tried with a dry run first: when one is refused nothing is applied.
   * Each document is a step: a thousand of them keep nobody waiting.
   */
  *apply(manifests: readonly Manifest[]): Steps<Result<readonly Applied[]>> {
    const bodies: Bodies = new Map()
    const preview = yield* this.applyAll(manifests, { dryRun: true, coming: namespacesOf(manifests), bodies })
    const wrong = preview.find(({ refusal }) => refusal !== null)
    if (wrong) return withWarningsOf(preview, refused(wrong.refusal!))
    const applied = yield* this.applyAll(manifests, { dryRun: false, coming: new Set(), bodies })
    return withWarningsOf(applied, accepted(applied))
  }

  /** What `apply` would do, document by document; changes nothing. */
  preview(manifests: readonly Manifest[]): Steps<readonly Applied[]> {
    return this.applyAll(manifests, { dryRun: true, coming: namespacesOf(manifests), bodies: new Map() })
  }

  delete(resource: Resource, key: ObjectKey, gracePeriodSeconds?: number): Result<unknown> {
    const body = { propagationPolicy: 'Background', ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }) }
    return this.server.request({ ...requestFor(definitionOf(resource), key), verb: 'delete', body })
  }

  scale(resource: Resource, key: ObjectKey, replicas: number): Result<unknown> {
    return this.patch(resource, key, 'merge', { spec: { replicas } }, 'scale')
  }

  /** kubectl rollout restart: an annotation of the template makes it another template. */
  restart(resource: Resource, key: ObjectKey, now: string): Result<unknown> {
    return this.patch(resource, key, 'strategic', { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': now } } } } })
  }

  cordon(node: string, unschedulable: boolean): Result<unknown> {
    return this.patch('nodes', node, 'strategic', { spec: { unschedulable: unschedulable ? true : null } })
  }

  request(request: Omit<ApiRequest, 'user'>): Result<unknown> {
    return this.server.request({ ...request, user })
  }

  private patch(resource: Resource, key: ObjectKey, patchType: PatchType, body: unknown, subresource?: string): Result<unknown> {
    return this.server.request({ ...requestFor(definitionOf(resource), key), verb: 'patch', patchType, body, ...(subresource ? { subresource } : {}) })
  }

  private *applyAll(manifests: readonly Manifest[], round: Round): Steps<readonly Applied[]> {
    const applied: Applied[] = []
    for (const [index, manifest] of manifests.entries()) {
      applied.push(this.applyOne(manifest, index, round))
      yield
    }
    return applied
  }

  private applyOne(manifest: Manifest, index: number, round: Round): Applied {
    const definition = definitionFor(manifest)
    const name = metadataOf(manifest)['name']
    const label = definition ? `${definition.singular}${definition.group ? `.${definition.group}` : ''}/${String(name)}` : String(manifest['kind'])
    const failed = (refusal: Refusal, warnings: readonly string[] = []): Applied => ({ index, action: 'refused', name: label, before: null, after: null, refusal: refusal.status, warnings })
    if (!definition) return failed(unknownKind(manifest))
    if (isTooDeep(manifest)) return failed(refused(badRequest(tooDeep)))
    if (typeof name !== 'string' || name === '') return failed(refused(badRequest('resource name may not be empty')))
    const key = definition.namespaced ? `${namespaceOf(manifest)}/${name}` : name
    const live = this.server.request({ ...requestFor(definition, key), verb: 'get' })
    if (!live.ok && live.status.reason !== 'NotFound') return failed(live, live.warnings)
    const before = live.ok ? (live.value as KubernetesObject) : null
    const result = before ? this.configure(definition, key, manifest, before, round.dryRun) : this.create(definition, key, manifest, round)
    const warnings = [...new Set([...(live.warnings ?? []), ...(result.warnings ?? [])])]
    if (!result.ok) return failed(result, warnings)
    const after = result.value as KubernetesObject
    const action = before === null ? 'create' : after.metadata.resourceVersion === before.metadata.resourceVersion && sameBut(before, after) ? 'unchanged' : 'configure'
    return { index, action, name: label, before, after, refusal: null, warnings }
  }

  private create(definition: ResourceDefinition, key: ObjectKey, manifest: Manifest, { dryRun, coming, bodies }: Round): Result<unknown> {
    const { namespace } = splitKey(key)
    const body = bodies.get(manifest) ?? bodyOf(definition, manifest, namespace)
    bodies.set(manifest, body)
    // What is made is named by its body: POST goes to the collection.
    const { name: _name, ...collection } = requestFor(definition, key)
    const request: ApiRequest = { ...collection, verb: 'create', body, options: { dryRun, fieldValidation: 'Strict', fieldManager: 'kubectl-client-side-apply' } }
    // A namespace that comes with the same manifests is not there yet in a dry run: what is in it is tried in another.
    if (!dryRun || !namespace || !coming.has(namespace) || this.server.request({ ...requestFor(definitionOf('namespaces'), namespace), verb: 'get' }).ok) return this.server.request(request)
    const elsewhere = this.server.request({ ...request, namespace: 'default', body: withNamespace(body, 'default') })
    if (elsewhere.ok) return { ...elsewhere, value: withNamespace(elsewhere.value as Manifest, namespace) }
    return elsewhere.status.reason === 'AlreadyExists' ? accepted(body) : elsewhere
  }

  private configure(definition: ResourceDefinition, key: ObjectKey, manifest: Manifest, live: KubernetesObject, dryRun: boolean): Result<unknown> {
    const { namespace } = splitKey(key)
    const modified = withLastApplied(manifest, namespace)
    const lastApplied = lastAppliedOf(live)
    if (!lastApplied) return refused(badRequest('invalid JSON document'))
    const plan = planApply(lastApplied, modified, live as unknown as JsonObject, { apiVersion: live.apiVersion, kind: live.kind })
    if (!plan.ok) return refused(badRequest(plan.error))
    if (Object.keys(plan.value as object).length === 0) return accepted(live)
    return this.server.request({ ...requestFor(definition, key), verb: 'patch', patchType: 'strategic', body: plan.value, options: { dryRun, fieldValidation: 'Strict', fieldManager: 'kubectl-client-side-apply' } })
  }
}

/** The answer to an apply, with what the server said about all of its documents. */
function withWarningsOf(applied: readonly Applied[], result: Result<readonly Applied[]>): Result<readonly Applied[]> {
  const warnings = [...new Set(applied.flatMap((document) => document.warnings))]
  return warnings.length > 0 ? { ...result, warnings } : result
}

function namespacesOf(manifests: readonly Manifest[]): ReadonlySet<string> {
  return new Set(manifests.filter((manifest) => manifest['kind'] === 'Namespace').map((manifest) => String(metadataOf(manifest)['name'])))
}

function requestFor({ group, version, resource, namespaced }: ResourceDefinition, key: ObjectKey): Omit<ApiRequest, 'verb'> {
  const { namespace, name } = splitKey(key)
  return { group, version, resource, name, user, ...(namespaced && namespace ? { namespace } : {}) }
}

function definitionFor(manifest: Manifest): ResourceDefinition | undefined {
  return findKind(String(manifest['apiVersion']), String(manifest['kind']))
}

/** kubectl's words for a kind that discovery does not list. */
function unknownKind(manifest: Manifest): Refusal {
  const { apiVersion, kind } = manifest
  if (typeof kind !== 'string' || kind === '') return refused(badRequest("Object 'Kind' is missing"))
  if (typeof apiVersion !== 'string' || apiVersion === '') return refused(badRequest("Object 'apiVersion' is missing"))
  return refused({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotFound', code: 404, message: `no matches for kind "${kind}" in version "${apiVersion}"` })
}

function metadataOf(manifest: Manifest): Readonly<Record<string, unknown>> {
  const metadata = manifest['metadata']
  return typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : {}
}

function namespaceOf(manifest: Manifest): string {
  const namespace = metadataOf(manifest)['namespace']
  return typeof namespace === 'string' && namespace !== '' ? namespace : 'default'
}

function withNamespace(manifest: Manifest, namespace: string): Manifest {
  return { ...manifest, metadata: { ...metadataOf(manifest), namespace } }
}

/** What is sent of a manifest, read already: what is tried first and then done is read and judged once. What cannot be read the server refuses. */
function bodyOf(definition: ResourceDefinition, manifest: Manifest, namespace: string | undefined): Manifest {
  const body = withLastApplied(manifest, namespace)
  const read = decodeObject(definition, body, 'Strict')
  return read.ok ? (read.value as unknown as Manifest) : body
}

/** The manifest with the annotation in which kubectl remembers it, for the next apply's three-way merge. */
function withLastApplied(manifest: Manifest, namespace: string | undefined): Manifest {
  const given = metadataOf(manifest)['annotations'] ?? {}
  // Nothing to add to: the API says what is wrong with it, in its own words.
  if (typeof given !== 'object' || Array.isArray(given) || !['string', 'undefined'].includes(typeof (metadataOf(manifest)['namespace'] ?? undefined))) return manifest
  const { [lastAppliedAnnotation]: _, ...annotations } = given as Record<string, unknown>
  const plain = { ...manifest, metadata: { ...metadataOf(manifest), annotations, ...(namespace ? { namespace } : {}) } }
  return { ...plain, metadata: { ...plain.metadata, annotations: { ...annotations, [lastAppliedAnnotation]: `${JSON.stringify(plain)}\n` } } }
}

/** What was applied last. Null when what the annotation holds is no object: anybody can write into it. */
function lastAppliedOf(live: KubernetesObject): JsonObject | null {
  const read = readJsonText(live.metadata.annotations?.[lastAppliedAnnotation] || '{}')
  const value = read.ok ? (read.value ?? {}) : null
  return isObject(value) && !isTooDeep(value) ? value : null
}

function sameBut(before: KubernetesObject, after: KubernetesObject): boolean {
  return before === after || JSON.stringify(before) === JSON.stringify(after)
}

