import type { EntryId, Millis } from '../kernel/agenda.ts'
import type { Pod } from '../api/generated/types.ts'
import { splitKey, type ObjectKey } from '../api/objects.ts'
import { wholeValue } from '../api/quantity.ts'
import type { KubeletHandle, Machine as KubeletMachine } from '../kubelet/kubelet.ts'
import type { KubeletFlags } from '../kubelet/flags.ts'
import { createContainerRuntime, type ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ImageCatalogue, Registry } from '../runtime/image-catalogue.ts'
import { createNodeDisk, type CachedImage, type ContainerRecord, type NodeDisk } from '../runtime/node-disk.ts'
import type { Processes } from '../runtime/process-host.ts'
import type { ComponentName } from './faults/fault.ts'
import { healthy, type MachineFaults } from './faults/machine-faults.ts'
import { KubeletProcess } from './kubelet-process.ts'
import { MachineClock } from './machine-clock.ts'
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
  /** `cutOff`: no packet leaves or reaches it. */
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
  readonly clock: MachineClock
  private runtime: ContainerRuntime | null = null
  private kubeletProcess: KubeletProcess | null = null
  private faults: MachineFaults = healthy
  /** An orderly shutdown is over; when logind stops waiting for it. */
  private isDown = false
  private downEntry: EntryId = 0
  /** A fault keeps it without power. */
  private isHeldOff = false
  private readonly disk: NodeDisk
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
    this.clock = new MachineClock(world.timeline, world.start)
    this.disk = createNodeDisk(software.preloaded, spec.ephemeralStorage === undefined ? undefined : wholeValue(spec.ephemeralStorage))
    this.manifests = new Map(staticPods.map((pod) => [pod.metadata.name, pod]))
  }

  get name(): string {
    return this.spec.name
  }

  get isOn(): boolean {
    return this.power === 'on'
  }

  /** Its kubelet, while that runs. */
  get kubelet(): KubeletHandle | null {
    return this.kubeletProcess?.kubelet ?? null
  }

  /** Whether its processes can be talked to over the network: a frozen machine and one that hears or says nothing cannot. */
  get isReachable(): boolean {
    return this.isOn && !this.faults.frozen && this.faults.cutOff === 'no'
  }

  get isFrozen(): boolean {
    return this.faults.frozen
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

  /** What is wrong with it has changed. */
  suffer(faults: MachineFaults): void {
    const before = this.faults
    if (faults === before) return
    this.faults = faults
    this.clock.skew = faults.skew
    this.setNetwork(faults.cutOff === 'all' ? 'cutOff' : 'connected')
    if (faults.shutDown !== before.shutDown) this.keepShutdown(faults.shutDown)
    this.keepPower()
    for (const component of this.manifests.keys()) this.setComponentStopped(component, faults.stopped.has(component as ComponentName))
    this.keepKubelet()
    this.keepRuntime()
  }

  /** Kills one of its processes: who looks after it starts it again. False: it does not run. */
  restart(component: ComponentName): boolean {
    if (!this.isOn || this.isFrozen) return false
    if (component === 'kubelet') {
      if (!this.kubelet) return false
      this.stopKubelet()
      this.keepKubelet()
      return true
    }
    if (component === 'containerd') return this.restartRuntime()
    const record = this.recordOf(component)
    if (record) this.runtime?.killContainer(record.id)
    return record !== undefined
  }

  /** Its calls under way break; the containers run on. */
  private restartRuntime(): boolean {
    const { runtime } = this
    if (!runtime || this.faults.stopped.size > 0) return false
    for (const since of [this.world.timeline.now, null]) {
      runtime.downSince = since
      this.kubelet?.nodeStatusChanged()
    }
    return true
  }

  /** Kills the containers of a pod, or one of them, as `kill -9` on the machine does; false: nothing of it runs here, or all stands still. */
  kill(pod: ObjectKey, container?: string): boolean {
    if (this.isFrozen) return false
    const { namespace, name } = splitKey(pod)
    const records = [...(this.runtime?.sandboxes() ?? [])].filter((sandbox) => sandbox.podName === name && sandbox.namespace === (namespace ?? '')).flatMap(({ containers }) => containers)
    const running = records.filter((record) => record.state === 'running' && (container === undefined || record.name === container))
    for (const { id } of running) this.runtime?.killContainer(id)
    return running.length > 0
  }

  /** Since when a component's manifest is away; undefined: it is not. */
  stoppedSince(component: string): Millis | undefined {
    return this.stopped.get(component)
  }

  /** Since when a component's process has been running, also when no kubelet says so; undefined: it does not. */
  runsSince(component: string): Millis | undefined {
    return this.recordOf(component)?.startedAt ?? undefined
  }

  /** Whether a process in one of its containers listens on an address and port now. */
  listens(address: string, port: number): boolean {
    const { runtime } = this
    if (!runtime || this.isFrozen) return false
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

  /** Every process ends without farewell; the disk keeps what it has. */
  private powerOff(): void {
    if (!this.isOn) return
    this.power = 'off'
    this.since = this.world.timeline.now
    this.kubeletProcess?.lose()
    this.runtime?.powerOff()
    this.kubeletProcess = this.runtime = null
    this.world.poweredOff(this.name)
  }

  /** In good order, if its kubelet is able to; logind waits no longer than the kubelet asked for. */
  private keepShutdown(wanted: boolean): void {
    this.world.timeline.cancel(this.downEntry)
    if (!wanted) {
      this.isDown = false
      this.kubelet?.cancelShutdown()
      return
    }
    const patience = this.isOn && this.loopRuns ? (this.kubelet?.shutDown(() => void this.world.timeline.after(0, `machine ${this.name} goes down`, () => this.goDown())) ?? 0) : 0
    if (patience === 0) this.goDown()
    else this.downEntry = this.world.timeline.after(patience, `machine ${this.name} goes down`, () => this.goDown())
  }

  private goDown(): void {
    if (!this.faults.shutDown || this.isDown) return
    this.world.timeline.cancel(this.downEntry)
    this.isDown = true
    this.keepPower()
  }

  private keepPower(): void {
    const isHeldOff = this.faults.off || this.isDown
    if (isHeldOff === this.isHeldOff) return
    this.isHeldOff = isHeldOff
    if (isHeldOff) this.powerOff()
    else this.powerOn()
  }

  private setNetwork(network: 'connected' | 'cutOff'): void {
    if (network === this.network) return
    this.network = network
    this.since = this.world.timeline.now
  }

  /** Takes a component's manifest out of the manifest folder, or puts it back: how people stop a static pod. */
  private setComponentStopped(component: string, stopped: boolean): void {
    if (stopped === this.stopped.has(component)) return
    if (stopped) this.stopped.set(component, this.world.timeline.now)
    else this.stopped.delete(component)
    if (this.loopRuns) this.kubelet?.setStaticPods(this.staticPods())
  }

  /** The kubelet's loop stands still with the machine, with the kubelet, and while containerd does not answer. */
  private get loopRuns(): boolean {
    const { frozen, frozenComponents, stopped } = this.faults
    return !frozen && !frozenComponents.has('kubelet') && !stopped.has('containerd')
  }

  private keepKubelet(): void {
    if (!this.isOn) return
    const { frozen, frozenComponents, stopped } = this.faults
    if (stopped.has('kubelet')) this.stopKubelet()
    else if (!this.kubeletProcess) this.startKubelet()
    this.kubeletProcess?.keep(!frozen && !frozenComponents.has('kubelet'), this.loopRuns)
    // The manifest folder may have changed while nobody looked.
    if (this.loopRuns && this.manifests.size > 0) this.kubelet?.setStaticPods(this.staticPods())
  }

  private keepRuntime(): void {
    const { runtime } = this
    if (!runtime) return
    const { frozen, stopped } = this.faults
    const isDown = stopped.has('containerd')
    if (frozen) runtime.freeze()
    else runtime.thaw()
    if (isDown !== (runtime.downSince !== null)) {
      runtime.downSince = isDown ? this.world.timeline.now : null
      this.kubelet?.nodeStatusChanged()
    }
    runtime.setHeard(this.loopRuns)
  }

  private recordOf(component: string): ContainerRecord | undefined {
    for (const sandbox of this.runtime?.sandboxes() ?? []) {
      const record = sandbox.namespace === 'kube-system' ? sandbox.containers.find(({ name, state }) => name === component && state === 'running') : undefined
      if (record) return record
    }
    return undefined
  }

  private staticPods(): readonly Pod[] {
    return [...this.manifests].filter(([component]) => !this.stopped.has(component)).map(([, pod]) => pod)
  }

  private boot(): void {
    const { world, name } = this
    const { catalogue, registry, processes } = this.software
    const random = world.random.of(`machine/${name}`)
    this.runtime = createContainerRuntime({ agenda: world.timeline, nodeName: name, random, images: catalogue, registry, processes, disk: this.disk, epochStart: this.clock.epochMillis - world.timeline.now, answer: (question, pod) => world.answer(question, pod) })
    this.keepRuntime()
    this.keepKubelet()
  }

  private startKubelet(): void {
    const { world, name, spec, runtime, software: { kubeletFlags: flags } } = this
    if (runtime) this.kubeletProcess = new KubeletProcess(world, { name, machine: spec, runtime, flags, staticPods: this.staticPods() })
  }

  private stopKubelet(): void {
    this.kubeletProcess?.end()
    this.kubeletProcess = null
  }
}
