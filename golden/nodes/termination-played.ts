import type { Container, EndpointSlice, Pod, PodSpec, Probe, Service } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { startEndpointSliceController } from '../../src/sim/controllers/endpoint-slice/endpoint-slice-controller.ts'
import { startScheduler } from '../../src/sim/scheduler/scheduler.ts'
import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import { defaultKubeletFlags } from '../../src/sim/kubelet/flags.ts'
import { createTestNode } from '../../src/sim/kubelet/testing.ts'
import type { GoldenCase } from '../harness.ts'
import { PlayedNode, told } from './played-node.ts'

/** Everything about ends that is more than one delete of one container. */
export function played({ in: input, out }: GoldenCase): unknown {
  if (input.nodeName === '') return { objectGoneAtMs: goneAfterDelete({ nodeName: undefined }) }
  if (Array.isArray(input.phase)) return { objectGoneAtMs: Math.max(...input.phase.map((phase: string) => goneAfterDelete({}, phase))) }
  if (input.deletedAt) return deletionTimestamp(input)
  if (input.generation !== undefined) return generation()
  if (typeof input.preStop === 'string') return preStopFails(input)
  if (input.cases) return { preStopRun: input.cases.map(preStopRuns) }
  if (input.containers) return inParallel(input, out)
  if (input.ready && input.deleted) return readyMeanwhile(out)
  if (input.finalizers) return heldByFinalizer(input)
  if (input.fileRemoved) return fileRemoved(out)
  if (input.preemptor) return preempted(out)
  if (input.critical) return displaced()
  if (input.activeDeadlineSeconds) return deadline(input, out)
  if (input.livenessGraceSeconds) return graces(input)
  if (input.lifecycle?.stopSignal) return signalled(input.lifecycle.stopSignal)
  if (Object.keys(input).length === 0) return lastDelete(out)
  throw new Error('a form of case that is not played')
}

function goneAfterDelete(over: Partial<PodSpec>, phase?: string): number {
  const cluster = createTestCluster()
  const made = must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { containers: [{ name: 'app', image: 'x:1' }], ...(phase && { nodeName: 'n1' }), ...over } } as unknown as Draft<'pods'>))
  if (phase) must(cluster.client.updateStatus('pods', { ...made, status: { ...made.status, phase } } as Pod))
  must(cluster.client.delete('pods', keyOf(made), {}))
  return cluster.client.get('pods', keyOf(made)).ok ? Number.POSITIVE_INFINITY : cluster.timeline.now
}

function running(spec: Partial<PodSpec> & { readonly containers: PodSpec['containers'] }): PlayedNode {
  const world = new PlayedNode()
  world.run(spec)
  world.until(() => world.status(spec.containers[0]?.name)?.state?.running !== undefined)
  world.advance(5000)
  return world
}

function only(container: Partial<Container> = {}): Container[] {
  return [{ name: 'app', image: 'plain:1', ...container } as Container]
}

function remove(world: PlayedNode): number {
  must(world.cluster.client.delete('pods', 'default/web', {}))
  return world.now
}

/** The times of the case, on the clock of the test cluster. */
function deletionTimestamp(input: GoldenCase['in']): unknown {
  const world = running({ terminationGracePeriodSeconds: input.graceSeconds, containers: only() })
  world.cluster.advanceTo(Math.ceil(world.now / 1000) * 1000)
  const since = remove(world)
  const { deletionTimestamp: at = '', deletionGracePeriodSeconds } = world.pod?.metadata ?? {}
  const offset = Date.parse(at) - Date.parse('2026-01-01T09:00:00Z') - since
  return { deletionTimestamp: new Date(Date.parse(input.deletedAt) + offset).toISOString().replace('.000Z', 'Z'), deletionGracePeriodSeconds }
}

function generation(): unknown {
  const world = running({ containers: only() })
  remove(world)
  return { generation: world.pod?.metadata.generation }
}

function preStopFails(input: GoldenCase['in']): unknown {
  const world = running({ containers: only({ lifecycle: { preStop: { exec: { command: ['sh', '-c', input.preStop] } } } }) })
  const record = world.newest()
  remove(world)
  let signalled = false
  world.until(() => {
    signalled ||= world.node.runtime.stoppingUntil(record?.id ?? '') !== undefined
    return world.isGone
  })
  world.advance(1000)
  const event = world.sent('FailedPreStopHook')[0]
  return { event: event && told(event), then: signalled ? 'SIGTERM' : 'nothing' }
}

/** A hook that fails is one that has run. */
function preStopRuns(why: string): boolean {
  const lifecycle = { preStop: { exec: { command: ['false'] } } }
  const livenessProbe = { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 1 } as unknown as Probe
  const itself = why.includes('by itself')
  const world = new PlayedNode({ play: (host) => itself && host.agenda.after(3000, 'exit', () => host.exit(1)) })
  world.run({ containers: only({ image: 'played:1', lifecycle, ...(!itself && { livenessProbe }) }) })
  world.until(() => (world.status()?.restartCount ?? 0) > 0)
  world.advance(1000)
  return world.sent('FailedPreStopHook').length > 0
}

