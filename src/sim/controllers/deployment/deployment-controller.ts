// Upstream: pkg/controller/deployment (v1.36). Left out: podReplacementPolicy (alpha), metrics.
import { controllerOf, keyOf, type ObjectKey } from '../../api/objects.ts'
import { matchesLabelSelector } from '../../api/labels.ts'
import type { Deployment, Pod, ReplicaSet } from '../../api/generated/types.ts'
import type { ComponentContext } from '../../client/component.ts'
import { WorkQueue, type Requeue } from '../../client/work-queue.ts'
import { claim, controlledBy, indexByController, orphansIn, resolveController } from '../ownership.ts'
import { DeploymentSync } from './deployment-sync.ts'

/** Upstream flag --concurrent-deployment-syncs. */
export const concurrentSyncs = 5
/** Upstream: maxRetries; after that a deployment waits for the next change. */
export const maxRetries = 15

/** Rolls the pods of each Deployment from one template to the next, with one ReplicaSet a template. */
export function startDeploymentController(context: ComponentContext): void {
  const deployments = context.informers.of('deployments')
  const replicaSets = context.informers.of('replicasets')
  const pods = context.informers.of('pods')
  indexByController(replicaSets)
  indexByController(pods)
  const queue = new WorkQueue(context.agenda, 'deployment', reconcile, { workers: concurrentSyncs, client: context.client, maxRetries })
  queue.pause()
  context.informers.whenSynced(() => queue.resume())

  deployments.onChange(({ old, new: current }) => {
    const deployment = current ?? old
    if (deployment) queue.add(keyOf(deployment))
  })
  replicaSets.onChange(({ old, new: current }) => {
    if (old && current && old.metadata.resourceVersion === current.metadata.resourceVersion) return
    if (old && current && controllerOf(old) && controllerOf(old)?.uid !== controllerOf(current)?.uid) enqueueOwner(old)
    const replicaSet = current ?? old
    if (!replicaSet) return
    if (controllerOf(replicaSet)) enqueueOwner(replicaSet)
    else if (current) enqueueAdopters(current)
  })
  // Recreate waits for the last old pod; all other news of pods come by way of the ReplicaSets' status.
  pods.onChange(({ old, new: current }) => {
    if (!old || current) return
    const replicaSet = resolveController(replicaSets.lister, 'ReplicaSet', old)
    const deployment = replicaSet && resolveController(deployments.lister, 'Deployment', replicaSet)
    if (deployment?.spec.strategy.type !== 'Recreate') return
    const left = controlledBy(replicaSets.lister, deployment.metadata.uid).some((owned) => controlledBy(pods.lister, owned.metadata.uid).length > 0)
    if (!left) queue.add(keyOf(deployment))
  })

  function enqueueOwner(replicaSet: ReplicaSet): void {
    const deployment = resolveController(deployments.lister, 'Deployment', replicaSet)
    if (deployment) queue.add(keyOf(deployment))
  }

  function enqueueAdopters(replicaSet: ReplicaSet): void {
    for (const deployment of deployments.lister.list(replicaSet.metadata.namespace)) {
      if (matchesLabelSelector(deployment.spec.selector, replicaSet.metadata.labels)) queue.add(keyOf(deployment))
    }
  }

  function reconcile(key: ObjectKey): Requeue {
    const deployment = deployments.lister.get(key)
    if (!deployment) return 'whenChanged'
    return new DeploymentSync(context, deployment, claimReplicaSets(deployment), podsOf).run()
  }

  function claimReplicaSets(deployment: Deployment): readonly ReplicaSet[] {
    const { namespace, uid } = deployment.metadata
    const candidates = [...controlledBy(replicaSets.lister, uid), ...orphansIn(replicaSets.lister, namespace)]
    const { selector } = deployment.spec
    return claim(context, 'replicasets', candidates, { owner: deployment, ownerResource: 'deployments', selector })
  }

  function podsOf(replicaSet: ReplicaSet): readonly Pod[] {
    return controlledBy(pods.lister, replicaSet.metadata.uid)
  }
}
