import type { Millis } from '../kernel/agenda.ts'
import type { LogLine } from './script-run.ts'

/** What a machine keeps when its power goes: images, and what its containers were. Plain data; the cluster holds it across power cycles. */
export interface NodeDisk {
  /** By canonical name. */
  readonly images: Map<string, CachedImage>
  /** By the pod's uid, in the order of their making; of one pod newest last. */
  readonly sandboxes: Map<string, readonly SandboxRecord[]>
  /** What fits on it; images are all that takes room. */
  readonly capacityBytes: number
  /** By digest: with what the kubelet pulled an image; what it did not pull is not here. */
  readonly pullRecords: Map<string, PullRecord>
  /** Numbers sandboxes and containers. */
  made: number
}

export interface CachedImage {
  readonly name: string
  readonly digest: string
  readonly sizeBytes: number
  /** Absent: it was there when the machine was set up. */
  readonly pulledAt?: Millis
  /** Never to be collected, as the image of sandboxes is. */
  readonly pinned?: boolean
}

/** Who may have an image, by the repository under which it was pulled. */
export type PullRecord = ReadonlyMap<string, RepositoryAccess>

/** All pods of the node, or those with a secret that a pull has used. */
export type RepositoryAccess = 'everybody' | readonly PullSecret[]

/** A secret, and a hash of what it says to the registry. */
export interface PullSecret {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly credentialHash: string
}

/** The files of one volume by their path in it: ConfigMaps and Secrets as a whole, which all their volumes share, and what was picked of some. The first stands over those behind it. */
export type VolumeFiles = readonly ReadonlyMap<string, string>[]

/** A pod's sandbox: its network, and the containers in it. */
export interface SandboxRecord {
  readonly podUid: string
  readonly namespace: string
  readonly podName: string
  readonly attempt: number
  readonly createdAt: Millis
  readonly hostNetwork: boolean
  readonly ip: string
  state: 'ready' | 'notReady'
  /** In the order of their making; the kubelet has those removed that have ended and are no longer wanted. */
  containers: readonly ContainerRecord[]
  /** Files of its volumes, as they are now; absent: none holds any. */
  volumes?: ReadonlyMap<string, VolumeFiles>
}

/** An image by its names: one object for all containers that run it. */
export interface ContainerImage {
  /** As the manifest has it. */
  readonly reference: string
  /** As the runtime has it. */
  readonly name: string
  readonly id: string
}

/** One run of a container. */
export interface ContainerRecord {
  /** `containerd://` and 64 digits: as statuses show it, so that they share the text. */
  readonly id: string
  readonly podUid: string
  readonly name: string
  readonly attempt: number
  readonly image: ContainerImage
  /** Of the container's specification: another hash means that it was changed. */
  readonly hash: string
  readonly createdAt: Millis
  /** `unknown`: containerd ended while it made it, and cannot tell what became of it. */
  state: 'created' | 'running' | 'exited' | 'unknown'
  startedAt: Millis | null
  finishedAt: Millis | null
  exitCode: number
  reason: string
  message: string
  /** null: it has printed nothing that is kept here. */
  log: LogLine[] | null
}

/** 100Gi, as a node's usual capacity is. */
const usualCapacity = 100 * 1024 * 1024 * 1024

export function createNodeDisk(images: readonly CachedImage[] = [], capacityBytes = usualCapacity): NodeDisk {
  return { capacityBytes, images: new Map(images.map((image) => [image.name, image])), sandboxes: new Map(), pullRecords: new Map(), made: 0 }
}