function inParallel(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  const containers = input.containers.map((name: string) => ({ name, image: input.ignoresSigterm.includes(name) ? 'stubborn:1' : 'plain:1' }))
  const world = running({ terminationGracePeriodSeconds: input.graceSeconds, containers })
  const records = new Map<string, string>(input.containers.map((name: string) => [name, world.newest(name)?.id ?? '']))
  const signalled = new Map<string, number>()
  const deleted = remove(world)
  const look = () => {
    for (const [name, id] of records) {
      const since = world.node.runtime.stoppingUntil(id)?.since
      if (since !== undefined && !signalled.has(name)) signalled.set(name, since - deleted)
    }
    return world.isGone
  }
  world.until(look)
  const fits = ([least, most]: [number, number], time = -1) => (time >= least && time <= most ? [least, most] : time)
  const gone = world.now - deleted
  world.advance(1000)
  return {
    sigtermAtMs: Object.fromEntries(input.containers.map((name: string) => [name, fits(out.sigtermAtMs[name], signalled.get(name))])),
    events: world.sent('Killing').map(({ message }) => message),
    goneAtMs: fits(out.goneAtMs, gone),
  }
}

function readyMeanwhile(out: GoldenCase['out']): unknown {
  const world = new PlayedNode()
  const { cluster } = world
  cluster.component('endpoint-slice-controller', startEndpointSliceController)
  must(cluster.client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } } as unknown as Draft<'services'> & Service))
  const spec = { nodeName: 'n1', containers: only({ image: 'stubborn:1', readinessProbe: { exec: { command: ['true'] }, periodSeconds: 5 } as unknown as Probe }) }
  must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } }, spec } as unknown as Draft<'pods'>))
  const ready = () => world.pod?.status.conditions?.find(({ type }) => type === 'Ready')?.status
  world.until(() => ready() === 'True')
  world.advance(10_000)
  remove(world)
  world.advance(10_000)
  const slice: EndpointSlice | undefined = cluster.list('endpointslices', 'default').find(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web')
  return { conditionReady: ready() === 'True' ? out.conditionReady : ready(), endpointSlice: slice?.endpoints?.[0]?.conditions }
}

function heldByFinalizer(input: GoldenCase['in']): unknown {
  const world = running({ containers: only() })
  const { client } = world.cluster
  const { pod } = world
  if (!pod) return undefined
  must(client.update('pods', { ...pod, metadata: { ...pod.metadata, finalizers: input.finalizers } }))
  remove(world)
  world.advance(40_000)
  const held = world.pod
  const isTerminal = held?.status.phase === 'Succeeded' || held?.status.phase === 'Failed'
  const afterStop = { exists: held !== undefined, deletionGracePeriodSeconds: held?.metadata.deletionGracePeriodSeconds, phase: isTerminal ? 'terminal' : held?.status.phase }
  if (held) must(client.update('pods', { ...held, metadata: { ...held.metadata, finalizers: [] } }))
  world.advance(1000)
  return { afterStop, afterFinalizerRemoved: { exists: !world.isGone } }
}

function fileRemoved(out: GoldenCase['out']): unknown {
  const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'static', namespace: 'default' }, spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] } } as unknown as Pod
  const node = createTestNode({ staticPods: [manifest] })
  node.cluster.advanceTo(30_000)
  const existed = node.pod('static-n1') !== undefined
  node.kubelet.setStaticPods([])
  const running = () => [...node.runtime.sandboxes()].some(({ containers }) => containers.some(({ state }) => state === 'running'))
  node.cluster.advanceTo(30_000 + out.noticedWithinMs)
  return { noticedWithinMs: running() ? Number.POSITIVE_INFINITY : out.noticedWithinMs, mirrorRemoved: existed && node.pod('static-n1') === undefined }
}

/** A node of 4 CPUs that a low pod fills, and a high one that needs the room. */
function preempted(out: GoldenCase['out']): unknown {
  const world = new PlayedNode()
  const { cluster } = world
  cluster.component('default-scheduler', (context) => startScheduler(context))
  const pod = (name: string, priorityClassName?: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { ...(priorityClassName && { priorityClassName }), terminationGracePeriodSeconds: 25, tolerations: [{ operator: 'Exists' }], containers: only({ resources: { requests: { cpu: '3' } } }) } }) as unknown as Draft<'pods'>
  must(cluster.client.create('pods', pod('web')))
  world.until(() => world.status()?.state?.running !== undefined, 60_000)
  must(cluster.client.create('pods', pod('high', 'system-cluster-critical')))
  world.until(() => world.pod?.metadata.deletionTimestamp !== undefined, 60_000)
  const marked = world.pod
  return { condition: marked?.status.conditions?.find(({ type }) => type === 'DisruptionTarget'), then: marked?.metadata.deletionGracePeriodSeconds === 25 ? out.then : marked?.metadata.deletionGracePeriodSeconds }
}

