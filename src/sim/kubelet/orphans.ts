// Upstream: pkg/kubelet/kubelet_pods.go HandlePodCleanups (v1.36). Left out: cgroups, directories and status of removed pods.
import type { Pod } from '../api/generated/types.ts'
import type { Lister } from '../client/component.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import { kubeletConstants } from './flags.ts'

/** Stops and removes containers of pods that are no more: they were deleted while no kubelet looked. */
export function removeOrphans(runtime: ContainerRuntime, pods: Lister<Pod>, hasWorker: (podUid: string) => boolean): void {
  for (const { podUid, containers } of runtime.sandboxes()) {
    if (hasWorker(podUid)) continue
    const pod = [...pods.list()].find(({ metadata }) => metadata.uid === podUid)
    if (pod && (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded')) continue
    for (const record of containers) if (record.state === 'running') runtime.stopContainer(record.id, kubeletConstants.minimumStopGraceSeconds * 1000)
    if (containers.every((record) => record.state !== 'running')) runtime.removePod(podUid)
  }
}
