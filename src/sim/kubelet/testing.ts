import type { Pod, PodSpec } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { createTestCluster, type TestCluster } from '../cluster/testing.ts'
import { createContainerRuntime, type ContainerRuntime } from '../runtime/container-runtime.ts'
import { createImageCatalogue, createRegistry, type ImageEntry } from '../runtime/image-catalogue.ts'
import { createNodeDisk, type NodeDisk } from '../runtime/node-disk.ts'
import { popularImages } from '../runtime/popular-images.ts'
import type { Processes } from '../runtime/process-host.ts'
import type { KubeletFlags } from './flags.ts'
import { startKubelet, type KubeletHandle, type Machine } from './kubelet.ts'

/** A machine with a kubelet beside a real API server. */
export interface TestNode {
  readonly cluster: TestCluster
  readonly kubelet: KubeletHandle
  readonly runtime: ContainerRuntime
  readonly disk: NodeDisk
  /** Creates a pod that is bound to the node already. */
  run(name: string, spec: Partial<PodSpec>): Pod
  pod(name: string): Pod | undefined
  /** Ends the kubelet's process; the containers run on. */
  stopKubelet(): void
  /** Reasons of the events about a pod, oldest first. */
  events(name: string): readonly string[]
}

export interface TestNodeOptions {
  readonly images?: readonly ImageEntry[]
  readonly staticPods?: readonly Pod[]
  readonly disk?: NodeDisk
  readonly cluster?: TestCluster
  readonly processes?: Processes
  readonly flags?: KubeletFlags
  /** What is otherwise about its machine. */
  readonly machine?: Partial<Machine>
  /** The machine's runtime that a restarted kubelet finds. */
  readonly runtime?: ContainerRuntime
}

export function createTestNode({ images = [], staticPods = [], disk = createNodeDisk(), cluster = createTestCluster(), processes = new Map(), runtime: running, flags, machine = {} }: TestNodeOptions = {}): TestNode {
  const catalogue = createImageCatalogue([...popularImages, ...images])
  const runtime = running ?? createContainerRuntime({ agenda: cluster.timeline, nodeName: 'n1', random: cluster.random.of('machine'), images: catalogue, registry: createRegistry(catalogue), processes, disk, epochStart: 1_767_258_000_000 })
  let stopKubelet = (): void => undefined
  const kubelet = cluster.component('kubelet', (context) => {
    stopKubelet = () => context.agenda.dispose()
    return startKubelet({ context, runtime, nodeName: 'n1', machine: { cpu: '4', memory: '8Gi', ip: '192.168.0.11', podCIDR: '10.244.1.0/24', ...machine }, staticPods, ...(flags && { flags }) })
  }, { host: 'n1' })
  const pod = (name: string) => cluster.list('pods', 'default').find((candidate) => candidate.metadata.name === name)
  return {
    cluster, kubelet, runtime, disk, pod, stopKubelet,
    run: (name, spec) => must(cluster.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers: [{ name: 'app', image: 'nginx:1.27' }], nodeName: 'n1', tolerations: [{ operator: 'Exists' }], ...spec } as PodSpec })),
    events: (name) => cluster.list('events', 'default').filter((event) => event.involvedObject.name === name).toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion)).map((event) => event.reason ?? ''),
  }
}
