import { useMemo } from 'react'
import type { DaemonSet, Deployment, Pod, ReplicaSet, ReplicationController } from '../../sim/api/generated/types.ts'
import { controllerOf, keyOf } from '../../sim/api/objects.ts'
import { Button } from '../design/Button.tsx'
import { useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { PodList } from './PodList.tsx'

const noPods: ReadonlyMap<string, Pod> = new Map()

/** Of a workload: how many are wanted and there, its revisions, its pods. */
export function WorkloadSections({ resource, id }: { readonly resource: 'deployments' | 'replicasets' | 'daemonsets' | 'replicationcontrollers'; readonly id: string }) {
  const object = useCluster((view) => view.objects[resource].get(id))
  const replicaSets = useCluster((view) => view.objects.replicasets)
  const byOwner = useCluster((view) => view.podsByOwner)
  const uid = object?.metadata.uid ?? ''
  const sets = useMemo(() => [...replicaSets.values()].filter((set) => controllerOf(set)?.uid === uid), [replicaSets, uid])
  const pods = useMemo(() => new Map([uid, ...sets.map((set) => set.metadata.uid)].flatMap((owner) => [...(byOwner.get(owner) ?? noPods)])), [byOwner, sets, uid])
  if (!object) return null
  return (
    <>
      <section>
        <h3>Replicas</h3>
        <p>{replicasText(object)}</p>
      </section>
      {sets.length > 0 ? (
        <section>
          <h3>Revisions</h3>
          <ul>
            {sets.map((set) => (
              <li key={set.metadata.uid}>
                {set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '?'} · <Button look="link" onClick={() => useUi.getState().select({ resource: 'replicasets', key: keyOf(set) })}>{set.metadata.name}</Button> · {set.status.readyReplicas ?? 0} of {set.spec.replicas} ready
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <PodList pods={pods} />
    </>
  )
}

function replicasText({ spec, status }: Deployment | ReplicaSet | ReplicationController | DaemonSet): string {
  if ('desiredNumberScheduled' in status) return `${status.desiredNumberScheduled} wanted · ${status.numberReady} ready · ${status.numberAvailable ?? 0} available`
  const updated = 'updatedReplicas' in status ? ` · ${status.updatedReplicas ?? 0} updated` : ''
  const wanted = 'replicas' in spec ? spec.replicas : 0
  return `${wanted} wanted · ${status.replicas ?? 0} there · ${status.readyReplicas ?? 0} ready · ${status.availableReplicas ?? 0} available${updated}`
}
