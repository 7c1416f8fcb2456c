// Upstream: pkg/kubelet/kubelet_node_status.go, component-helpers/apimachinery/lease (v1.36). Left out: cloud providers, certificates, the jitter of passes over the status, longer first pauses between reports.
import type { Millis } from '../kernel/agenda.ts'
import { flatText } from '../kernel/flat-text.ts'
import type { Lease, Node, NodeStatus } from '../api/generated/types.ts'
import { settledWith } from '../api/schema/settle.ts'
import { semanticEqual } from '../api/semantic.ts'
import { Composed } from '../api/request.ts'
import type { Result } from '../api/status.ts'
import type { ComponentContext, ObjectReferenceSource } from '../client/component.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import { digestOf } from '../runtime/image-catalogue.ts'
import { kubeletConstants, type KubeletFlags } from './flags.ts'
import { shuttingDown } from './node-shutdown.ts'
import { runtimeErrors } from './runtime-health.ts'
import { capacityErrors, initialNode, leaseSpecOf, networkNotReady, nodeAddresses, nodeConditions, nodeImages, nodeInfoOf, nodeLabels, nodeResources, sameNodeStatus, turnedReasons, type Machine } from './node-status.ts'

export interface NodeAgentOptions {
  readonly context: ComponentContext
  readonly runtime: ContainerRuntime
  readonly nodeName: string
  readonly machine: Machine
  readonly flags: KubeletFlags
  /** The pod network works. */
  networkReady(): boolean
  /** The machine goes down in an orderly way. */
  isShuttingDown(): boolean
  /** The node's object is there. */
  registered(node: Node): void
}

/** Speaks for the machine: registers the Node, posts its status, renews its Lease. */
export class NodeAgent {
  private readonly options: NodeAgentOptions
  private lease: Lease | null = null
  private posted: NodeStatus | null = null
  /** The newest there is of its node, by the answers it got and by its watch. */
  private known: Node | null = null
  private lastPost: Millis = 0
  /** delayAfterNodeStatusChange: how much sooner than usual the report after a change comes, so that not all nodes report at once. */
  private sooner: Millis = 0
  private firstPass: Millis = 0
  private passDue: Millis | null = null
  private passEntry = 0
  private images = -1
  private imageList: ReturnType<typeof nodeImages> = []
  /** It has been ready since it started: from then on its status has time until the next pass. */
  private hasBeenReady = false
  private wasUnschedulable = false
  private readonly startedAt: Millis
  private readonly machineId: string
  /** A quiet hour is little else than renewals: they plan the same each time. */
  private readonly renewalLabel: string
  private readonly renewal = (): void => this.renew()
  private readonly resources: ReturnType<typeof nodeResources>
  private readonly missing: readonly string[]

  constructor(options: NodeAgentOptions) {
    this.options = options
    this.startedAt = options.context.agenda.now
    this.machineId = digestOf(options.nodeName).slice(7, 39)
    this.renewalLabel = flatText(`kubelet ${options.nodeName}: renew lease`)
    this.resources = nodeResources(options.machine, options.flags)
    this.missing = capacityErrors(this.resources.capacity ?? {}, options.flags)
  }

  start(): void {
    this.register(kubeletConstants.registerBackOffInitial)
  }

  /** Something that the status tells has changed: it is posted with the next pass. */
  statusChanged(): void {
    if (this.posted) this.planPass()
  }

  /** The runtime was asked what has changed. Whether it runs is told when that changes. */
  relisted(): void {
    const { images, downSince } = this.options.runtime
    if (!this.hasBeenReady || images.version !== this.images || downSince !== null) this.statusChanged()
  }

  /** The watch has brought this: what somebody else wrote over the status is set right with the next pass. */
  nodeChanged(node: Node): void {
    if (this.known && Number(node.metadata.resourceVersion) < Number(this.known.metadata.resourceVersion)) return
    this.known = node
    this.statusChanged()
  }

  /** Somebody must know at once. */
  syncNow(): void {
    if (this.posted) this.pass()
    this.planPass()
  }

  get allocatable(): ReturnType<typeof nodeResources>['amounts'] {
    return this.resources.amounts
  }

