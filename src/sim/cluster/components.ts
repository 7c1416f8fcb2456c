import type { Millis, ProcessAgenda } from '../kernel/agenda.ts'
import { flatText } from '../kernel/flat-text.ts'
import type { ComponentContext } from '../client/component.ts'
import { createClient, type ClientOptions } from '../client/client.ts'
import { createEventRecorder, type EventLimit } from '../client/event-recorder.ts'
import { createInformers } from '../client/informers.ts'
import { startLeaderElection } from '../client/leader-election.ts'
import { startDaemonSetController } from '../controllers/daemon-set/daemon-set-controller.ts'
import { startDeploymentController } from '../controllers/deployment/deployment-controller.ts'
import { startEndpointController } from '../controllers/endpoint/endpoint-controller.ts'
import { startEndpointSliceController } from '../controllers/endpoint-slice/endpoint-slice-controller.ts'
import { startEndpointSliceMirroringController } from '../controllers/endpoint-slice-mirroring/endpoint-slice-mirroring-controller.ts'
import { defaultControllerManagerFlags, type ControllerManagerFlags } from '../controllers/flags.ts'
import { startGarbageCollector } from '../controllers/garbage-collector/garbage-collector.ts'
import { startNamespaceController } from '../controllers/namespace/namespace-controller.ts'
import { startNodeIpamController } from '../controllers/node-ipam/node-ipam-controller.ts'
import { startNodeLifecycleController, type NodeLifecycleHandle } from '../controllers/node-lifecycle/node-lifecycle-controller.ts'
import { startPodGarbageCollector } from '../controllers/pod-garbage-collector/pod-garbage-collector.ts'
import { startReplicaSetController } from '../controllers/replica-set/replica-set-controller.ts'
import { startReplicationController } from '../controllers/replica-set/replication-controller.ts'
import { startResourceQuotaController } from '../controllers/resource-quota/resource-quota-controller.ts'
import { startServiceAccountController } from '../controllers/service-account/service-account-controller.ts'
import { startTaintEvictionController, type TaintEvictionHandle } from '../controllers/taint-eviction/taint-eviction-controller.ts'
import { startKubeProxy, type RuleTable } from '../network/kube-proxy.ts'
import type { ProcessHost } from '../runtime/process-host.ts'
import type { SchedulerFlags } from '../scheduler/flags.ts'
import { startScheduler, type SchedulerHandle } from '../scheduler/scheduler.ts'
import type { Link } from './link.ts'
import type { World } from './world.ts'

/** What it takes to hand a process its context. */
export interface ContextRequest extends ClientOptions {
  readonly name: string
  readonly host: string
  readonly agenda: ProcessAgenda
  readonly link: Link
  /** Of the process, where several components share one (kube-controller-manager). */
  readonly informers?: ComponentContext['informers']
  /** Of the client that its events have. */
  readonly eventLimit?: EventLimit
}

/** Upstream's kubeAPIQPS and kubeAPIBurst of the components whose flags do not say. */
export const rateLimits = {
  kubelet: { qps: 50, burst: 100 },
  'kube-proxy': { qps: 5, burst: 10 },
} as const

/** How late a component sees a change: the watch's way through the network and the component's own event loop. */
const watchLag = { base: 2, jitter: 4 }

export function createContext(world: World, { name, host, agenda, link, informers, eventLimit, ...limits }: ContextRequest): ComponentContext {
  // Every write looks it up in the trace.
  const user = host && name === 'kubelet' ? flatText(`kubelet/${host}`) : name
  const client = createClient(link, user, agenda, limits)
  const random = world.random.of(`${user}`)
  return {
    name,
    agenda,
    wall: world.clockOf(host),
    client,
    random,
    informers: informers ?? createInformers({ name: user, agenda, client, random, lagOf: () => watchLag }),
    // Events have a client of their own upstream: they never hold up the work they tell of.
    events: createEventRecorder({ agenda, client: createClient(link, user, agenda), wall: world.clockOf(host), random: world.random.of(`${user}/events`), component: name, host, ...(eventLimit && { limit: eventLimit }) }),
    decided: (what, about, detail) => void world.trace.add({ kind: 'decision', author: user, what, about, detail }),
  }
}

/** A link for a process in a container, gone with it. */
function linkFor(world: World, host: ProcessHost, component: string): Link {
  const link = world.link(host.nodeName, component)
  host.onExit(() => world.unlink(link))
  return link
}

