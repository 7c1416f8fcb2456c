// Upstream: pkg/kubelet/kubelet_pods.go HandlePodCleanups (v1.36). Left out: cgroups, directories and status of removed pods.
import type { Pod } from '../api/generated/types.ts'
import type { Lister } from '../client/component.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import { kubeletConstants } from './flags.ts'

/** Stops containers of pods that are no more (they were deleted while no kubelet looked), and has what has ended removed. True: some are still to be removed. */
export function removeOrphans(runtime: ContainerRuntime, pods: Lister<Pod>, hasWorker: (podUid: string) => boolean, remove: (podUid: string) => void): boolean {
  let remain = false
  for (const podUid of new Set([...runtime.sandboxes()].map((sandbox) => sandbox.podUid))) {
    if (hasWorker(podUid)) continue
    const pod = pods.list().find(({ metadata }) => metadata.uid === podUid)
    if (pod && (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded')) continue
    const running = runtime.sandboxesOf(podUid).flatMap(({ containers }) => containers.filter((record) => record.state === 'running'))
    for (const record of running) runtime.stopContainer(record.id, kubeletConstants.minimumStopGraceSeconds * 1000)
    if (running.length === 0) remove(podUid)
    else remain = true
  }
  return remain
}
