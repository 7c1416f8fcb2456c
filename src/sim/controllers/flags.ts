import type { Millis } from '../kernel/agenda.ts'

/** Flags of kube-controller-manager, each named after the upstream flag beside it. Durations in milliseconds. */
export interface ControllerManagerFlags {
  /** --node-monitor-period */
  readonly nodeMonitorPeriod: Millis
  /** --node-monitor-grace-period (40 s before 1.32) */
  readonly nodeMonitorGracePeriod: Millis
  /** --node-startup-grace-period */
  readonly nodeStartupGracePeriod: Millis
  /** --node-eviction-rate, in nodes a second */
  readonly nodeEvictionRate: number
  /** --secondary-node-eviction-rate, in nodes a second */
  readonly secondaryNodeEvictionRate: number
  /** --large-cluster-size-threshold, in nodes */
  readonly largeClusterSizeThreshold: number
  /** --unhealthy-zone-threshold, a share of the nodes of a zone */
  readonly unhealthyZoneThreshold: number
  /** --terminated-pod-gc-threshold; 0 or below turns this part of the pod garbage collector off */
  readonly terminatedPodGcThreshold: number
  /** --enable-garbage-collector: without it nothing follows its owner */
  readonly enableGarbageCollector: boolean
  /** --leader-elect: without it the controllers start at once */
  readonly leaderElect: boolean
  /** --leader-elect-resource-name */
  readonly leaderElectResourceName: string
  /** --kube-api-qps: so many requests a second may one controller's client make in the long run */
  readonly kubeApiQps: number
  /** --kube-api-burst: and so many at once */
  readonly kubeApiBurst: number
  /** --controller-start-interval: how long after one controller the next is started, up to twice as long */
  readonly controllerStartInterval: Millis
  /** --concurrent-gc-syncs, of each of its two queues */
  readonly concurrentGcSyncs: number
  /** --concurrent-namespace-syncs */
  readonly concurrentNamespaceSyncs: number
  /** --namespace-sync-period: how often those that are going are looked at whatever happens */
  readonly namespaceSyncPeriod: Millis
  /** --concurrent-rc-syncs */
  readonly concurrentRcSyncs: number
  /** --concurrent-endpoint-syncs */
  readonly concurrentEndpointSyncs: number
  /** --endpoint-updates-batch-period */
  readonly endpointUpdatesBatchPeriod: Millis
  /** --concurrent-resource-quota-syncs, of each of its two queues */
  readonly concurrentResourceQuotaSyncs: number
  /** --resource-quota-sync-period: how often all quotas are counted anew; 0: never */
  readonly resourceQuotaSyncPeriod: Millis
  /** --concurrent-service-endpoint-syncs */
  readonly concurrentServiceEndpointSyncs: number
  /** --max-endpoints-per-slice */
  readonly maxEndpointsPerSlice: number
  /** --endpointslice-updates-batch-period */
  readonly endpointsliceUpdatesBatchPeriod: Millis
  /** --mirroring-concurrent-service-endpoint-syncs */
  readonly mirroringConcurrentServiceEndpointSyncs: number
  /** --mirroring-max-endpoints-per-subset */
  readonly mirroringMaxEndpointsPerSubset: number
  /** --mirroring-endpointslice-updates-batch-period */
  readonly mirroringEndpointsliceUpdatesBatchPeriod: Millis
  /** --allocate-node-cidrs: without it nodes get no ranges of addresses; kubeadm sets it */
  readonly allocateNodeCidrs: boolean
  /** --cluster-cidr, IPv4 */
  readonly clusterCidr: string
  /** --node-cidr-mask-size-ipv4 */
  readonly nodeCidrMaskSize: number
}

/** What kube-controller-manager 1.36 does when a flag is not given; the cluster's CIDRs as kubeadm gives them with flannel's. */
export const defaultControllerManagerFlags: ControllerManagerFlags = {
  nodeMonitorPeriod: 5_000,
  nodeMonitorGracePeriod: 50_000,
  nodeStartupGracePeriod: 60_000,
  nodeEvictionRate: 0.1,
  secondaryNodeEvictionRate: 0.01,
  largeClusterSizeThreshold: 50,
  unhealthyZoneThreshold: 0.55,
  terminatedPodGcThreshold: 12_500,
  enableGarbageCollector: true,
  leaderElect: true,
  leaderElectResourceName: 'kube-controller-manager',
  kubeApiQps: 20,
  kubeApiBurst: 30,
  controllerStartInterval: 0,
  concurrentGcSyncs: 20,
  concurrentNamespaceSyncs: 10,
  namespaceSyncPeriod: 300_000,
  concurrentRcSyncs: 5,
  concurrentEndpointSyncs: 5,
  endpointUpdatesBatchPeriod: 0,
  concurrentResourceQuotaSyncs: 5,
  resourceQuotaSyncPeriod: 300_000,
  concurrentServiceEndpointSyncs: 5,
  maxEndpointsPerSlice: 100,
  endpointsliceUpdatesBatchPeriod: 0,
  mirroringConcurrentServiceEndpointSyncs: 5,
  mirroringMaxEndpointsPerSubset: 1000,
  mirroringEndpointsliceUpdatesBatchPeriod: 0,
  allocateNodeCidrs: false,
  clusterCidr: '10.244.0.0/16',
  nodeCidrMaskSize: 24,
}
