// Upstream: pkg/kubelet/images/image_gc_manager.go, kubelet.go StartGarbageCollection (v1.36). Left out: a file system of its own for images, the pass at the very start (upstream has no figures of the disk yet), collection when the node is under pressure.
import type { Agenda, Millis } from '../kernel/agenda.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { CachedImage, ContainerRecord } from '../runtime/node-disk.ts'
import { kubeletConstants, type KubeletFlags } from './flags.ts'

export interface ImageCollectorOptions {
  readonly agenda: Agenda
  readonly runtime: ContainerRuntime
  readonly nodeName: string
  readonly flags: KubeletFlags
  /** A warning about the node. */
  warn(reason: string, message: string): void
  /** Images have gone. */
  collected(): void
}

/** An image, whatever its names. */
interface Candidate {
  readonly digest: string
  readonly sizeBytes: number
  readonly firstDetected: Millis
  readonly lastUsed: Millis
}

/** Before this kubelet began. */
const longAgo: Millis = Number.NEGATIVE_INFINITY

/** Frees the disk of images that nothing uses, when it is nearly full. As long as it is not, nothing is planned. */
export class ImageCollector {
  private readonly startedAt: Millis
  private isPlanned = false
  private hasFailed = false
  /** By digest, of images whose containers were all removed: the last look at which one was there. */
  private readonly lastSeen = new Map<string, Millis>()

  constructor(private readonly options: ImageCollectorOptions) {
    this.startedAt = options.agenda.now
  }

  /** There are other images than before. */
  imagesChanged(): void {
    const { imageGCHighThresholdPercent: high, imageMaximumGCAge } = this.options.flags
    if (imageMaximumGCAge > 0 || (high < 100 && this.usagePercent() >= high)) this.planPass()
  }

  /** A container is being removed: its image was in use until now. */
  released({ image: { id }, createdAt }: ContainerRecord): void {
    const look = this.lookBefore(this.options.agenda.now)
    if (createdAt <= look) this.lastSeen.set(digestIn(id), look)
  }

  private planPass(): void {
    if (this.isPlanned) return
    this.isPlanned = true
    const { agenda, nodeName } = this.options
    agenda.because(0, () => agenda.at(this.lookBefore(agenda.now) + kubeletConstants.imageGCPeriod, `kubelet ${nodeName}: image garbage collection`, () => this.pass()))
  }

  private pass(): void {
    this.isPlanned = false
    const failure = this.collect()
    // Told only when it fails again.
    if (failure !== null && this.hasFailed) this.options.warn('ImageGCFailed', failure)
    this.hasFailed = failure !== null
    this.imagesChanged()
  }

  /** What is wrong; null: all is well. */
  private collect(): string | null {
    const { flags, runtime: { disk: { capacityBytes } } } = this.options
    const candidates = this.withoutOld(this.candidates())
    if (this.usagePercent() < flags.imageGCHighThresholdPercent) return null
    const amount = Math.floor((capacityBytes * (100 - flags.imageGCLowThresholdPercent)) / 100) - this.available()
    const freed = this.free(amount, candidates)
    if (freed >= amount) return null
    const message = `Failed to garbage collect required amount of images. Attempted to free ${amount} bytes, but only found ${freed} bytes eligible to free.`
    this.options.warn('FreeDiskSpaceFailed', message)
    return message
  }

  /** The oldest last use first, as far as they are not too young, until it is enough. */
  private free(amount: number, candidates: readonly Candidate[]): number {
    const { agenda, flags } = this.options
    let freed = 0
    for (const image of candidates) {
      if (freed >= amount) break
      if (agenda.now - image.firstDetected < flags.imageMinimumGCAge) continue
      this.remove(image)
      freed += image.sizeBytes
    }
    return freed
  }

  /** What nobody has used for longer than the greatest age goes in any case, once this kubelet has been there for as long. */
  private withoutOld(candidates: readonly Candidate[]): readonly Candidate[] {
    const { agenda: { now }, flags: { imageMaximumGCAge: age } } = this.options
    if (age === 0 || now - this.startedAt <= age) return candidates
    const isOld = (image: Candidate): boolean => now - image.lastUsed > age
    for (const image of candidates.filter(isOld)) this.remove(image)
    return candidates.filter((image) => !isOld(image))
  }

  private remove({ digest }: Candidate): void {
    this.options.runtime.images.remove(digest)
    this.options.runtime.disk.pullRecords.delete(digest)
    this.lastSeen.delete(digest)
    this.options.collected()
  }

  /** The images that nothing uses, in the order in which they go. */
  private candidates(): readonly Candidate[] {
    const { runtime } = this.options
    const used = new Set([...runtime.sandboxes()].flatMap(({ containers }) => containers.map(({ image }) => digestIn(image.id))))
    const byDigest = new Map<string, CachedImage[]>()
    for (const image of runtime.images.list()) if (!used.has(image.digest) && !image.pinned) byDigest.set(image.digest, [...(byDigest.get(image.digest) ?? []), image])
    return [...byDigest].map(([digest, images]) => this.candidate(digest, images)).sort(inOrderOfEviction)
  }

  private candidate(digest: string, images: readonly CachedImage[]): Candidate {
    const pulledAt = images.reduce((first, image) => Math.min(first, image.pulledAt ?? longAgo), Infinity)
    return {
      digest,
      sizeBytes: images[0]?.sizeBytes ?? 0,
      // Seen by the look that came after it; the first look takes all for old.
      firstDetected: pulledAt <= this.startedAt ? longAgo : this.startedAt + Math.ceil((pulledAt - this.startedAt) / kubeletConstants.imageGCPeriod) * kubeletConstants.imageGCPeriod,
      lastUsed: this.lastSeen.get(digest) ?? longAgo,
    }
  }

  /** When the images were last looked at: once in each period, whether or not that finds something to do. */
  private lookBefore(time: Millis): Millis {
    const { imageGCPeriod } = kubeletConstants
    return this.startedAt + Math.floor((time - this.startedAt) / imageGCPeriod) * imageGCPeriod
  }

  private available(): number {
    const { disk, images } = this.options.runtime
    return Math.max(0, disk.capacityBytes - images.usedBytes())
  }

  private usagePercent(): number {
    return 100 - Math.floor((this.available() * 100) / this.options.runtime.disk.capacityBytes)
  }
}

function inOrderOfEviction(one: Candidate, other: Candidate): number {
  if (one.lastUsed !== other.lastUsed) return one.lastUsed < other.lastUsed ? -1 : 1
  if (one.firstDetected !== other.firstDetected) return one.firstDetected < other.firstDetected ? -1 : 1
  return one.digest < other.digest ? -1 : 1
}

/** `docker.io/library/nginx@sha256:…` → `sha256:…`. */
function digestIn(imageId: string): string {
  return imageId.slice(imageId.indexOf('@') + 1)
}
