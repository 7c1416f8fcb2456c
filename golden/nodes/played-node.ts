import type { Container, Event, Pod, PodSpec } from '../../src/sim/api/generated/types.ts'
import { createTestCluster, type TestCluster } from '../../src/sim/cluster/testing.ts'
import { defaultKubeletFlags, type KubeletFlags } from '../../src/sim/kubelet/flags.ts'
import { createTestNode, type TestNode, type TestNodeOptions } from '../../src/sim/kubelet/testing.ts'
import type { ImageEntry, SigtermBehaviour } from '../../src/sim/runtime/image-catalogue.ts'
import { createNodeDisk, type ContainerRecord, type NodeDisk } from '../../src/sim/runtime/node-disk.ts'
import type { ProcessHost } from '../../src/sim/runtime/process-host.ts'

/** One sending of an event: a repeated one is seen again. */
export interface SeenEvent {
  readonly at: number
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly fieldPath: string | undefined
  readonly kind: string
  readonly component: string
  readonly count: number
}

export interface PlayedOptions {
  /** What programs of image `played:1` do, start by start. */
  readonly play?: (host: ProcessHost) => void
  readonly images?: readonly ImageEntry[]
  readonly disk?: NodeDisk
  readonly cluster?: TestCluster
  readonly flags?: Partial<KubeletFlags>
}

/** A server that ends on SIGTERM as told; null: it does not. */
export function serverImage(name: string, onSigterm: SigtermBehaviour = { after: 100, exitCode: 0 }): ImageEntry {
  return { repository: `docker.io/library/${name}`, sizeBytes: 1000, behaviour: { kind: 'server', listensAfter: 0, ports: [], lines: [] }, onSigterm }
}

/** A real kubelet on a real API server, watched: all events as they were sent, all runs of the containers. */
export class PlayedNode {
  /** Another one after a restart of the kubelet. */
  node: TestNode
  readonly cluster: TestCluster
  readonly disk: NodeDisk
  private readonly options: TestNodeOptions
  readonly events: SeenEvent[] = []
  /** Every state of the pod that the API has told, newest last. */
  readonly states: { readonly at: number; readonly pod: Pod }[] = []

  constructor({ play, images = [], disk = createNodeDisk(), cluster = createTestCluster(), flags }: PlayedOptions = {}) {
    this.cluster = cluster
    this.disk = disk
    const own = [serverImage('plain'), serverImage('stubborn', null), serverImage('killed', { after: 100, exitCode: 143 })]
    this.options = { images: [...own, ...images], disk, cluster, ...(flags && { flags: { ...defaultKubeletFlags, ...flags } }), ...(play && { processes: new Map([['docker.io/library/played', play]]) }) }
    this.node = createTestNode(this.options)
    cluster.client.watch('events', undefined, {}, { event: ({ object }) => this.sawEvent(object as Event), closed: () => undefined })
    cluster.client.watch('pods', 'default', {}, { event: ({ object }) => this.states.push({ at: this.now, pod: object as Pod }), closed: () => undefined })
    this.advance(2_000)
  }

  get now(): number {
    return this.cluster.timeline.now
  }

  advance(millis: number): void {
    this.cluster.advanceTo(this.now + millis)
  }

  /** Goes on until something is so; false: it was not within the time. */
  until(what: () => boolean, millis = 1_200_000): boolean {
    const end = this.now + millis
    while (!what()) if (!this.cluster.timeline.step(end)) return what()
    return true
  }

  run(spec: Omit<Partial<PodSpec>, 'containers' | 'initContainers'> & { readonly containers: readonly Partial<Container>[]; readonly initContainers?: readonly Partial<Container>[] }, name = 'web'): void {
    this.node.run(name, spec as Partial<PodSpec>)
  }

  /** The pod, or what it was last. */
  get pod(): Pod | undefined {
    return this.node.pod('web')
  }

  get lastPod(): Pod | undefined {
    return this.states.findLast(({ pod }) => pod.metadata.name === 'web')?.pod
  }

  get isGone(): boolean {
    return this.pod === undefined
  }

  status(container = 'app') {
    const { containerStatuses = [], initContainerStatuses = [] } = this.lastPod?.status ?? {}
    return [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container)
  }

  runsOf(container = 'app'): readonly ContainerRecord[] {
    return [...this.node.runtime.sandboxes()].flatMap((sandbox) => sandbox.containers.filter(({ name }) => name === container))
  }

  newest(container = 'app'): ContainerRecord | undefined {
    return this.runsOf(container).at(-1)
  }

  isRunning(container = 'app'): boolean {
    return this.newest(container)?.state === 'running'
  }

  sent(reason: string, from = 0): readonly SeenEvent[] {
    return this.events.filter((event) => event.reason === reason && event.at >= from)
  }

  /** The kubelet's process ends, another begins; the containers run on. */
  restartKubelet(): void {
    const { runtime } = this.node
    this.node.stopKubelet()
    this.node = createTestNode({ ...this.options, runtime })
  }

  /** The power goes and comes back: another kubelet finds the disk. */
  reboot(play?: (host: ProcessHost) => void): PlayedNode {
    this.node.stopKubelet()
    this.node.runtime.powerOff()
    return new PlayedNode({ disk: this.disk, cluster: this.cluster, ...(play && { play }) })
  }

  private sawEvent({ type = '', reason = '', message = '', involvedObject, source, reportingComponent, count }: Event): void {
    this.events.push({ at: this.now, type, reason, message, fieldPath: involvedObject.fieldPath, kind: involvedObject.kind ?? '', component: source?.component ?? reportingComponent ?? '', count: count ?? 1 })
  }
}

/** Type, reason and text, as cases tell of events. */
export function told({ type, reason, message, fieldPath }: SeenEvent): { type: string; reason: string; message: string; fieldPath: string | undefined } {
  return { type, reason, message, fieldPath }
}
