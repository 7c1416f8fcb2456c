import { notFound } from '../api/errors.ts'
import type { EndpointSlice, Pod, Service } from '../api/generated/types.ts'
import { splitKey, type ObjectKey } from '../api/objects.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { defaultControllerManagerFlags } from '../controllers/flags.ts'
import { healthAnswer, isProxyHealthy, localReadyEndpoints } from '../network/health-check.ts'
import type { Passing } from '../network/endpoint-pick.ts'
import { iptablesRules, type RuleSettings } from '../network/iptables-rules.ts'
import { createProxyView, slicesOf, type ProxyView } from '../network/kube-proxy.ts'
import { healthzPort, metricsPort } from '../network/proxy-configuration.ts'
import { routeFromNode, routeOf, type NetworkState, type NodeRules, type Requester, type Route } from '../network/route.ts'
import { AffinityLists } from '../network/session-affinity.ts'
import type { Question } from '../runtime/shell-commands.ts'
import type { Cluster, ClusterQuestion } from './cluster.ts'
import { flagTexts } from './flags.ts'
import type { Machine } from './machine.ts'

const apiServerPort = 6443

/** The network between the pods, the nodes and the world outside, as it is at this moment. */
export class Traffic implements NetworkState {
  /** In the kernels of nodes that sent somebody to a Service with session affinity. */
  private readonly affinity = new Map<string, AffinityLists>()

  constructor(private readonly cluster: Cluster) {}

  /** The machine has lost its power. */
  forget(node: string): void {
    this.affinity.delete(node)
  }

  /** The rules of one Service on one node, asked by a person; null: the node has none. */
  rulesOf({ node, service: key }: Extract<ClusterQuestion, { kind: 'rules' }>): NodeRules | null {
    const view = this.proxyOf(node)
    const { namespace = 'default', name } = splitKey(key)
    const service = view?.service(namespace, name)
    if (!view || !service) return null
    const port = service.spec.healthCheckNodePort
    const tables = iptablesRules(view, this.ruleSettings(node), service)
    return { ...tables, healthCheck: port ? { port, answer: healthAnswer(service, localReadyEndpoints(view, service), this.isProxyHealthy(node)) } : null }
  }

  /** Who answers a request to a Service, asked by a person: changes nothing. */
  routeOf({ service, port, from }: Extract<ClusterQuestion, { kind: 'route' }>): Result<Route> {
    const { namespace = 'default', name } = splitKey(service)
    const request = { namespace, service: name, ...(port === undefined ? {} : { port }) }
    if (from === undefined) return accepted(routeOf(request, this))
    const pod = this.podAt(from)
    if (!pod) return refused(notFound({ group: '', resource: 'pods' }, splitKey(from).name))
    const sender = this.requesterOf(pod)
    if (typeof sender === 'string') return accepted({ ok: false, hops: [{ kind: 'client', at: from, what: 'cannot send anything' }], failure: sender })
    return accepted(routeOf({ ...request, from: sender }, this))
  }

