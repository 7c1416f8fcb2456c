import type { EndpointSlice, Pod, Service } from '../../src/sim/api/generated/types.ts'
import { keyOf } from '../../src/sim/api/objects.ts'
import { conditionOf } from './pod-lives.ts'
import type { Check, Scene, Write } from './check.ts'
import { seenFor } from './sight.ts'

/** Rows 95 and 97: addresses of Services are theirs alone; an endpoint that is told ready was ready a moment ago. */
export class Network implements Check {
  /** When each pod was last ready and not leaving, by its uid. */
  private readonly readyUntil = new Map<string, number>()

  constructor(private readonly scene: Scene) {}

  committed({ before, after }: Write): void {
    if (after?.kind === 'Service') this.service(after as Service)
    if (after?.kind === 'EndpointSlice') this.slice(after as EndpointSlice)
    if (before?.kind === 'Pod' && isServing(before as Pod)) this.readyUntil.set(before.metadata.uid, this.scene.now)
  }

  private service(service: Service): void {
    const { clusterIP, ports = [] } = service.spec
    const [a, b] = (clusterIP ?? '').split('.')
    if (clusterIP && clusterIP !== 'None' && (a !== '10' || b !== '96')) this.scene.fail(97, `Service ${keyOf(service)} has the address ${clusterIP}`)
    for (const other of this.scene.all<Service>('Service').values()) {
      if (other.metadata.uid === service.metadata.uid) continue
      if (clusterIP && clusterIP !== 'None' && other.spec.clusterIP === clusterIP) this.scene.fail(97, `Services ${keyOf(service)} and ${keyOf(other)} both have ${clusterIP}`)
      for (const { nodePort, protocol } of ports) if (nodePort && other.spec.ports?.some((port) => port.nodePort === nodePort && port.protocol === protocol)) this.scene.fail(97, `Services ${keyOf(service)} and ${keyOf(other)} both have port ${nodePort}`)
    }
    for (const { nodePort } of ports) if (nodePort && (nodePort < 30_000 || nodePort > 32_767)) this.scene.fail(97, `Service ${keyOf(service)} has the port ${nodePort}`)
  }

  private slice(slice: EndpointSlice): void {
    const endpoints = slice.endpoints ?? []
    if (endpoints.length > 100) this.scene.fail(96, `${keyOf(slice)} has ${endpoints.length} endpoints`)
    // One that is being made anew may still tell the address it had.
    const addresses = endpoints.flatMap((endpoint) => (endpoint.conditions?.ready ? endpoint.addresses : []))
    if (new Set(addresses).size !== addresses.length && !this.scene.sight.isAnyBlurred && !this.scene.hadNodeDeleted) this.scene.fail(96, `${keyOf(slice)} has an address twice: ${addresses.join()}`)
    const service = this.scene.all<Service>('Service').get(`${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name']}`)
    if (service?.spec.publishNotReadyAddresses || this.scene.areControllersBlurred) return
    for (const { conditions, targetRef } of endpoints) {
      const pod = conditions?.ready && targetRef?.uid ? (this.scene.byUid.get(targetRef.uid) as Pod | undefined) : undefined
      if (!pod || isServing(pod)) continue
      const until = this.readyUntil.get(pod.metadata.uid)
      if (until === undefined || this.scene.now - until > seenFor) this.scene.fail(95, `${keyOf(slice)} says that ${keyOf(pod)} is ready, which it ${until === undefined ? 'never was' : `was ${this.scene.now - until} ms ago`}`)
    }
  }
}

function isServing(pod: Pod): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True' && pod.metadata.deletionTimestamp === undefined
}
