// Upstream: pkg/kubelet/volumemanager, desired_state_of_world_populator.go (v1.36). Left out: watching what is mounted: it is read when the pod is synced.
import type { Container } from '../api/generated/types.ts'
import type { VolumeFiles } from '../runtime/node-disk.ts'
import { holdsFiles, mountVolumes, volumesAtStart } from './pod-volumes.ts'
import type { PodWorker } from './pod-worker.ts'
import { tellMissingPullSecrets } from './pull-secrets.ts'
import { emptyMap } from './sparse-map.ts'
import type { WorkerHost } from './worker-host.ts'

/** The volumes as a container that starts now finds them where it mounts parts of them. */
export function freshVolumes(host: WorkerHost, worker: PodWorker, container: Container): ReadonlyMap<string, VolumeFiles> {
  refreshVolumes(host, worker)
  return volumesAtStart(container, worker.sandbox?.volumes ?? worker.volumes)
}

/** Whether a pod's volumes may show something else tomorrow. */
export function showsOthers({ pod }: PodWorker): boolean {
  return pod.spec.volumes?.some(holdsFiles) === true
}

/** A pod that shows what others write is looked at again each minute or so; of others a look would change nothing. */
export function resync(host: WorkerHost, worker: PodWorker): void {
  const isShowing = showsOthers(worker)
  if (isShowing && worker.sandbox) for (const message of refreshVolumes(host, worker)) host.event(worker.pod, 'Warning', 'FailedMount', message)
  if (tellMissingPullSecrets(host, worker) || isShowing) worker.wakeAt(host.turns.after(host.turns.syncFrequency))
}

/** Volumes show what was written since; what is missing by now stays as it was. Tells what is missing. */
function refreshVolumes(host: WorkerHost, worker: PodWorker): readonly string[] {
  const { sandbox } = worker
  const source = host.environment(sandbox?.ip ?? '')
  const { files, failures } = mountVolumes(worker.pod, source)
  if (files.size > 0) worker.volumes = new Map([...(sandbox?.volumes ?? emptyMap), ...worker.volumes, ...files])
  if (sandbox && worker.volumes.size > 0) sandbox.volumes = worker.volumes
  // Who cannot ask does not know that anything is missing.
  return source.isCut ? [] : failures.map(({ volume, error }) => `MountVolume.SetUp failed for volume "${volume}" : ${error}`)
}
