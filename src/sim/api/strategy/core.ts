// Upstream: pkg/registry/core/{namespace,node,configmap,secret,serviceaccount,event,endpoint,resourcequota}, pkg/registry/coordination/lease, pkg/registry/discovery/endpointslice (v1.36).
import { defaultEndpoints, defaultEndpointSlice, defaultNamespace, defaultNode, defaultSecret } from '../defaults/core.ts'
import type { ConfigMap, Endpoints, EndpointSlice, Event, Lease, Namespace, Node, ResourceQuota, Secret, ServiceAccount } from '../generated/types.ts'
import type { KubernetesObject } from '../objects.ts'
import { compareAmounts } from '../schema/quantities.ts'
import { semanticEqual } from '../semantic.ts'
import {
  validateConfigMap, validateConfigMapUpdate, validateNamespace, validateNamespaceFinalizeUpdate, validateNamespaceStatusUpdate, validateNamespaceUpdate, validateSecret, validateSecretUpdate, validateServiceAccount,
  validateServiceAccountUpdate,
} from '../validation/core.ts'
import { validateEndpointSlice, validateEndpointSliceUpdate } from '../validation/endpoint-slice.ts'
import { endpointsWarnings, validateEndpoints, validateEndpointsUpdate } from '../validation/endpoints.ts'
import { validateEvent, validateEventUpdate } from '../validation/event.ts'
import { validateLease, validateLeaseUpdate } from '../validation/lease.ts'
import { validateNode, validateNodeUpdate } from '../validation/node.ts'
import { validateResourceQuota, validateResourceQuotaStatusUpdate, validateResourceQuotaUpdate } from '../validation/resource-quota.ts'
import { endpointSliceWarnings, nodeWarnings, secretWarnings, serviceAccountWarnings } from '../warnings/core.ts'
import { countGeneration, firstGeneration, keep } from './generation.ts'
import type { Strategy } from './strategy.ts'

