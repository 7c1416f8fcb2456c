import { notFound } from '../api/errors.ts'
import type { EndpointSlice, Pod, Service } from '../api/generated/types.ts'
import { splitKey, type ObjectKey } from '../api/objects.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { createProxyView, slicesOf, type ProxyView } from '../network/kube-proxy.ts'
import { routeFromNode, routeOf, type NetworkState, type Requester, type Route } from '../network/route.ts'
import type { Question } from '../runtime/shell-commands.ts'
import type { Cluster, ClusterQuestion } from './cluster.ts'
import type { Machine } from './machine.ts'

const apiServerPort = 6443

/** The network between the pods, the nodes and the world outside, as it is at this moment. */
export class Traffic implements NetworkState {
  constructor(private readonly cluster: Cluster) {}

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
    const from: Requester = { pod: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`, node, clusterDns: usesClusterDns(pod) }
    const host = (question.kind === 'resolve' ? question.name : question.host).replace(/\.$/, '')
    if (question.kind === 'resolve') return isAddress(host) || this.resolves(host, pod, from)
    if (isAddress(host)) return this.answersAt(host, question.port, node)
    const named = this.serviceNamed(host, pod)
    if (named) return routeOf({ ...named, port: question.port, from }, this).ok
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
    return routeFromNode({ namespace: 'kube-system', service: 'kube-dns', port: 53 }, nodeName, this).ok
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
  private answersAt(address: string, port: number, node: string): boolean {
    const service = this.cluster.rules.sightOf(node)?.services.find(({ spec }) => spec.clusterIP === address)
    if (service) return routeFromNode({ namespace: service.metadata.namespace ?? '', service: service.metadata.name, port }, node, this).ok
    const machine = this.machineAt(address)
    return machine ? this.reaches(node, machine.name) && this.listens(address, port, machine.name) : !/^10\.(?:96|244)\./.test(address) && this.reaches(node, null)
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
    return { pod: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`, node: nodeName, clusterDns: usesClusterDns(pod) }
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

function isAddress(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host)
}
