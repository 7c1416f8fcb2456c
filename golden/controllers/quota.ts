import type { ResourceQuota } from '../../src/sim/api/generated/types.ts'
import type { KubernetesObject } from '../../src/sim/api/objects.ts'
import { resourceListOf } from '../../src/sim/api/pod-resources.ts'
import { isInScopes } from '../../src/sim/api/quota/evaluator.ts'
import { evaluatorOf } from '../../src/sim/api/quota/evaluators.ts'
import { findByAnyName, type ResourceDefinition } from '../../src/sim/api/resources.ts'
import { must, type Result } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { createTestCluster, type TestCluster } from '../../src/sim/cluster/testing.ts'
import { startResourceQuotaController } from '../../src/sim/controllers/resource-quota/resource-quota-controller.ts'
import { difference, type GoldenCase, type GoldenSet } from '../harness.ts'
import { partialDifference } from '../partial.ts'

type Amounts = Readonly<Record<string, string>>
type Json = Readonly<Record<string, unknown>>

/** Whether something here plays a case of this kind, and what it is about is there. */
export function isBuiltQuotaCase({ in: input }: GoldenCase): boolean {
  const about: readonly string[] = [input.object?.kind ?? input.resource ?? 'Pod', ...(input.objects ?? []).map(({ kind }: { readonly kind: string }) => kind)]
  return Object.hasOwn(runs, input.kind) && about.every((kind) => findByAnyName(kind) !== undefined)
}

/** What objects use of quotas, which quotas are about them, what admission makes of it and what the controller counts. */
export const quotaSet: GoldenSet = {
  name: 'controllers/quota',
  run: (golden) => runs[golden.in.kind]?.(golden),
}

const runs: Readonly<Record<string, (golden: GoldenCase) => string | null>> = {
  usage: ({ in: { object, now = '2026-01-01T12:00:00Z' }, out }) => {
    const usage = evaluatorOf(definitionFor(object.kind).resource)?.usageOf(whole(object), Date.parse(now))
    return difference(out.usage, usage && resourceListOf(usage))
  },
  scope: ({ in: { quota, pod }, out }) => {
    const evaluator = evaluatorOf('pods')
    return difference(out.matches, evaluator && isInScopes(evaluator, { spec: quota } as ResourceQuota, whole(pod)))
  },
  admission: ({ in: { quota, operation, resource, name, requested, previous }, out }) => {
    const { client } = createTestCluster()
    const definition = definitionFor(resource)
    const draft = draftOf(definition, name, requested, quota.status.hard) as Draft<'services'>
    if (operation === 'UPDATE') must(client.create(definition.resource, draftOf(definition, name, previous, quota.status.hard)))
    createQuota(client, quota.metadata.name, quota.status)
    const asked = operation === 'UPDATE' ? client.patch(definition.resource, `default/${name}`, 'merge', { spec: draft.spec }) : client.create(definition.resource, draft as unknown as Draft<typeof definition.resource>)
    return judge(out, asked, usedOf(client, quota.metadata.name))
  },
  'admission-multi': ({ in: { quotas, resource = 'pods', name = 'web', requested }, out }) => {
    const { client } = createTestCluster()
    for (const quota of quotas) createQuota(client, quota.name, quota)
    const definition = definitionFor(resource)
    return judge(out, client.create(definition.resource, draftOf(definition, name, requested, {})), usedOf(client, quotas[0].name))
  },
  controller: ({ in: { hard, objects, scopes, scopeSelector }, out }) => {
    const cluster = createTestCluster()
    const { client } = cluster
    for (const [at, { metadata, status, ...object }] of objects.entries()) {
      const definition = definitionFor(object.kind)
      const draft = { apiVersion: definition.apiVersion, ...object, ...(object.spec && { spec: withImages(object.spec) }), metadata: { name: `object-${at}`, namespace: 'default', ...metadata } }
      const made = must(client.create(definition.resource, draft as Draft<typeof definition.resource>))
      if (status) must(client.updateStatus(definition.resource, { ...made, status } as typeof made))
    }
    must(client.create('resourcequotas', quotaDraft('quota', { hard, scopes, scopeSelector })))
    cluster.component('resourcequota-controller', startResourceQuotaController)
    cluster.advanceTo(cluster.timeline.now + 1000)
    return partialDifference(out, must(client.get('resourcequotas', 'default/quota')) as unknown as Json)
  },
}

