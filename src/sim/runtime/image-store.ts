// Upstream: containerd's image service and pkg/kubelet/images puller (v1.36). Left out: layers shared between images.
import type { Agenda, CauseId, EntryId, Millis } from '../kernel/agenda.ts'
import { parseImageReference, type ImageReference } from './image-reference.ts'
import { digestOf, type Registry } from './image-catalogue.ts'
import { TokenBucket } from '../client/rate-limiter.ts'
import type { CachedImage, NodeDisk } from './node-disk.ts'

/** The kubelet's settings about pulls, by the names of its configuration. */
export const pullSettings = { serializeImagePulls: true, registryPullQPS: 5, registryBurst: 10 } as const

export type PullOutcome =
  | { readonly ok: true; readonly image: CachedImage; readonly took: Millis; readonly waited: Millis }
  | { readonly ok: false; readonly error: string }

/** A pull under way or waiting for its turn. */
export interface PullProgress {
  readonly image: string
  readonly since: Millis
  /** When it will be done; null while it waits. */
  readonly due: Millis | null
}

interface WaitingPull {
  readonly reference: ImageReference
  readonly queuedAt: Millis
  readonly cause: CauseId
  readonly done: (outcome: PullOutcome) => void
  due: Millis | null
  entry: EntryId
}

/** The images of a machine, and the pulls that bring more: by default one at a time, first come first served. */
export class ImageStore {
  private readonly agenda: Agenda
  private readonly disk: NodeDisk
  private readonly registry: Registry
  private readonly parallel: number
  private readonly limit = new TokenBucket(pullSettings.registryPullQPS, pullSettings.registryBurst)
  private readonly queue: WaitingPull[] = []
  /** Another number whenever there are other images. */
  version = 0
  /** Pulls that have ended and are still to be told of; null: they are told at once. */
  private untold: (() => void)[] | null = null

  /** `parallel`: how many pulls run at once; Infinity: as many as come. */
  constructor(agenda: Agenda, disk: NodeDisk, registry: Registry, parallel = pullSettings.serializeImagePulls ? 1 : Infinity) {
    this.agenda = agenda
    this.disk = disk
    this.registry = registry
    this.parallel = parallel
  }

  find(image: string): CachedImage | undefined {
    const reference = parseImageReference(image)
    return 'error' in reference ? undefined : this.disk.images.get(reference.canonical)
  }

  list(): readonly CachedImage[] {
    return [...this.disk.images.values()]
  }

  usedBytes(): number {
    let bytes = 0
    const digests = new Set<string>()
    for (const { digest, sizeBytes } of this.disk.images.values()) {
      if (!digests.has(digest)) bytes += sizeBytes
      digests.add(digest)
    }
    return bytes
  }

  /** Removes an image with all its names. */
  remove(digest: string): void {
    for (const [name, image] of this.disk.images) if (image.digest === digest) this.disk.images.delete(name)
    this.version += 1
  }

  pull(reference: ImageReference, done: (outcome: PullOutcome) => void): void {
    this.queue.push({ reference, queuedAt: this.agenda.now, cause: this.agenda.cause, done, due: null, entry: 0 })
    this.startNext()
  }

  progressOf(image: string): PullProgress | undefined {
    const reference = parseImageReference(image)
    const pull = 'error' in reference ? undefined : this.queue.find((waiting) => waiting.reference.canonical === reference.canonical)
    return pull && { image, since: pull.queuedAt, due: pull.due }
  }

  /** While nobody hears it, the ends of pulls are told later. */
  setHeard(isHeard: boolean): void {
    const untold = this.untold ?? []
    this.untold = isHeard ? null : untold
    if (isHeard) for (const tell of untold) tell()
  }

  /** Who pulls has ended: what is under way fails. */
  interrupt(error: string): void {
    const pulls = this.queue.splice(0)
    for (const { cause, entry, done } of pulls) {
      this.agenda.cancel(entry)
      this.agenda.because(cause, () => done({ ok: false, error }))
    }
  }

  private startNext(): void {
    const next = this.queue.find((pull) => pull.due === null)
    if (!next || this.queue.filter((pull) => pull.due !== null).length >= this.parallel) return
    const startedAt = this.agenda.now
    if (!this.limit.tryTake(startedAt)) {
      this.queue.splice(this.queue.indexOf(next), 1)
      this.agenda.because(next.cause, () => this.agenda.after(0, `no pull of ${next.reference.canonical}`, () => next.done({ ok: false, error: 'pull QPS exceeded' })))
      return this.startNext()
    }
    const present = this.disk.images.get(next.reference.canonical)
    const answer = this.registry.resolve(next.reference)
    const isFull = answer.found && !present && this.usedBytes() + answer.sizeBytes > this.disk.capacityBytes
    const transfer = answer.found && !present ? Math.ceil((answer.sizeBytes / this.registry.bytesPerSecond) * 1000) : 0
    next.due = startedAt + (answer.found ? (this.registry.latency + transfer) * (answer.timesSlower ?? 1) : (answer.after ?? this.registry.latency))
    const end = (): void => {
      this.queue.splice(this.queue.indexOf(next), 1)
      if (isFull) next.done({ ok: false, error: noSpace(next.reference) })
      else if (answer.found) {
        const image = present?.digest === answer.digest ? present : { name: next.reference.canonical, digest: answer.digest, sizeBytes: answer.sizeBytes, pulledAt: this.agenda.now }
        this.disk.images.set(image.name, image)
        if (image !== present) this.version += 1
        next.done({ ok: true, image, took: this.agenda.now - startedAt, waited: this.agenda.now - next.queuedAt })
      } else next.done({ ok: false, error: answer.error })
      this.startNext()
    }
    const tell = (): void => this.agenda.because(next.cause, end)
    next.entry = this.agenda.at(next.due, `pull ${next.reference.canonical}`, () => (this.untold ? this.untold.push(tell) : tell()))
  }
}

function noSpace({ canonical }: ImageReference): string {
  return `failed to pull and unpack image "${canonical}": failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/${digestOf(canonical).slice('sha256:'.length)}/data: no space left on device`
}
