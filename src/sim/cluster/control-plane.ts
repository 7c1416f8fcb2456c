import type { KubernetesObject } from '../api/objects.ts'
import { createApiServer, type ApiServer } from '../apiserver/server.ts'
import { defaultControllerManagerFlags } from '../controllers/flags.ts'
import type { Store } from '../etcd/store.ts'
import type { Millis } from '../kernel/agenda.ts'
import { healthzPort } from '../network/proxy-configuration.ts'
import type { ProcessFactory, ProcessHost, Processes } from '../runtime/process-host.ts'
import { defaultSchedulerFlags } from '../scheduler/flags.ts'
import type { SchedulerHandle } from '../scheduler/scheduler.ts'
import { startControllerManager, startProxyProcess, startSchedulerProcess, type CountingControllers } from './components.ts'
import type { Effects } from './faults/effects.ts'
import type { ComponentName } from './faults/fault.ts'
import { flagTexts, flagsOver } from './flags.ts'
import type { Machine } from './machine.ts'
import { nodeLogs } from './node-logs.ts'
import type { ClusterOptions } from './run.ts'
import type { ServiceRules } from './service-rules.ts'
import type { World } from './world.ts'

/** How long etcd's data may be silent before kube-apiserver gives up at its start. */
const storagePatience: Millis = 20_000

/** Where the programs of the components listen on their machine; those that are not here run in no container. */
const ports: Partial<Record<ComponentName, readonly number[]>> = {
  etcd: [2379, 2380, 2381],
  'kube-apiserver': [6443],
  'kube-controller-manager': [10257],
  'kube-scheduler': [10259],
  'kube-proxy': [healthzPort],
}

/** kube-apiserver's flags that this simulation knows: how long etcd's history reaches back, so that past revisions can be listed, and which alpha features it has. */
const defaultApiServerFlags = { etcdCompactionInterval: 300_000, featureGates: '' }

/** What kubeadm's manifest of kube-controller-manager says. */
const kubeadmFlags = { 'allocate-node-cidrs': 'true' }

/** What the programs of the components work on. */
export interface ControlPlaneSurroundings {
  readonly world: World
  readonly options: ClusterOptions
  readonly store: Store<KubernetesObject>
  readonly rules: ServiceRules
  readonly machines: () => ReadonlyMap<string, Machine>
  readonly effects: () => Effects
  /** An API server answers from now on. */
  readonly opened: (server: ApiServer) => void
}

/** The programs behind the images of the components, and what of them can be asked while they run. */
export class ControlPlane {
  apiServer: ApiServer | null = null
  scheduler: SchedulerHandle | null = null
  controllers: CountingControllers | null = null
  private requestSample = { at: 0, handled: 0, rate: 0 }

  constructor(private readonly surroundings: ControlPlaneSurroundings) {
    this.requestSample.at = surroundings.world.timeline.now
  }

  /** By the repository of the image. */
  processes(): Processes {
    const { world, options, store, rules } = this.surroundings
    const controllerFlags = flagsOver('kube-controller-manager', defaultControllerManagerFlags, { ...kubeadmFlags, ...flagTexts(options, 'kube-controller-manager') })
    const apiServerFlags = flagsOver('kube-apiserver', defaultApiServerFlags, flagTexts(options, 'kube-apiserver'))
    const schedulerFlags = flagsOver('kube-scheduler', defaultSchedulerFlags, flagTexts(options, 'kube-scheduler'))
    const program = (component: ComponentName, start: ProcessFactory): [string, ProcessFactory] => [`registry.k8s.io/${component}`, (host) => this.start(component, host, start)]
    return new Map([
      program('etcd', (host) => store.serve(host.agenda)),
      program('kube-apiserver', (host) => this.startApiServer(host, apiServerFlags)),
      program('kube-controller-manager', (host) => startControllerManager(world, host, (controllers) => this.keepControllers(host, controllers), controllerFlags)),
      program('kube-scheduler', (host) => startSchedulerProcess(world, host, (scheduler) => this.keepScheduler(host, scheduler), schedulerFlags)),
      program('kube-proxy', (host) => startProxyProcess(world, host, rules.tableOf(host.nodeName))),
    ])
  }

  /** Requests to the API server a virtual second, over the last second and more: for its card. */
  requestRate(): number {
    const { now } = this.surroundings.world.timeline
    const handled = this.apiServer?.requestsHandled ?? 0
    const { at, handled: before, rate } = this.requestSample
    if (now - at < 1000 && handled >= before) return rate
    const elapsed = Math.max(1, now - at)
    this.requestSample = { at: now, handled, rate: Math.max(0, Math.round(((handled - before) * 1000) / elapsed)) }
    return this.requestSample.rate
  }

  private start(component: ComponentName, host: ProcessHost, start: ProcessFactory): void {
    const effects = this.surroundings.effects()
    host.serve(() => !effects.isFrozen(host.nodeName, component), ports[component])
    start(host)
    effects.started(component, host)
  }

  private keepScheduler(host: ProcessHost, scheduler: SchedulerHandle): void {
    this.scheduler = scheduler
    host.onExit(() => {
      if (this.scheduler === scheduler) this.scheduler = null
    })
  }

  private keepControllers(host: ProcessHost, controllers: CountingControllers): void {
    this.controllers = controllers
    host.onExit(() => {
      if (this.controllers === controllers) this.controllers = null
    })
  }

  /** kube-apiserver waits for etcd, and gives up when it does not come. */
  private startApiServer(host: ProcessHost, flags: typeof defaultApiServerFlags): void {
    const { world, store, machines, effects, opened } = this.surroundings
    const givesUp = host.agenda.now + storagePatience
    const server = createApiServer({ agenda: host.agenda, store, wall: world.clockOf(host.nodeName), random: world.random, trace: world.trace, logs: nodeLogs(machines), compactionInterval: flags.etcdCompactionInterval, featureGates: flags.featureGates })
    // Its check of liveness asks etcd too.
    host.serve(() => server.running && store.serving && !effects().isFrozen(host.nodeName, 'kube-apiserver'), ports['kube-apiserver'])
    host.onExit(() => server.stop())
    const open = (): void => {
      if (store.serving) {
        server.start()
        this.apiServer = server
        opened(server)
      } else if (host.agenda.now >= givesUp) host.exit(1, 'context deadline exceeded: etcd does not answer')
      else host.agenda.after(1000, 'kube-apiserver: wait for etcd', open)
    }
    open()
  }
}