/** Those of the controllers that count down to something, while they run. */
export interface CountingControllers {
  readonly nodeLifecycle: NodeLifecycleHandle
  readonly taintEviction: TaintEvictionHandle
}

/** Starts kube-controller-manager: when it leads, all its controllers, on one set of caches. */
export function startControllerManager(world: World, host: ProcessHost, started: (controllers: CountingControllers) => void, flags: ControllerManagerFlags = defaultControllerManagerFlags): void {
  const link = linkFor(world, host, 'kube-controller-manager')
  const request = { host: host.nodeName, agenda: host.agenda, link }
  const own = createContext(world, { ...request, name: 'kube-controller-manager', qps: flags.kubeApiQps, burst: flags.kubeApiBurst })
  // Upstream: cmd/kube-controller-manager/app/core.go: cascades and namespaces write more, so their clients may.
  const controller = (name: string, more = { qps: 1, burst: 1 }): ComponentContext => createContext(world, { ...request, name, informers: own.informers, qps: flags.kubeApiQps * more.qps, burst: flags.kubeApiBurst * more.burst })
  let nodeLifecycle: NodeLifecycleHandle
  const starts: readonly (() => unknown)[] = [
    () => flags.allocateNodeCidrs && startNodeIpamController(controller('cidrAllocator'), flags),
    () => (nodeLifecycle = startNodeLifecycleController(controller('node-controller'), flags)),
    () => started({ nodeLifecycle, taintEviction: startTaintEvictionController(controller('taint-eviction-controller')) }),
    () => startServiceAccountController(controller('serviceaccount-controller')),
    () => startNamespaceController(controller('namespace-controller', { qps: 20, burst: 100 }), flags),
    () => startResourceQuotaController(controller('resourcequota-controller'), flags),
    () => startDeploymentController(controller('deployment-controller')),
    () => startReplicaSetController(controller('replicaset-controller')),
    () => startDaemonSetController(controller('daemonset-controller')),
    () => startEndpointSliceController(controller('endpoint-slice-controller'), flags),
    () => startEndpointController(controller('endpoint-controller'), flags),
    () => startEndpointSliceMirroringController(controller('endpoint-slice-mirroring-controller'), flags),
    () => startPodGarbageCollector(controller('pod-garbage-collector'), flags),
    () => flags.enableGarbageCollector && startGarbageCollector(controller('garbage-collector-controller', { qps: 2, burst: 1 }), flags),
    () => startReplicationController(controller('replication-controller'), flags),
  ]
  const lead = (): void => startEach(own, flags.controllerStartInterval, starts)
  if (!flags.leaderElect) return lead()
  startLeaderElection(own, flags.leaderElectResourceName, lead, () => host.exit(1, 'leaderelection lost'))
}

/** One after the other, each after a pause of up to twice the interval; at once without one. */
function startEach(context: ComponentContext, interval: Millis, [start, ...rest]: readonly (() => unknown)[]): void {
  start?.()
  if (rest.length === 0) return
  if (interval === 0) startEach(context, interval, rest)
  else context.agenda.after(interval + context.random.below(interval + 1), 'kube-controller-manager: next controller', () => startEach(context, interval, rest))
}

/** Starts kube-scheduler: when it leads it schedules. */
export function startSchedulerProcess(world: World, host: ProcessHost, started: (scheduler: SchedulerHandle) => void, { kubeApiQps: qps, kubeApiBurst: burst }: SchedulerFlags): void {
  const link = linkFor(world, host, 'kube-scheduler')
  const context = createContext(world, { name: 'default-scheduler', host: host.nodeName, agenda: host.agenda, link, qps, burst })
  startLeaderElection(context, 'kube-scheduler', () => started(startScheduler(context)), () => host.exit(1, 'leaderelection lost'))
}

/** Starts kube-proxy on a node: what it wrote stays in the node's kernel when it dies. */
export function startProxyProcess(world: World, host: ProcessHost, table: RuleTable): void {
  const link = linkFor(world, host, 'kube-proxy')
  host.onExit(() => table.freeze())
  const client = createClient(link, `kube-proxy/${host.nodeName}`, host.agenda, rateLimits['kube-proxy'])
  const events = createEventRecorder({ agenda: host.agenda, client: createClient(link, `kube-proxy/${host.nodeName}`, host.agenda), wall: world.clockOf(host.nodeName), random: world.random.of('kube-proxy/events'), component: 'kube-proxy', host: host.nodeName })
  startKubeProxy({ agenda: host.agenda, client, name: `kube-proxy on ${host.nodeName}`, events }, host.nodeName, table)
}
