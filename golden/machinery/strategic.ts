import { applyMergePatch } from '../../src/sim/api/patch/merge-patch.ts'
import { planApply, planCustomApply, planEdit } from '../../src/sim/api/patch/plan-apply.ts'
import { readJsonText } from '../../src/sim/api/schema/json-text.ts'
import { patchStrategies, patchTypeOf } from '../../src/sim/api/patch/patch-schema.ts'
import { applyStrategicPatch } from '../../src/sim/api/patch/strategic-merge-patch.ts'
import { difference, type GoldenSet } from '../harness.ts'

const groups: Record<string, string> = {
  Deployment: 'apps/v1', StatefulSet: 'apps/v1', DaemonSet: 'apps/v1', ReplicaSet: 'apps/v1', ControllerRevision: 'apps/v1',
  Job: 'batch/v1', CronJob: 'batch/v1', HorizontalPodAutoscaler: 'autoscaling/v2', PodDisruptionBudget: 'policy/v1',
  Ingress: 'networking.k8s.io/v1', IngressClass: 'networking.k8s.io/v1', NetworkPolicy: 'networking.k8s.io/v1', ServiceCIDR: 'networking.k8s.io/v1', IPAddress: 'networking.k8s.io/v1',
  EndpointSlice: 'discovery.k8s.io/v1', Lease: 'coordination.k8s.io/v1', RuntimeClass: 'node.k8s.io/v1', PriorityClass: 'scheduling.k8s.io/v1',
  Role: 'rbac.authorization.k8s.io/v1', ClusterRole: 'rbac.authorization.k8s.io/v1', RoleBinding: 'rbac.authorization.k8s.io/v1', ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
  StorageClass: 'storage.k8s.io/v1', CSIDriver: 'storage.k8s.io/v1', CSINode: 'storage.k8s.io/v1', VolumeAttachment: 'storage.k8s.io/v1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1', MutatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  ValidatingAdmissionPolicy: 'admissionregistration.k8s.io/v1', ValidatingAdmissionPolicyBinding: 'admissionregistration.k8s.io/v1',
  CertificateSigningRequest: 'certificates.k8s.io/v1', FlowSchema: 'flowcontrol.apiserver.k8s.io/v1', PriorityLevelConfiguration: 'flowcontrol.apiserver.k8s.io/v1',
  ResourceClaim: 'resource.k8s.io/v1', DeviceClass: 'resource.k8s.io/v1', ResourceSlice: 'resource.k8s.io/v1',
}

/** The apiVersion of a kind that a case names without one. */
export function apiVersionOfKind(kind: string): string {
  return groups[kind] ?? 'v1'
}

/** Strategic merge patches. */
export const strategicMergePatch: GoldenSet = {
  name: 'machinery/strategic-merge-patch',
  run({ in: input, out }) {
    const original = input.originalText === undefined ? { ok: true as const, value: input.original } : readJsonText(input.originalText)
    const patch = input.patchText === undefined ? { ok: true as const, value: input.patch } : readJsonText(input.patchText)
    const result = applyStrategicPatch(patchTypeOf(apiVersionOfKind(input.kind), input.kind), original.ok ? original.value : undefined, patch.ok ? patch.value : undefined)
    return difference(out, result.ok ? { result: result.value } : { error: result.error })
  },
}

/** Which lists of a kind are merged, and by what. */
export const patchMeta: GoldenSet = {
  name: 'machinery/patch-meta',
  run({ in: input, out }) {
    const answer: Record<string, unknown> = {}
    for (const [path, { strategy, retainKeys, mergeKey }] of patchStrategies(input.apiVersion, input.kind)) {
      answer[path] = { strategies: [...(strategy ? [strategy] : []), ...(retainKeys ? ['retainKeys'] : [])], ...(mergeKey && { mergeKey }) }
    }
    return difference(out, answer)
  },
}

/** What kubectl apply and edit compute. */
export const threeWayApply: GoldenSet = {
  name: 'machinery/three-way-apply',
  run({ in: input, out }) {
    const kind = { apiVersion: apiVersionOfKind(input.kind ?? ''), kind: input.kind ?? '' }
    const { mode, original, modified, current } = input
    const patch = mode === 'custom' ? planCustomApply(original, modified, current)
      : mode === 'two-way' ? planEdit(original, modified, kind)
      : planApply(original, modified, current, kind)
    if (!patch.ok) return difference(out, { error: patch.error })
    if (out.result === undefined) return difference(out, { patch: patch.value })
    const result = mode === 'custom' ? applyMergePatch(current, patch.value) : applyStrategicPatch(patchTypeOf(kind.apiVersion, kind.kind), current, patch.value)
    return difference(out, { patch: patch.value, result: result.ok ? result.value : result.error })
  },
}
