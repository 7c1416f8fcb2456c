import type { ProcessAgenda, Timeline } from '../../kernel/agenda.ts'
import type { KubernetesObject } from '../../api/objects.ts'
import type { Store } from '../../etcd/store.ts'
import type { ProcessHost } from '../../runtime/process-host.ts'
import type { Links } from '../links.ts'
import type { Machine } from '../machine.ts'
import type { ServiceRules } from '../service-rules.ts'
import type { ComponentName, Fault } from './fault.ts'
import type { FaultEffects } from './faults.ts'
import { hits } from './link-condition.ts'
import { healthy, machineFaults } from './machine-faults.ts'
import { ProxySights } from './proxy-sights.ts'

/** The parts of a cluster that faults can hit. */
export interface FaultTargets {
  readonly timeline: Timeline
  readonly machines: ReadonlyMap<string, Machine>
  readonly links: Links
  readonly rules: ServiceRules
  readonly store: Store<KubernetesObject>
}

/** Makes faults true: what is wrong is worked out anew from all that are active, so that they may overlap and end in any order. */
export class Effects implements FaultEffects {
  private faults: readonly Fault[] = []
  private readonly processes = new Map<string, ProcessAgenda>()
  private readonly proxies: ProxySights

  constructor(private readonly targets: FaultTargets) {
    this.proxies = new ProxySights(targets.timeline, (node) => targets.rules.tableOf(node))
  }

  suffer(faults: readonly Fault[]): void {
    this.faults = faults
    const { machines, links, store } = this.targets
    // The clients of etcd and of the API server first: what machines do next meets the world as it is now.
    store.setReachable(!faults.some((fault) => (fault.kind === 'cut-off' || fault.kind === 'freeze') && fault.component === 'etcd'))
    links.suffer(faults)
    for (const machine of machines.values()) machine.suffer(machineFaults(faults, machine.name, machine.spec.controlPlane))
    for (const [place, agenda] of this.processes) this.keepFrozen(place, agenda)
    this.keepProxies()
  }

  strike(fault: Fault): void {
    const { machines, links, store } = this.targets
    switch (fault.kind) {
      case 'restart':
        for (const machine of machines.values()) if (fault.node === undefined ? machine.runsComponent(fault.component) : machine.name === fault.node) machine.restart(fault.component)
        return
      case 'compact':
        store.compact(store.revision)
        for (const link of links) link.breakWatches()
        return
      case 'drop-watches':
        for (const link of links) if (hits(fault, link.caller)) link.breakWatches()
        return
      default:
        return
    }
  }

  /** A program of a component runs in a container now. */
  started(component: ComponentName, host: ProcessHost): void {
    const place = `${host.nodeName}/${component}`
    this.processes.set(place, host.agenda)
    this.keepFrozen(place, host.agenda)
    host.onExit(() => {
      if (this.processes.get(place) === host.agenda) this.processes.delete(place)
      if (component === 'kube-proxy') this.proxies.forget(host.nodeName)
    })
  }

  poweredOff(node: string): void {
    for (const place of this.processes.keys()) if (place.startsWith(`${node}/`)) this.processes.delete(place)
    this.proxies.forget(node)
  }

  /** Whether a process stands still, alone or with its machine. */
  isFrozen(node: string, component: ComponentName): boolean {
    const machine = this.targets.machines.get(node)
    const { frozen, frozenComponents, stopped } = machine ? machineFaults(this.faults, node, machine.spec.controlPlane) : healthy
    // Nobody can stop a DaemonSet's process for long but by holding it still.
    return frozen || frozenComponents.has(component) || (component === 'kube-proxy' && stopped.has(component))
  }

  private keepFrozen(place: string, agenda: ProcessAgenda): void {
    const slash = place.indexOf('/')
    if (this.isFrozen(place.slice(0, slash), place.slice(slash + 1) as ComponentName)) agenda.freeze()
    else agenda.thaw()
  }

  private keepProxies(): void {
    for (const link of this.targets.links) {
      const { component, node } = link.caller
      if (component !== 'kube-proxy' || node === null) continue
      this.proxies.suffer(link, node, { deaf: link.holdsEvents || this.isFrozen(node, component), by: link.condition.lag })
    }
  }
}
