import { findKind } from '../resources.ts'
import { structOf, type GoType } from '../schema/go-type.ts'
import { goTypes } from '../schema/go-types.ts'

/** What is known of a value's type while a strategic merge patch is applied to it. */
export type PatchType =
  | { readonly kind: 'struct'; readonly name: string }
  | { readonly kind: 'list' | 'map'; readonly element: PatchType }
  /** Nothing is known: maps merge, lists are replaced. */
  | { readonly kind: 'any' }

/** How a field is patched: `merge` joins lists, `replace` takes the patch's value; neither: maps merge, lists are replaced. */
export interface PatchField {
  readonly type: PatchType
  readonly strategy: 'merge' | 'replace' | ''
  /** What makes two items of a list of objects the same; empty for lists of scalars. */
  readonly mergeKey: string
  /** The field is a union: a patch that kubectl makes lists the keys that may stay. */
  readonly retainKeys: boolean
}

const anyType: PatchType = { kind: 'any' }

/** The fields with a strategy (patchStrategy and patchMergeKey of k8s.io/api v0.36), by struct: `field=merge:key`. All other lists are replaced. */
const strategies: Readonly<Record<string, string>> = {
  ObjectMeta: 'finalizers=merge|ownerReferences=merge:uid',
  PodSpec:
    'containers=merge:name|initContainers=merge:name|ephemeralContainers=merge:name|hostAliases=merge:ip|imagePullSecrets=merge:name|resourceClaims=merge,retainKeys:name'
    + '|schedulingGates=merge:name|topologySpreadConstraints=merge:topologyKey|volumes=merge,retainKeys:name',
  Container: 'env=merge:name|ports=merge:containerPort|volumeDevices=merge:devicePath|volumeMounts=merge:mountPath',
  EphemeralContainer: 'env=merge:name|ports=merge:containerPort|volumeDevices=merge:devicePath|volumeMounts=merge:mountPath',
  ContainerStatus: 'allocatedResourcesStatus=merge:name|volumeMounts=merge:mountPath',
  PodStatus: 'conditions=merge:type|hostIPs=merge:ip|podIPs=merge:ip|resourceClaimStatuses=merge,retainKeys:name',
  ServiceSpec: 'ports=merge:port',
  NodeSpec: 'podCIDRs=merge',
  NodeStatus: 'addresses=merge:type|conditions=merge:type',
  ServiceAccount: 'secrets=merge:name',
  DeploymentSpec: 'strategy=retainKeys',
  PodDisruptionBudgetSpec: 'selector=replace',
  CSINodeSpec: 'drivers=merge:name',
  ValidatingWebhookConfiguration: 'webhooks=merge:name',
  MutatingWebhookConfiguration: 'webhooks=merge:name',
  ValidatingWebhook: 'matchConditions=merge:name',
  MutatingWebhook: 'matchConditions=merge:name',
  ValidatingAdmissionPolicySpec: 'matchConditions=merge:name|variables=merge:name',
  ResourceClaimStatus: 'reservedFor=merge:uid',
  ...Object.fromEntries(
    ['Service', 'Namespace', 'PersistentVolumeClaim', 'ReplicationController', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'HorizontalPodAutoscaler',
      'PodDisruptionBudget', 'ServiceCIDR', 'FlowSchema', 'PriorityLevelConfiguration'].map((kind) => [`${kind}Status`, 'conditions=merge:type']),
  ),
}

/** The way to fields with a strategy through structs that decoding does not know yet: `field:type`. */
const waysThrough: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: 'metadata:ObjectMeta|status:PersistentVolumeClaimStatus',
  StatefulSetSpec: 'template:PodTemplateSpec|volumeClaimTemplates:[]PersistentVolumeClaim',
  JobSpec: 'template:PodTemplateSpec',
  CronJobSpec: 'jobTemplate:JobTemplateSpec',
  JobTemplateSpec: 'metadata:ObjectMeta|spec:JobSpec',
}

/** The same for kinds, by their apiVersion and kind; all have `metadata`. */
const kinds: Readonly<Record<string, string>> = {
  'v1 PersistentVolumeClaim': 'status:PersistentVolumeClaimStatus',
  'apps/v1 StatefulSet': 'spec:StatefulSetSpec|status:StatefulSetStatus',
  'batch/v1 Job': 'spec:JobSpec|status:JobStatus',
  'batch/v1 CronJob': 'spec:CronJobSpec',
  'autoscaling/v2 HorizontalPodAutoscaler': 'status:HorizontalPodAutoscalerStatus',
  'policy/v1 PodDisruptionBudget': 'spec:PodDisruptionBudgetSpec|status:PodDisruptionBudgetStatus',
  'networking.k8s.io/v1 ServiceCIDR': 'status:ServiceCIDRStatus',
  'storage.k8s.io/v1 CSINode': 'spec:CSINodeSpec',
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration': 'webhooks:[]ValidatingWebhook',
  'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration': 'webhooks:[]MutatingWebhook',
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy': 'spec:ValidatingAdmissionPolicySpec',
  'flowcontrol.apiserver.k8s.io/v1 FlowSchema': 'status:FlowSchemaStatus',
  'flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration': 'status:PriorityLevelConfigurationStatus',
  'resource.k8s.io/v1 ResourceClaim': 'status:ResourceClaimStatus',
}