  /** What a script in a pod finds: whether a name resolves, whether a port answers. */
  answer(question: Question, pod: Pod): boolean {
    const node = pod.spec.nodeName ?? ''
    const from: Requester = { pod: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`, node, address: this.addressOf(pod), clusterDns: usesClusterDns(pod) }
    const host = (question.kind === 'resolve' ? question.name : question.host).replace(/\.$/, '')
    if (isLoopback(host)) return question.kind === 'resolve' || this.answersInside(question.port, from)
    if (question.kind === 'resolve') return isAddress(host) || this.resolves(host, pod, from)
    if (isAddress(host)) return this.answersAt(host, question.port, from)
    const named = this.serviceNamed(host, pod)
    if (named) return routeOf({ ...named, port: question.port, from, isReal: true }, this).ok
    return this.resolves(host, pod, from) && this.reaches(node, null)
  }

  proxyOf(nodeName: string): ProxyView | undefined {
    const sight = this.cluster.rules.sightOf(nodeName)
    const machine = this.cluster.machines.get(nodeName)
    return sight && machine?.isOn ? createProxyView({ name: nodeName, zone: machine.spec.zone }, sight) : undefined
  }

  get nodes(): readonly string[] {
    return [...this.cluster.machines.values()].filter((machine) => isReachable(machine)).sort((a, b) => Number(a.spec.controlPlane) - Number(b.spec.controlPlane)).map(({ name }) => name)
  }

  reaches(from: string, to: string | null): boolean {
    const sender = this.cluster.machines.get(from)
    if (!sender?.isOn || sender.isFrozen) return false
    if (from === to) return true
    return sender.isReachable && (to === null || isReachable(this.cluster.machines.get(to)))
  }

  listens(address: string, port: number, nodeName: string | undefined): boolean {
    const machine = (nodeName === undefined ? undefined : this.cluster.machines.get(nodeName)) ?? this.machineAt(address)
    if (!machine) return false
    if (machine.spec.controlPlane && port === apiServerPort) return this.cluster.apiServer?.running === true
    return machine.listens(address, port)
  }

  dnsAnswers(nodeName: string): boolean {
    return routeFromNode({ namespace: 'kube-system', service: 'kube-dns', port: 53 }, { node: nodeName, client: undefined, destination: 'internal', fromPod: true }, this).ok
  }

  service(namespace: string, name: string): Service | undefined {
    return this.cluster.rules.newest().services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)
  }

  slices(namespace: string, name: string): readonly EndpointSlice[] {
    return slicesOf(this.cluster.rules.newest().slices, namespace, name)
  }

  /** Another one each time, without a draw that would leave a mark. */
  choose(count: number): number {
    return Math.floor(Math.abs(this.cluster.now) / 10) % count
  }

  remembers(node: string, chain: string, client: string, seconds: number): boolean {
    return this.affinity.get(node)?.remembers(chain, client, seconds, this.cluster.now) === true
  }

  note(node: string, chain: string, client: string, seconds: number): void {
    const lists = this.affinity.get(node) ?? new AffinityLists()
    this.affinity.set(node, lists)
    lists.note(chain, client, seconds, this.cluster.now)
  }

  private resolves(name: string, pod: Pod, from: Requester): boolean {
    if (!from.clusterDns) return name.includes('.') && !name.endsWith('.cluster.local') && this.reaches(from.node, null)
    if (!this.dnsAnswers(from.node)) return false
    const named = this.serviceNamed(name, pod)
    if (!named) return name.includes('.') && !name.endsWith('.cluster.local') && this.reaches(from.node, null)
    const service = this.service(named.namespace, named.service)
    if (service?.spec.clusterIP !== 'None') return service !== undefined
    return this.slices(named.namespace, named.service).some(({ endpoints }) =>
      (endpoints ?? []).some(({ hostname, conditions }) => (named.hostname === undefined || hostname === named.hostname) && (conditions?.ready !== false || service.spec.publishNotReadyAddresses === true)),
    )
  }

  /** The Service behind a name as a pod's search domains complete it; null: no name of the cluster. */
  private serviceNamed(name: string, pod: Pod): { readonly namespace: string; readonly service: string; readonly hostname?: string } | null {
    const full = /^(?:([^.]+)\.)?([^.]+)\.([^.]+)\.svc(?:\.cluster\.local)?$/.exec(name)
    if (full) return { namespace: full[3]!, service: full[2]!, ...(full[1] === undefined ? {} : { hostname: full[1] }) }
    const [service = '', namespace = pod.metadata.namespace ?? 'default', ...more] = name.split('.')
    if (more.length === 1 && this.service(more[0]!, namespace)?.spec.clusterIP === 'None') return { namespace: more[0]!, service: namespace, hostname: service }
    return more.length === 0 && (!name.includes('.') || this.service(namespace, service) !== undefined) ? { namespace, service } : null
  }

  /** A connection to an address: of a Service, of a pod, of a machine, or outside. */
  private answersAt(address: string, port: number, { node, address: client }: Requester): boolean {
    const service = this.cluster.rules.sightOf(node)?.services.find((candidate) => addressesOf(candidate).has(address))
    if (service) return this.answersBy(service, port, { node, client, destination: service.spec.clusterIP === address ? 'internal' : 'external', fromPod: true })
    const machine = this.machineAt(address)
    if (!machine) return !/^10\.(?:96|244)\./.test(address) && this.reaches(node, null)
    if (!this.reaches(node, machine.name)) return false
    return this.listens(address, port, machine.name) ? port !== healthzPort || machine.spec.ip !== address || this.isProxyHealthy(machine.name) : machine.spec.ip === address && this.answersAtNode(machine, port, node, client)
  }

  private answersBy({ metadata: { namespace = '', name } }: Service, port: number, passing: Passing): boolean {
    return routeFromNode({ namespace, service: name, port, isReal: true }, passing, this).ok
  }

  /** What no process of a machine answers its rules may: a node port, or the health check of a Service. */
  private answersAtNode(machine: Machine, port: number, from: string, client: string): boolean {
    const services = this.cluster.rules.sightOf(machine.name)?.services ?? []
    const service = services.find(({ spec }) => spec.ports?.some(({ nodePort }) => nodePort === port))
    // On its way to another machine a pod's packet takes its own machine's address.
    const sender = this.cluster.machines.get(from)?.spec.ip
    const fromPod = from === machine.name
    if (service) return this.answersBy(service, port, { node: machine.name, client: fromPod ? client : sender, destination: 'nodePort', fromPod })
    return this.isHealthyAt(machine, port)
  }

  /** A connection that does not leave the pod, or the machine when the pod has its network. */
  private answersInside(port: number, { node, address }: Requester): boolean {
    if (this.listens(address, port, node)) return true
    return port === metricsPort && this.cluster.machines.get(node)?.spec.ip === address && this.proxyAnswers(node)
  }

  /** What a node's proxy answers on the health check port of a Service; false also when no Service has the port. */
  private isHealthyAt(machine: Machine, port: number): boolean {
    const view = this.proxyOf(machine.name)
    const service = view?.services.find(({ spec }) => spec.healthCheckNodePort === port)
    return view !== undefined && service !== undefined && healthAnswer(service, localReadyEndpoints(view, service), this.isProxyHealthy(machine.name)).status === 200
  }

  /** Its health is asked of the process: a machine without one, or with one that stands still, says nothing. */
  private isProxyHealthy(node: string): boolean {
    return this.proxyAnswers(node) && isProxyHealthy(this.cluster.rules.waitingSince(node), this.cluster.now)
  }

  private proxyAnswers(node: string): boolean {
    const machine = this.cluster.machines.get(node)
    return machine?.listens(machine.spec.ip, healthzPort) === true
  }

  private ruleSettings(node: string): RuleSettings {
    const clusterCidr = flagTexts(this.cluster.options, 'kube-controller-manager')['cluster-cidr'] ?? defaultControllerManagerFlags.clusterCidr
    const nodeIP = this.cluster.machines.get(node)?.spec.ip
    return { family: 'IPv4', clusterCidr, nfacctCounters: true, ...(nodeIP !== undefined && { nodeIP }) }
  }

  private addressOf(pod: Pod): string {
    const local = this.cluster.machines.get(pod.spec.nodeName ?? '')?.kubelet?.localPod(`${pod.metadata.namespace ?? ''}/${pod.metadata.name}`)
    return (local ?? pod).status.podIP ?? ''
  }

  private machineAt(address: string): Machine | undefined {
    return [...this.cluster.machines.values()].find((machine) => machine.spec.ip === address || machine.holds(address))
  }

  /** The pod as one who sends a request, or why it cannot. */
  private requesterOf(pod: Pod): Requester | string {
    const { nodeName } = pod.spec
    if (nodeName === undefined) return 'the pod has not been given a node yet'
    const machine = this.cluster.machines.get(nodeName)
    if (!machine?.isOn) return `${nodeName} is off: the pod does not run`
    const local = machine.kubelet?.localPod(`${pod.metadata.namespace ?? ''}/${pod.metadata.name}`)
    if ((local ?? pod).status.phase !== 'Running') return 'the pod is not running'
    return { pod: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`, node: nodeName, address: this.addressOf(pod), clusterDns: usesClusterDns(pod) }
  }

  private podAt(key: ObjectKey): Pod | undefined {
    const found = this.cluster.store.get(`/registry/pods/${key}`)?.value
    return found?.kind === 'Pod' ? (found as unknown as Pod) : undefined
  }
}

function isReachable(machine: Machine | undefined): boolean {
  return machine?.isReachable === true
}

function usesClusterDns({ spec }: Pod): boolean {
  return spec.dnsPolicy === 'ClusterFirstWithHostNet' || (spec.dnsPolicy === 'ClusterFirst' && spec.hostNetwork !== true)
}

/** Where a node's rules take packets for a Service from. */
function addressesOf({ spec, status }: Service): ReadonlySet<string | undefined> {
  return new Set([spec.clusterIP, ...(spec.externalIPs ?? []), ...(status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip)])
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function isAddress(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host)
}
