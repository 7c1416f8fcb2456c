import type { Deployment, ReplicaSet } from '../../api/generated/types.ts'
import type { Draft } from '../../client/component.ts'
import { controllerReference } from '../pod-control.ts'
import { podTemplateHash } from '../pod-template-hash.ts'
import { annotationsOfNewSet, nextRevision, withReplicas } from './annotations.ts'
import { hashLabel } from './replica-sets.ts'
import { newSetReplicas } from './rollout-plan.ts'

/** Pure: the set that a deployment makes for its current template, beside the old ones (getNewReplicaSet). */
export function newReplicaSet(deployment: Deployment, old: readonly ReplicaSet[]): Draft<'replicasets'> & { readonly metadata: { readonly name: string } } {
  const { metadata, spec, status } = deployment
  const hash = podTemplateHash(spec.template, status.collisionCount)
  const labels = { ...spec.template.metadata.labels, [hashLabel]: hash }
  const annotations = annotationsOfNewSet(deployment, undefined, nextRevision(old))
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels,
      annotations: withReplicas(annotations, deployment),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newSetReplicas(deployment, old, 0),
      ...(spec.minReadySeconds !== undefined && { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [hashLabel]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  }
}

/** Pure: the current set with the deployment's annotations, revision and minReadySeconds; null when it has them already. */
export function currentSetBroughtUpToDate(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): ReplicaSet | null {
  const before = current.metadata.annotations ?? {}
  const annotations = annotationsOfNewSet(deployment, before, nextRevision(old))
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0
  const changed = Object.entries(annotations).some(([key, value]) => before[key] !== value)
  if (!changed && (current.spec.minReadySeconds ?? 0) === minReadySeconds) return null
  return { ...current, metadata: { ...current.metadata, annotations }, spec: { ...current.spec, minReadySeconds } }
}
