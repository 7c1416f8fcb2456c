// Upstream: pkg/kubelet/kubelet_pods.go makeHostsMount, makePodSourceHostnameMount, pkg/kubelet/network/dns SetupDNSinContainerizedMounter (v1.36). Left out: changes of the files that a kubelet itself makes.
import type { Container, PodSpec } from '../api/generated/types.ts'
import type { FileSource } from '../runtime/container-process.ts'
import type { SandboxRecord, VolumeFiles } from '../runtime/node-disk.ts'
import { hostnameOf, hostsEntries, resolverOf, resolverText, type DnsSettings, type NamedPod } from './pod-dns.ts'
import { mountedText } from './pod-volumes.ts'
import { emptyMap } from './sparse-map.ts'

const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'

/** The node of a container: one for all of a kubelet's. */
export interface NodePlace {
  readonly nodeName: string
  readonly dns: DnsSettings
}

/** What a kubelet puts into a container. Few containers ever read a file, so the texts are made when one does. */
export class PodFiles implements FileSource {
  constructor(
    private readonly sandbox: SandboxRecord,
    private readonly spec: PodSpec,
    private readonly place: NodePlace,
    private readonly container: Container,
    /** As they were when it started; the same empty one for all containers without mounts of parts of volumes. */
    private readonly volumesAtStart: ReadonlyMap<string, VolumeFiles>,
  ) {}

  get(path: string): string | undefined {
    if (path === namespaceFile) return this.sandbox.namespace
    return mountedText(path, this.container, this.volumesAtStart, this.sandbox.volumes ?? emptyMap) ?? this.ownFile(path)
  }

  has(path: string): boolean {
    return this.get(path) !== undefined
  }

  private ownFile(path: string): string | undefined {
    const { sandbox, spec } = this
    const pod: NamedPod = { metadata: { name: sandbox.podName, namespace: sandbox.namespace }, spec }
    const { nodeName, dns } = this.place
    const name = hostnameOf(pod, nodeName, dns.clusterDomain)
    switch (path) {
      case '/etc/hostname':
        return `${name.hostname}\n`
      case '/etc/hosts':
        return hostsText(hostsEntries(pod, sandbox.ip === '' ? [] : [sandbox.ip], name))
      case '/etc/resolv.conf':
        return resolverText(resolverOf(pod, dns).resolver)
      default:
        return undefined
    }
  }
}

function hostsText(entries: readonly (readonly [address: string, names: string])[]): string {
  return `# Kubernetes-managed hosts file.\n${entries.map(([address, names]) => `${address}\t${names}\n`).join('')}`
}