interface PatchStruct {
  readonly fields: ReadonlyMap<string, PatchField>
  /** All fields are known: what is not among them does not exist. */
  readonly complete: boolean
}

const structs = new Map<string, PatchStruct>()

/** The type of a kind, from which a patch descends. */
export function patchTypeOf(apiVersion: string, kind: string): PatchType {
  // A kind that decoding knows is a Go struct; others go by their full name, since kinds of different groups share names.
  const definition = findKind(apiVersion, kind)
  return { kind: 'struct', name: definition && Object.hasOwn(goTypes, kind) ? kind : `${apiVersion} ${kind}` }
}

/** How a field is patched; null when there is no such field. */
export function patchFieldOf(type: PatchType, field: string): PatchField | null {
  if (type.kind === 'map') return plainField(type.element)
  if (type.kind !== 'struct') return plainField(anyType)
  const struct = structNamed(type.name)
  return struct.fields.get(field) ?? (struct.complete ? null : plainField(anyType))
}

/** All fields of a kind that have a strategy, by their path (`[]` is inside the items of a list). */
export function patchStrategies(apiVersion: string, kind: string): ReadonlyMap<string, PatchField> {
  const found = new Map<string, PatchField>()
  const visit = (type: PatchType, path: string, above: readonly string[]): void => {
    if (type.kind === 'list') visit(type.element, `${path}[]`, above)
    if (type.kind !== 'struct' || above.includes(type.name)) return
    for (const [name, field] of structNamed(type.name).fields) {
      const here = path === '' ? name : `${path}.${name}`
      if (field.strategy || field.retainKeys) found.set(here, field)
      visit(field.type, here, [...above, type.name])
    }
  }
  visit(patchTypeOf(apiVersion, kind), '', [])
  return found
}

function structNamed(name: string): PatchStruct {
  let struct = structs.get(name)
  if (!struct) structs.set(name, (struct = readStruct(name)))
  return struct
}

function readStruct(name: string): PatchStruct {
  const isKind = name.includes(' ')
  const known = !isKind && Object.hasOwn(goTypes, name)
  const types = new Map<string, PatchType>()
  if (known) for (const [field, { type }] of structOf(name).byName) types.set(field, fromGoType(type))
  else for (const [field, type] of pairs(isKind ? `metadata:ObjectMeta|${kinds[name] ?? ''}` : waysThrough[name], ':')) types.set(field, namedType(type))
  const stated = new Map(pairs(strategies[isKind ? name.slice(name.indexOf(' ') + 1) : name], '='))
  for (const field of stated.keys()) if (!types.has(field)) types.set(field, { kind: 'list', element: anyType })
  const fields = new Map([...types].map(([field, type]) => [field, { type, ...readStrategy(stated.get(field) ?? '') }]))
  return { fields, complete: known }
}

function plainField(type: PatchType): PatchField {
  return { type, strategy: '', mergeKey: '', retainKeys: false }
}

function readStrategy(text: string): Omit<PatchField, 'type'> {
  const [names = '', mergeKey = ''] = text.split(':')
  const words = names.split(',')
  return { strategy: words.includes('merge') ? 'merge' : words.includes('replace') ? 'replace' : '', mergeKey, retainKeys: words.includes('retainKeys') }
}

function namedType(text: string): PatchType {
  return text.startsWith('[]') ? { kind: 'list', element: namedType(text.slice(2)) } : { kind: 'struct', name: text }
}

function fromGoType(type: GoType): PatchType {
  if (type.kind === 'struct' && type.struct !== undefined) return { kind: 'struct', name: type.struct }
  if ((type.kind === 'list' || type.kind === 'map') && type.element) return { kind: type.kind, element: fromGoType(type.element) }
  return anyType
}

function pairs(text: string | undefined, separator: string): [string, string][] {
  if (!text) return []
  return text.split('|').filter((part) => part !== '').map((part) => [part.slice(0, part.indexOf(separator)), part.slice(part.indexOf(separator) + 1)])
}