/** `Pod`, `deployments.apps`. */
function definitionFor(word: string): ResourceDefinition {
  return findByAnyName(word)!
}

/** What a case shows of an object, with the parts that every stored one has. */
function whole(object: Json): KubernetesObject {
  const spec = object['spec'] as Json | undefined
  return { status: {}, ...object, metadata: { name: 'object', ...(object['metadata'] as Json) }, ...(spec && { spec: { ...spec } }) } as unknown as KubernetesObject
}

/** A case says nothing of what its containers run. */
function withImages(spec: Json): Json {
  const lists = ['containers', 'initContainers'].filter((list) => list in spec)
  return { ...spec, ...Object.fromEntries(lists.map((list) => [list, (spec[list] as readonly Json[]).map((container) => ({ image: 'i', ...container }))])) }
}

function quotaDraft(name: string, spec: Json): Draft<'resourcequotas'> {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace: 'default' }, spec } as Draft<'resourcequotas'>
}

function createQuota(client: TestCluster['client'], name: string, { hard, used }: { readonly hard: Amounts; readonly used: Amounts }): void {
  const made = must(client.create('resourcequotas', quotaDraft(name, { hard })))
  must(client.updateStatus('resourcequotas', { ...made, status: { hard, used } }))
}

function usedOf(client: TestCluster['client'], name: string): Amounts | undefined {
  return must(client.get('resourcequotas', `default/${name}`)).status.used
}

function judge({ messageContains, allowed, ...out }: GoldenCase['out'], asked: Result<unknown>, used: Amounts | undefined): string | null {
  const { code, message = '' } = asked.ok ? {} : asked.status
  if (messageContains !== undefined && !message.includes(messageContains)) return `expected "${messageContains}" in "${message}"`
  return difference(allowed, asked.ok) ?? partialDifference(out, { code, message, used })
}

interface Requested {
  readonly containers?: readonly string[]
  readonly missing?: readonly string[]
  readonly [name: string]: string | readonly string[] | undefined
}

/** An object that uses as much as is asked for. */
function draftOf({ resource, apiVersion, kind }: ResourceDefinition, name: string, requested: Requested, hard: Amounts): Draft<typeof resource> {
  const labels = { app: name }
  const container = { name: 'app', image: 'i' }
  const spec: Json = resource === 'pods' ? podSpec(requested, hard)
    : resource === 'services' ? serviceSpec(requested)
    : { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } }
  const isWorkload = apiVersion === 'apps/v1' || resource === 'pods' || resource === 'services'
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, ...(isWorkload && { spec }) } as unknown as Draft<typeof resource>
}

/** Containers that state all that is limited but what the case says is missing. */
function podSpec({ containers = ['app'], missing, ...amounts }: Requested, hard: Amounts): Json {
  const stated = missing ? Object.fromEntries(Object.keys(hard).filter((name) => !missing.includes(name)).map((name) => [name, '0'])) : (amounts as Amounts)
  const requests: Record<string, string> = {}
  const limits: Record<string, string> = {}
  for (const [name, amount] of Object.entries(stated)) {
    const bare = name.replace(/^(?:requests|limits)\./, '')
    if (name === 'pods' || name.startsWith('count/')) continue
    if (name.startsWith('limits.') || bare.includes('/') || bare.startsWith('hugepages-')) limits[bare] = amount
    else requests[bare] = amount
  }
  return { containers: containers.map((name) => ({ name, image: 'i', resources: { requests, limits } })) }
}

function serviceSpec(requested: Requested): Json {
  const type = Number(requested['services.loadbalancers'] ?? 0) > 0 ? 'LoadBalancer' : 'services.nodeports' in requested ? 'NodePort' : 'ClusterIP'
  return { type, ports: Array.from({ length: Number(requested['services.nodeports'] ?? 1) }, (_, at) => ({ name: `p${at}`, port: 80 + at, protocol: 'TCP', targetPort: 80 + at })) }
}
