// Upstream: pkg/kubeapiserver/options/plugins.go (v1.36). Left out: the plugins of kinds that are not there, and those that need webhooks or policies.
import { admitDefaultTolerations } from '../api/admission/default-tolerations.ts'
import { refuseCreateIn, refuseDeleteOf } from '../api/admission/namespace-lifecycle.ts'
import { admitPriority } from '../api/admission/priority.ts'
import { admitServiceAccount } from '../api/admission/service-account.ts'
import { admitNode } from '../api/admission/taint-nodes.ts'
import { forbidden } from '../api/errors.ts'
import type { Namespace, Node, Pod, ServiceAccount } from '../api/generated/types.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { definitionOf } from '../api/resources.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { namespaceOf, readObject } from './core.ts'
import type { Target } from './target.ts'

/** The plugins by the names that --disable-admission-plugins takes. */
export type AdmissionPlugin = 'NamespaceLifecycle' | 'ServiceAccount' | 'TaintNodesByCondition' | 'Priority' | 'DefaultTolerationSeconds' | 'ResourceQuota'

/** What the admission plugins make of an object that is about to be created, in upstream's order. */
export function admitCreate(target: Target, object: KubernetesObject): Result<KubernetesObject> {
  const { core, definition, namespace } = target
  if (namespace !== undefined && isEnabled(target, 'NamespaceLifecycle')) {
    const home = namespaceOf(core, namespace) as Namespace | undefined
    const refusal = refuseCreateIn(definition, object.metadata.name, namespace, home)
    if (refusal) return refused(refusal)
  }
  if (definition.resource === 'pods') return admitPod(target, object as Pod)
  if (definition.resource === 'nodes' && isEnabled(target, 'TaintNodesByCondition')) return accepted(admitNode(object as Node))
  return accepted(object)
}

/** What they make of an update: a pod may get tolerations that its updater left out. */
export function admitUpdate(target: Target, object: KubernetesObject): Result<KubernetesObject> {
  const { definition, by } = target
  if (definition.resource !== 'pods' || by.subresource !== undefined || !isEnabled(target, 'DefaultTolerationSeconds')) return accepted(object)
  return accepted(admitDefaultTolerations(object as Pod))
}

/** Refuses to delete the namespaces that the cluster cannot do without. */
export function admitDelete(target: Target): Result<undefined> {
  const refusal = refuseDeleteOf(target.definition, target.name)
  return refusal ? refused(refusal) : accepted(undefined)
}

function admitPod(target: Target, sent: Pod): Result<Pod> {
  let pod = sent
  if (isEnabled(target, 'ServiceAccount')) {
    const { core } = target
    const accounts = definitionOf('serviceaccounts')
    const admission = admitServiceAccount(pod, {
      serviceAccount: (namespace, name) => readObject(core, accounts, namespace, name) as ServiceAccount | undefined,
      suffix: () => core.names.suffix(5),
      admitted: core.admittedSpecs,
    })
    if ('refusal' in admission) return refused(forbidden(target.definition, pod.metadata.name, admission.refusal))
    pod = admission.pod
  }
  if (isEnabled(target, 'Priority')) {
    const admission = admitPriority(pod)
    if ('refusal' in admission) return refused(forbidden(target.definition, pod.metadata.name, admission.refusal))
    pod = admission.pod
  }
  return accepted(isEnabled(target, 'DefaultTolerationSeconds') ? admitDefaultTolerations(pod) : pod)
}

function isEnabled({ core }: Target, plugin: AdmissionPlugin): boolean {
  return !core.disabledPlugins.has(plugin)
}
