import type { Deployment, ReplicaSet } from '../../api/generated/types.ts'
import { annotationsAfterRollback, lastRevision, parseRevision, revisionOf, rollbackAnnotation } from './annotations.ts'
import { labelsWithoutHash, sameTemplate } from './replica-sets.ts'

/** What a rollback that was asked for by annotation writes and says. */
export interface RollbackPlan {
  readonly deployment: Deployment
  readonly event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }
}

/** Pure: back to the template of the set with the asked revision, 0 being the one before; the request is always taken off (rollback). */
export function planRollback(deployment: Deployment, replicaSets: readonly ReplicaSet[]): RollbackPlan {
  const asked = parseRevision(deployment.metadata.annotations?.[rollbackAnnotation]) ?? 0n
  const revision = asked === 0n ? lastRevision(replicaSets) : asked
  if (revision === 0n) return refused(deployment, 'DeploymentRollbackRevisionNotFound', 'Unable to find last revision.')
  const target = replicaSets.find((replicaSet) => revisionOf(replicaSet) === revision)
  if (!target) return refused(deployment, 'DeploymentRollbackRevisionNotFound', 'Unable to find the revision to rollback to.')
  const { name } = deployment.metadata
  if (sameTemplate(deployment.spec.template, target.spec.template)) {
    return refused(deployment, 'DeploymentRollbackTemplateUnchanged', `The rollback revision contains the same template as current deployment "${name}"`)
  }
  const { template } = target.spec
  const labels = labelsWithoutHash(template.metadata.labels)
  const annotations = annotationsAfterRollback(deployment, target)
  const rolledBack = {
    ...deployment,
    metadata: { ...deployment.metadata, annotations },
    spec: { ...deployment.spec, template: { ...template, metadata: { ...template.metadata, ...(labels && { labels }) } } },
  }
  return { deployment: rolledBack, event: { type: 'Normal', reason: 'DeploymentRollback', message: `Rolled back deployment "${name}" to revision ${revision}` } }
}

function refused(deployment: Deployment, reason: string, message: string): RollbackPlan {
  const annotations = Object.fromEntries(Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => key !== rollbackAnnotation))
  return { deployment: { ...deployment, metadata: { ...deployment.metadata, annotations } }, event: { type: 'Warning', reason, message } }
}
