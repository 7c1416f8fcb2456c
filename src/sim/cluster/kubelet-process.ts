import type { ProcessAgenda } from '../kernel/agenda.ts'
import type { Pod } from '../api/generated/types.ts'
import type { KubeletFlags } from '../kubelet/flags.ts'
import { startKubelet, type KubeletHandle, type Machine as KubeletMachine } from '../kubelet/kubelet.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import { createContext, rateLimits } from './components.ts'
import type { Link } from './link.ts'
import type { World } from './world.ts'

/** What a kubelet finds on its machine when it starts. */
export interface KubeletPlace {
  readonly name: string
  readonly machine: KubeletMachine
  readonly runtime: ContainerRuntime
  readonly flags: KubeletFlags
  readonly staticPods: readonly Pod[]
}

/** One life of a kubelet on a machine: its own slices of time and its connection to the API server, gone with it. */
export class KubeletProcess {
  readonly kubelet: KubeletHandle
  /** Its loop over the pods, and what runs beside it. */
  private readonly loop: ProcessAgenda
  private readonly beside: ProcessAgenda
  private readonly link: Link

  constructor(
    private readonly world: World,
    { name, machine, runtime, flags, staticPods }: KubeletPlace,
  ) {
    this.loop = world.timeline.fork(`machine ${name}`)
    this.beside = world.timeline.fork(`node status of ${name}`)
    this.link = world.link(name, 'kubelet')
    const request = { name: 'kubelet', host: name, link: this.link, ...rateLimits.kubelet, eventLimit: { qps: flags.eventRecordQPS, burst: flags.eventBurst } }
    const context = createContext(world, { ...request, agenda: this.loop })
    const nodeContext = { ...context, agenda: this.beside, random: world.random.of(`kubelet/${name}/node`) }
    this.kubelet = startKubelet({ context, nodeContext, runtime, nodeName: name, machine, staticPods, flags })
  }

  /** The whole process goes on or stands still; its loop may stand still alone. */
  keep(runs: boolean, loopRuns: boolean): void {
    if (runs) this.beside.thaw()
    else this.beside.freeze()
    if (loopRuns) this.loop.thaw()
    else this.loop.freeze()
  }

  /** It is killed: its connection breaks. */
  end(): void {
    this.lose()
    this.world.unlink(this.link)
  }

  /** It is gone with its machine, and all connections of that. */
  lose(): void {
    this.loop.dispose()
    this.beside.dispose()
  }
}
