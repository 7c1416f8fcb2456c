import type { Millis, ProcessAgenda } from '../kernel/agenda.ts'
import type { Pod } from '../api/generated/types.ts'
import { startKubelet, type KubeletHandle, type Machine as KubeletMachine } from '../kubelet/kubelet.ts'
import type { KubeletFlags } from '../kubelet/flags.ts'
import { createContainerRuntime, type ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ImageCatalogue, Registry } from '../runtime/image-catalogue.ts'
import { createNodeDisk, type CachedImage, type NodeDisk } from '../runtime/node-disk.ts'
import type { Processes } from '../runtime/process-host.ts'
import { createContext, rateLimits } from './components.ts'
import type { Link } from './link.ts'
import type { World } from './world.ts'

/** The machine as its owner bought it. */
export interface MachineSpec extends KubeletMachine {
  readonly name: string
  readonly controlPlane: boolean
}

/** The machine behind a node, which the API cannot tell: a powered-off node looks like any unreachable one. */
export interface MachineState {
  readonly name: string
  readonly power: 'on' | 'off'
  readonly network: 'connected' | 'cutOff'
  readonly since: Millis
}

/** What is installed on a machine, and where it gets images. */
export interface MachineSoftware {
  readonly processes: Processes
  readonly catalogue: ImageCatalogue
  readonly registry: Registry
  readonly preloaded: readonly CachedImage[]
  readonly kubeletFlags: KubeletFlags
}

/** A machine: it has power or not, a network or not, a disk that outlives both, and a kubelet while it runs. */
export class Machine {
  power: 'on' | 'off' = 'off'
  network: 'connected' | 'cutOff' = 'connected'
  /** When its power or network last changed. */
  since: Millis
  kubelet: KubeletHandle | null = null
  private runtime: ContainerRuntime | null = null
  private agenda: ProcessAgenda | null = null
  private readonly disk: NodeDisk
  private readonly links = new Set<Link>()
  private readonly stopped = new Map<string, Millis>()
  /** The static pods whose manifests lie in its manifest folder, by component. */
  private readonly manifests: Map<string, Pod>

  constructor(
    private readonly world: World,
    readonly spec: MachineSpec,
    private readonly software: MachineSoftware,
    staticPods: readonly Pod[],
  ) {
    this.since = world.timeline.now
    this.disk = createNodeDisk(software.preloaded)
    this.manifests = new Map(staticPods.map((pod) => [pod.metadata.name, pod]))
  }

  get name(): string {
    return this.spec.name
  }

  get isOn(): boolean {
    return this.power === 'on'
  }

  /** The components whose manifests this machine has had since the beginning. */
  runsComponent(component: string): boolean {
    return this.manifests.has(component)
  }

  powerOn(): void {
    if (this.isOn) return
    this.power = 'on'
    this.since = this.world.timeline.now
    this.boot()
  }

  /** Every process ends without farewell; the disk keeps what it has. */
  powerOff(): void {
    if (!this.isOn) return
    this.power = 'off'
    this.since = this.world.timeline.now
    this.agenda?.dispose()
    this.runtime?.powerOff()
    for (const link of this.links) link.drop()
    this.links.clear()
    this.agenda = this.runtime = this.kubelet = null
  }

  /** Alive, but unheard: no packet leaves or reaches it. What runs beside the API server still reaches it there. */
  cutOff(): void {
    if (this.network === 'cutOff') return
    this.network = 'cutOff'
    this.since = this.world.timeline.now
    if (!this.spec.controlPlane) for (const link of this.links) link.sever()
  }

  /** The other end of its connections is cut off: they break, and the way there is asked for again. */
  breakWatches(): void {
    for (const link of this.links) link.breakWatches()
  }

  reconnect(): void {
    if (this.network === 'connected') return
    this.network = 'connected'
    this.since = this.world.timeline.now
    for (const link of this.links) link.mend()
  }

  /** Takes a component's manifest out of the manifest folder, or puts it back: how people stop a static pod. */
  setComponentStopped(component: string, stopped: boolean): void {
    if (stopped) this.stopped.set(component, this.world.timeline.now)
    else this.stopped.delete(component)
    this.kubelet?.setStaticPods(this.staticPods())
  }

  /** Since when a component's manifest is away; undefined: it is not. */
  stoppedSince(component: string): Millis | undefined {
    return this.stopped.get(component)
  }

  /** Whether a process in one of its containers listens on an address and port now. */
  listens(address: string, port: number): boolean {
    const { runtime } = this
    if (!runtime) return false
    for (const sandbox of runtime.sandboxes()) {
      if (sandbox.ip !== address || sandbox.state !== 'ready') continue
      if (sandbox.containers.some(({ id }) => runtime.processOf(id)?.listensOn(port, this.world.timeline.now))) return true
    }
    return false
  }

  /** Whether one of its pods has this address. */
  holds(address: string): boolean {
    for (const sandbox of this.runtime?.sandboxes() ?? []) if (sandbox.ip === address && sandbox.state === 'ready') return true
    return false
  }

  add(link: Link): void {
    if (this.network === 'cutOff' && !this.spec.controlPlane) link.sever()
    this.links.add(link)
  }

  remove(link: Link): void {
    link.drop()
    this.links.delete(link)
  }

  private staticPods(): readonly Pod[] {
    return [...this.manifests].filter(([component]) => !this.stopped.has(component)).map(([, pod]) => pod)
  }

  private boot(): void {
    const { world, name } = this
    const { catalogue, registry, processes, kubeletFlags } = this.software
    const agenda = (this.agenda = world.timeline.fork(`machine ${name}`))
    const random = world.random.of(`machine/${name}`)
    this.runtime = createContainerRuntime({ agenda: world.timeline, nodeName: name, random, images: catalogue, registry, processes, disk: this.disk, epochStart: world.wall.epochMillis - world.timeline.now, answer: (question, pod) => world.answer(question, pod) })
    const link = world.link(name, world.route(name))
    const context = createContext(world, { name: 'kubelet', host: name, agenda, link, ...rateLimits.kubelet })
    this.kubelet = startKubelet({ context, runtime: this.runtime, nodeName: name, machine: this.spec, staticPods: this.staticPods(), flags: kubeletFlags })
  }
}

