// Upstream: pkg/kubelet/volumemanager WaitForAttachAndMount, pkg/util/goroutinemap/exponentialbackoff (v1.36). Left out: attaching, unmounting.
import type { Agenda, Millis } from '../kernel/agenda.ts'
import type { Pod } from '../api/generated/types.ts'
import type { VolumeFiles } from '../runtime/node-disk.ts'
import type { EnvironmentSource } from './container-environment.ts'
import { mountVolumes } from './pod-volumes.ts'

/** A failed mount is tried again after half a second, doubling to two minutes and two seconds. */
export const firstRetry: Millis = 500
export const longestRetry: Millis = 122_000
/** podAttachAndMountTimeout: then the pod's worker says that it gave up, and begins to wait anew. */
export const patience: Millis = 123_000

/** What a mounter needs from the pod's worker. */
export interface MounterHost {
  readonly agenda: Agenda
  source(): EnvironmentSource
  warn(message: string): void
  isWanted(): boolean
  /** Takes the volumes' files, by volume, as they are now. */
  mounted(files: ReadonlyMap<string, VolumeFiles>): void
}

/** Waits with a pod's first container until its volumes are there. It is needed only until then. */
export class VolumeMounter {
  constructor(private readonly host: MounterHost) {}

  /** Sets up the volumes and runs `done`, at once when nothing is missing. */
  mount(pod: Pod, done: () => void): void {
    this.attempt(pod, firstRetry, this.host.agenda.now + patience, done)
  }

  private attempt(pod: Pod, delay: Millis, givesUp: Millis, done: () => void): void {
    const { host } = this
    const { files, failures } = mountVolumes(pod, host.source())
    host.mounted(files)
    if (failures.length === 0) return done()
    for (const { volume, error } of failures) host.warn(`MountVolume.SetUp failed for volume "${volume}" : ${error}`)
    const { now } = host.agenda
    if (now + delay >= givesUp) host.agenda.at(Math.max(now, givesUp), `volumes of ${pod.metadata.name} did not come`, () => this.tellTimeout(pod))
    const next = now + delay >= givesUp ? givesUp + patience : givesUp
    host.agenda.after(delay, `mount volumes of ${pod.metadata.name}`, () => {
      if (host.isWanted()) this.attempt(pod, Math.min(delay * 2, longestRetry), next, done)
    })
  }

  private tellTimeout(pod: Pod): void {
    if (!this.host.isWanted()) return
    const missing = mountVolumes(pod, this.host.source()).failures.map(({ volume }) => volume)
    if (missing.length > 0) this.host.warn(`Unable to attach or mount volumes: unmounted volumes=[${missing.join(' ')}], unattached volumes=[], failed to process volumes=[]: context deadline exceeded`)
  }
}
