import type { Millis } from '../kernel/agenda.ts'
import type { LogLine } from './script-run.ts'

/** What a machine keeps when its power goes: images, and what its containers were. Plain data; the cluster holds it across power cycles. */
export interface NodeDisk {
  /** By canonical name. */
  readonly images: Map<string, CachedImage>
  /** By sandbox id, in the order of their making. */
  readonly sandboxes: Map<string, SandboxRecord>
  /** Numbers ids. */
  made: number
}

export interface CachedImage {
  readonly name: string
  readonly digest: string
  readonly sizeBytes: number
}

/** A pod's sandbox: its network, and the containers in it. */
export interface SandboxRecord {
  readonly id: string
  readonly podUid: string
  readonly namespace: string
  readonly podName: string
  readonly attempt: number
  readonly createdAt: Millis
  readonly hostNetwork: boolean
  readonly ip: string
  state: 'ready' | 'notReady'
  /** In the order of their making; of one name only the newest and the one before are kept. */
  containers: ContainerRecord[]
}

/** One run of a container. */
export interface ContainerRecord {
  readonly id: string
  readonly sandboxId: string
  readonly podUid: string
  readonly name: string
  readonly attempt: number
  /** As the manifest names it, and as the runtime does. */
  readonly image: string
  readonly imageName: string
  readonly imageId: string
  /** Of the container's specification: another hash means that it was changed. */
  readonly hash: string
  readonly createdAt: Millis
  state: 'created' | 'running' | 'exited'
  startedAt: Millis | null
  finishedAt: Millis | null
  exitCode: number
  reason: string
  message: string
  readonly log: LogLine[]
}

export function createNodeDisk(images: readonly CachedImage[] = []): NodeDisk {
  return { images: new Map(images.map((image) => [image.name, image])), sandboxes: new Map(), made: 0 }
}