/** Starts Active with the finalizer of the namespace controller; only `finalize` changes its spec, only `status` its phase. */
export const namespaceStrategy: Strategy<Namespace> = {
  defaults: defaultNamespace,
  defaulted: ['metadata', 'status'],
  prepareForCreate: (namespace) => {
    const finalizers = namespace.spec?.finalizers ?? []
    const all = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes']
    return { ...namespace, spec: { ...namespace.spec, finalizers: all }, status: { phase: 'Active' } }
  },
  validate: validateNamespace,
  prepareForUpdate: (next, old) => ({ ...next, spec: old.spec, status: old.status }),
  // Judged as a new one too: what is wrong with its metadata is told by both.
  validateUpdate: (next, old) => [...validateNamespace(next), ...validateNamespaceUpdate(next, old)],
  canonicalize: defaultNamespace,
  status: {
    prepareForUpdate: (next, old) => keep(next, old, 'spec'),
    validateUpdate: validateNamespaceStatusUpdate,
  },
  subresources: {
    finalize: {
      prepareForUpdate: (next, old) => keep(next, old, 'status'),
      validateUpdate: validateNamespaceFinalizeUpdate,
    },
  },
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

/** Nobody configures a kubelet through its node any more. */
function withoutConfiguration(node: Node): Node {
  if (!node.spec.configSource && !node.status.config) return node
  const { configSource: _source, ...spec } = node.spec
  const { config: _config, ...status } = node.status
  return { ...node, spec, status }
}

/** A node may be made with a status; later each of the two has its own door. */
export const nodeStrategy: Strategy<Node> = {
  defaults: defaultNode,
  defaulted: ['spec', 'status'],
  prepareForCreate: withoutConfiguration,
  validate: validateNode,
  prepareForUpdate: (next, old) => keep(old.spec.configSource ? next : withoutConfiguration(next), old, 'status'),
  // Judged as a new one too; what heartbeats send is not.
  validateUpdate: (next, old) => [...validateNode(next), ...validateNodeUpdate(next, old)],
  warningsOnCreate: nodeWarnings,
  warningsOnUpdate: nodeWarnings,
  status: {
    prepareForUpdate: (next, old) => keep(next, old, 'spec'),
    validateUpdate: validateNodeUpdate,
  },
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

export const configMapStrategy: Strategy<ConfigMap> = {
  defaults: unchanged,
  defaulted: [],
  prepareForCreate: unchanged,
  validate: validateConfigMap,
  prepareForUpdate: unchanged,
  validateUpdate: validateConfigMapUpdate,
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

export const secretStrategy: Strategy<Secret> = {
  defaults: defaultSecret,
  defaulted: ['data', 'stringData', 'type'],
  prepareForCreate: unchanged,
  validate: validateSecret,
  // A type once given stays when the update leaves it out.
  prepareForUpdate: unchanged,
  validateUpdate: validateSecretUpdate,
  warningsOnCreate: secretWarnings,
  warningsOnUpdate: secretWarnings,
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

export const serviceAccountStrategy: Strategy<ServiceAccount> = {
  defaults: unchanged,
  defaulted: [],
  prepareForCreate: withSecretNames,
  validate: validateServiceAccount,
  prepareForUpdate: withSecretNames,
  validateUpdate: validateServiceAccountUpdate,
  warningsOnCreate: (account) => serviceAccountWarnings(account),
  warningsOnUpdate: serviceAccountWarnings,
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

/** The server keeps the subsets as they are sent: it was long ago that it packed them anew. */
export const endpointsStrategy: Strategy<Endpoints> = {
  defaults: defaultEndpoints,
  defaulted: ['subsets'],
  prepareForCreate: unchanged,
  validate: validateEndpoints,
  prepareForUpdate: unchanged,
  validateUpdate: validateEndpointsUpdate,
  warningsOnCreate: endpointsWarnings,
  warningsOnUpdate: endpointsWarnings,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
}

/** A quota's hard limits are its maker's; how much is used, its controller and admission write. */
export const resourceQuotaStrategy: Strategy<ResourceQuota> = {
  defaults: unchanged,
  defaulted: [],
  prepareForCreate: (quota) => ({ ...quota, status: {} }),
  validate: validateResourceQuota,
  prepareForUpdate: (next, old) => keep(next, old, 'status'),
  validateUpdate: validateResourceQuotaUpdate,
  warningsOnCreate: ({ spec }) => ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap((name) => warningOf(spec.hard ?? {}, name)),
  status: {
    prepareForUpdate: (next, old) => keep(next, old, 'spec'),
    validateUpdate: validateResourceQuotaStatusUpdate,
  },
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

/** More may be asked for than may be used. */
function warningOf(hard: Readonly<Record<string, string>>, name: string): string[] {
  const long = `requests.${name}`
  const requested = Object.hasOwn(hard, long) || (name !== 'cpu' && name !== 'memory') ? long : name
  const request = hard[requested]
  const limit = hard[`limits.${name}`]
  if (request === undefined || limit === undefined || compareAmounts(request, limit) <= 0) return []
  return [`ResourceQuota ${requested} (${request}) should be less than limits.${name} (${limit})`]
}

/** Its generation counts every change outside its metadata, and those of its labels. */
export const endpointSliceStrategy: Strategy<EndpointSlice> = {
  defaults: defaultEndpointSlice,
  defaulted: ['ports'],
  prepareForCreate: (slice) => firstGeneration(withoutTopology(slice)),
  validate: validateEndpointSlice,
  prepareForUpdate: (sent, old) => {
    const next = semanticEqual(sent.endpoints, old.endpoints) ? sent : withoutTopology(sent)
    const changed = !semanticEqual(next.endpoints, old.endpoints) || !semanticEqual(next.ports, old.ports) || !semanticEqual(next.metadata.labels, old.metadata.labels)
    return countGeneration(next, old, changed)
  },
  validateUpdate: validateEndpointSliceUpdate,
  warningsOnCreate: endpointSliceWarnings,
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

/** v1 shows it of old objects; nobody writes it. */
function withoutTopology(slice: EndpointSlice): EndpointSlice {
  if (!slice.endpoints?.some(({ deprecatedTopology }) => deprecatedTopology)) return slice
  return { ...slice, endpoints: slice.endpoints.map(({ deprecatedTopology: _dropped, ...endpoint }) => endpoint) }
}

/** Of the gate CoordinatedLeaderElection, which is closed. */
function withoutCoordination(lease: Lease): Lease {
  if (!lease.spec.strategy && !lease.spec.preferredHolder) return lease
  const { strategy: _strategy, preferredHolder: _holder, ...spec } = lease.spec
  return { ...lease, spec }
}

export const leaseStrategy: Strategy<Lease> = {
  defaults: unchanged,
  defaulted: [],
  prepareForCreate: withoutCoordination,
  validate: validateLease,
  prepareForUpdate: (next, old) => (old.spec.strategy || old.spec.preferredHolder ? next : withoutCoordination(next)),
  validateUpdate: validateLeaseUpdate,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
}

export const eventStrategy: Strategy<Event> = {
  defaults: unchanged,
  defaulted: [],
  prepareForCreate: unchanged,
  validate: validateEvent,
  prepareForUpdate: unchanged,
  validateUpdate: validateEventUpdate,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
}

/** Of the secrets that an account lists only the names are kept. */
function withSecretNames(account: ServiceAccount): ServiceAccount {
  return account.secrets ? { ...account, secrets: account.secrets.map(({ name }) => (name ? { name } : {})) } : account
}

function unchanged<T extends KubernetesObject>(object: T): T {
  return object
}