  private register(delay: Millis): void {
    const { context, nodeName, machine, flags } = this.options
    const created = context.client.create('nodes', initialNode(nodeName, machine, flags, this.status([])))
    const node = created.ok ? created.value : created.status.reason === 'AlreadyExists' ? this.takeOver() : null
    if (!node) {
      context.agenda.after(delay, `kubelet ${nodeName}: register again`, () => this.register(Math.min(delay * 2, kubeletConstants.registerBackOffMax)))
      return
    }
    this.options.registered(node)
    context.events.event(this.reference(), 'Normal', 'Starting', 'Starting kubelet.')
    for (const reason of ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID']) this.tell(reason)
    this.firstPass = context.agenda.now
    this.known = node
    this.post(node)
    this.planPass()
    this.ensureLease(kubeletConstants.leaseEnsureBackOffInitial)
  }

  /** The node is known from before: the labels a kubelet sets are set again. */
  private takeOver(): Node | null {
    const { context, nodeName, machine } = this.options
    const found = context.client.get('nodes', nodeName)
    if (!found.ok) return null
    const labels = { ...found.value.metadata.labels, ...nodeLabels(nodeName, machine) }
    if (semanticEqual(labels, found.value.metadata.labels)) return found.value
    const updated = context.client.update('nodes', { ...found.value, metadata: { ...found.value.metadata, labels } })
    return updated.ok ? updated.value : null
  }

  private planPass(): void {
    const { agenda } = this.options.context
    const { nodeStatusUpdateFrequency, nodeStatusReportFrequency } = this.options.flags
    const period = this.isGettingReady() ? kubeletConstants.fastStatusPeriod : nodeStatusUpdateFrequency
    const changed = this.posted === null || this.isChanged()
    const from = changed ? agenda.now : this.lastPost + nodeStatusReportFrequency - this.sooner
    const due = this.firstPass + Math.ceil((Math.max(from, agenda.now + 1) - this.firstPass) / period) * period
    if (this.passDue !== null && this.passDue <= due) return
    if (this.passDue !== null) agenda.cancel(this.passEntry)
    this.passDue = due
    this.passEntry = agenda.because(changed ? agenda.cause : 0, () => agenda.at(due, `kubelet ${this.options.nodeName}: node status`, () => this.passAndPlan()))
  }

  /** fastStatusUpdateOnce: a kubelet that has just started tells at once that its node has got ready. */
  private isGettingReady(): boolean {
    return !this.hasBeenReady && this.options.context.agenda.now - this.startedAt < kubeletConstants.nodeReadyGracePeriod && this.errors().length === 0
  }

  private passAndPlan(): void {
    this.passDue = null
    this.pass()
    this.planPass()
  }

  private isChanged(): boolean {
    const { runtime } = this.options
    const told = (this.known?.status.conditions ?? []).find((condition) => condition.type === 'Ready')?.status
    const unschedulable = this.known?.spec.unschedulable === true
    // While the runtime does not answer, the condition tells for how long it has not.
    return unschedulable !== this.wasUnschedulable || runtime.images.version !== this.images || runtime.downSince !== null || told !== (this.errors().length === 0 ? 'True' : 'False')
  }

  private pass(): void {
    const { client } = this.options.context
    for (let tries = 0; tries < kubeletConstants.nodeStatusTries; tries += 1) {
      const found = client.get('nodes', this.options.nodeName)
      if (found.ok ? this.post(found.value) : found.status.reason === 'NotFound') {
        if (!found.ok) this.posted = null
        return
      }
    }
    // The next pass posts in any case.
    this.lastPost = this.options.context.agenda.now - this.options.flags.nodeStatusReportFrequency
  }

  /** False: it could not be written. */
  private post(node: Node): boolean {
    const { context, flags } = this.options
    this.tellSchedulability(node)
    const status = this.status(node.status.conditions ?? [])
    const due = context.agenda.now - this.lastPost >= flags.nodeStatusReportFrequency - this.sooner
    const bootBefore = node.status.nodeInfo?.bootID
    const changed = !this.posted || !sameNodeStatus(node.status, status, semanticEqual)
    if (!changed && !due) return true
    const written = context.client.updateStatus('nodes', { ...node, status: { ...node.status, ...status } })
    if (!written.ok) return false
    this.known = written.value
    this.posted = written.value.status
    this.lastPost = context.agenda.now
    this.sooner = changed ? context.random.below(Math.floor(flags.nodeStatusReportFrequency * kubeletConstants.reportJitter) + 1) : 0
    if (bootBefore && bootBefore !== this.options.runtime.bootId) context.events.event(this.reference(), 'Warning', 'Rebooted', `Node ${node.metadata.name} has been rebooted, boot id: ${this.options.runtime.bootId}`)
    for (const reason of turnedReasons(node.status.conditions, status.conditions)) this.tell(reason)
    this.hasBeenReady ||= this.errors().length === 0
    return true
  }

  private tellSchedulability({ spec }: Node): void {
    const unschedulable = spec.unschedulable === true
    if (unschedulable === this.wasUnschedulable) return
    this.wasUnschedulable = unschedulable
    this.tell(unschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable')
  }

  private tell(reason: string): void {
    const { context, nodeName } = this.options
    context.events.event(this.reference(), 'Normal', reason, `Node ${nodeName} status is now: ${reason}`)
  }

  private status(old: NonNullable<NodeStatus['conditions']>): NodeStatus {
    const { context, runtime, nodeName, machine, flags } = this.options
    if (runtime.images.version !== this.images) {
      this.images = runtime.images.version
      this.imageList = nodeImages(runtime.images.list(), flags.nodeStatusMaxImages)
    }
    return {
      addresses: nodeAddresses(machine.ip, nodeName),
      capacity: this.resources.capacity ?? {},
      allocatable: this.resources.allocatable ?? {},
      conditions: nodeConditions(old, this.errors(), context.wall.time()),
      daemonEndpoints: { kubeletEndpoint: { Port: flags.port } },
      images: this.imageList,
      nodeInfo: nodeInfoOf({ machineId: this.machineId, bootId: runtime.bootId, kubelet: kubeletVersion, runtime: 'containerd://2.1.4', osImage: machine.osImage ?? 'Debian GNU/Linux 13 (trixie)' }),
    }
  }

  /** Why the node is not ready. */
  private errors(): string[] {
    const { context, runtime } = this.options
    const ofRuntime = runtime.downSince === null ? [] : runtimeErrors(runtime.downSince, this.startedAt, context.agenda.now)
    const missing = this.missing
    // What the network plugin once left on the machine, when it knew the addresses of its pods, is still there after a restart.
    const hasNetwork = this.options.networkReady() || this.known?.spec.podCIDR !== undefined
    const isShuttingDown = this.options.isShuttingDown()
    if (hasNetwork && !isShuttingDown) return missing.length === 0 ? ofRuntime : [...ofRuntime, ...missing]
    return [...ofRuntime, ...(hasNetwork ? [] : [networkNotReady]), ...(isShuttingDown ? [shuttingDown] : []), ...missing]
  }

  private ensureLease(delay: Millis): void {
    const { context, nodeName, flags } = this.options
    const key = `kube-node-lease/${nodeName}`
    const spec = leaseSpecOf(nodeName, flags.nodeLeaseDurationSeconds, context.wall.microTime())
    const found = context.client.get('leases', key)
    const node = found.ok ? null : context.client.get('nodes', nodeName)
    // Without its node there is no lease: the next renewal looks again.
    if (node && !node.ok && node.status.reason === 'NotFound') {
      this.lease = null
      return this.planRenewal()
    }
    const ownerReferences = node?.ok ? [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: node.value.metadata.uid }] : []
    const written = found.ok
      ? context.client.update('leases', { ...found.value, spec: { ...found.value.spec, ...spec } })
      : found.status.reason === 'NotFound'
        ? context.client.create('leases', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: nodeName, namespace: 'kube-node-lease', ownerReferences }, spec })
        : found
    if (written.ok) {
      this.lease = written.value
      this.planRenewal()
      return
    }
    // Doubled before the first wait already.
    const wait = Math.min(delay * 2, kubeletConstants.leaseEnsureBackOffMax)
    context.agenda.after(wait, `kubelet ${nodeName}: lease again`, () => this.ensureLease(wait))
  }

  private planRenewal(): void {
    const { context, flags } = this.options
    const interval = (flags.nodeLeaseDurationSeconds * 1000) / kubeletConstants.leaseRenewFraction
    context.agenda.after(interval + context.random.below(Math.floor(interval * kubeletConstants.leaseRenewJitter) + 1), this.renewalLabel, this.renewal)
  }

  private renew(): void {
    if (!this.lease) return this.ensureLease(kubeletConstants.leaseEnsureBackOffInitial)
    const renewed = this.writeRenewal(this.lease)
    if (!renewed.ok) return this.ensureLease(kubeletConstants.leaseEnsureBackOffInitial)
    this.lease = renewed.value
    this.planRenewal()
  }

  /** Tried some times at once, for as long as nobody else has written the lease. */
  private writeRenewal(lease: Lease): Result<Lease> {
    const { client, wall } = this.options.context
    const { apiVersion, kind, metadata, spec } = lease
    const write = () => client.update('leases', new Composed({ apiVersion, kind, metadata, spec: settledWith('LeaseSpec', spec, { renewTime: wall.microTime() }) }))
    let renewed = write()
    for (let tries = 1; !renewed.ok && renewed.status.reason !== 'Conflict' && tries < kubeletConstants.leaseUpdateTries; tries += 1) renewed = write()
    return renewed
  }

  private reference(): ObjectReferenceSource {
    return nodeReference(this.options.nodeName)
  }
}

/** Whom a kubelet's events about its node are about: its name stands for the uid, for the kubelet speaks before it knows that. */
export function nodeReference(nodeName: string): ObjectReferenceSource {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } as Node['metadata'] }
}

/** The version this kubelet says it has. */
export const kubeletVersion = 'v1.36.2'