/** A full node gets a pod that its kubelet makes room for. */
function displaced(): unknown {
  const world = new PlayedNode()
  world.run({ containers: only({ resources: { requests: { cpu: '3' } } }) })
  world.advance(20_000)
  world.run({ priorityClassName: 'system-node-critical', containers: only({ resources: { requests: { cpu: '3' } } }) }, 'critical')
  world.until(() => world.lastPod?.status.phase === 'Failed', 120_000)
  const { phase, reason, message, conditions = [] } = world.lastPod?.status ?? {}
  const [event] = world.sent('Preempting')
  return { victim: { phase, reason, message, condition: conditions.find(({ type }) => type === 'DisruptionTarget') }, event: event && told(event) }
}

function deadline(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  const world = new PlayedNode()
  const made = world.now
  world.run({ activeDeadlineSeconds: input.activeDeadlineSeconds, containers: only() })
  world.until(() => world.lastPod?.status.phase === 'Failed', 120_000)
  const { phase, reason, message, startTime = '' } = world.lastPod?.status ?? {}
  const [event] = world.sent('DeadlineExceeded')
  const started = Date.parse(startTime) - Date.parse('2026-01-01T09:00:00Z')
  const onTime = event !== undefined && event.at >= started + input.activeDeadlineSeconds * 1000 && event.at <= made + input.activeDeadlineSeconds * 1000 + 2000
  return { phase, reason, message, event: event && told(event), countedFrom: onTime ? out.countedFrom : event?.at }
}

/** Seconds between the decision to end a process that ignores SIGTERM and its end. */
function graces(input: GoldenCase['in']): unknown {
  const spec = (probe: object) => ({ terminationGracePeriodSeconds: input.podGraceSeconds, containers: only({ image: 'stubborn:1', livenessProbe: { periodSeconds: 10, failureThreshold: 1, terminationGracePeriodSeconds: input.livenessGraceSeconds, ...probe } as Probe }) })
  const killed = new PlayedNode()
  killed.run(spec({ exec: { command: ['false'] } }))
  killed.until(() => killed.sent('Killing').length > 0)
  const first = killed.newest()
  killed.until(() => first?.state === 'exited')
  const deleted = running(spec({ exec: { command: ['true'] } }))
  const record = deleted.newest()
  const at = remove(deleted)
  deleted.until(() => deleted.isGone)
  const seconds = (from: number, to: number | null | undefined) => Math.round(((to ?? 0) - from) / 1000)
  return { onLivenessKill: seconds(killed.sent('Killing')[0]?.at ?? 0, first?.finishedAt), onDelete: seconds(at, record?.finishedAt) }
}

/** A process that minds no signal, in a cluster that lets pods name one. */
function signalled(stopSignal: string): unknown {
  const featureGates = 'ContainerStopSignals=true'
  const world = new PlayedNode({ cluster: createTestCluster({ featureGates }), flags: { ...defaultKubeletFlags, featureGates } })
  world.run({ os: { name: 'linux' }, containers: only({ image: 'stubborn:1', lifecycle: { stopSignal } }) })
  world.until(() => world.isRunning())
  world.advance(5000)
  const record = world.newest()
  const deleted = remove(world)
  let firstSignal: string | undefined
  world.until(() => {
    firstSignal ??= world.node.runtime.stoppingUntil(record?.id ?? '')?.signal
    return record?.state === 'exited'
  })
  const took = (record?.finishedAt ?? 0) - deleted
  return { firstSignal, then: record?.exitCode === 137 && took >= 30_000 && took < 32_000 ? 'SIGKILL after the grace' : `${record?.exitCode} after ${took} ms` }
}

/** The kubelet's own last delete: what else but its uid could make it miss a namesake is seen in what it asks for. */
function lastDelete(out: GoldenCase['out']): unknown {
  const world = running({ containers: only() })
  const { pod } = world
  const asked: unknown[] = []
  const server = world.cluster.apiServer
  const answer = server.request.bind(server)
  server.request = (request) => {
    if (request.verb === 'delete' && request.user === 'kubelet') asked.push(request.body)
    return answer(request)
  }
  remove(world)
  world.until(() => world.isGone)
  const last = asked.at(-1) as { preconditions?: { uid?: string } } | undefined
  return { deleteOptions: last && { ...last, preconditions: { ...last.preconditions, uid: last.preconditions?.uid === pod?.metadata.uid ? out.deleteOptions.preconditions.uid : last.preconditions?.uid } } }
}
