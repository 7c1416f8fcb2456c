import type { Millis } from '../kernel/agenda.ts'

/** The kubelet's settings that this simulation knows, by the names of its configuration. */
export interface KubeletFlags {
  /** How often a pod's worker looks again at what it waits for. */
  readonly syncFrequency: Millis
  readonly nodeStatusUpdateFrequency: Millis
  readonly nodeStatusReportFrequency: Millis
  readonly nodeLeaseDurationSeconds: number
  /** Where it listens: daemonEndpoints. */
  readonly port: number
  readonly maxPods: number
  readonly podsPerCore: number
  readonly registerNode: boolean
  readonly registerSchedulable: boolean
  /** Its volumes are attached by the attach/detach controller: an annotation of the node. */
  readonly enableControllerAttachDetach: boolean
  /** The node counts its local disk among its resources. */
  readonly localStorageCapacityIsolation: boolean
  /** Amounts kept from pods, as `--kube-reserved` has them: `cpu=100m,memory=500Mi`. */
  readonly kubeReserved: string
  readonly systemReserved: string
  /** `memory.available<100Mi,nodefs.available<10%`. */
  readonly evictionHard: string
  /** How long an orderly shutdown of the machine may take, and how much of that is kept for critical pods; 0: pods are not ended. */
  readonly shutdownGracePeriod: Millis
  readonly shutdownGracePeriodCriticalPods: Millis
  /** Instead of the two: `0=60s,10000=180s`, by the least priority of those that get it. */
  readonly shutdownGracePeriodByPodPriority: string
  readonly nodeStatusMaxImages: number
  readonly maxContainerRestartPeriod: Millis
  /** Addresses of the cluster's DNS servers, with commas between them; without any, pods get the machine's own resolvers. */
  readonly clusterDNS: string
  readonly clusterDomain: string
  /** Events that it sends a second in the long run, and at once; a rate of 0 is no limit. */
  readonly eventRecordQPS: number
  readonly eventBurst: number
  /** Images are collected when the disk is as full as the first, until it is only as full as the second says. */
  readonly imageGCHighThresholdPercent: number
  readonly imageGCLowThresholdPercent: number
  /** A younger image is not collected. */
  readonly imageMinimumGCAge: Millis
  /** An image that was not used for longer is collected in any case; 0: no such age. */
  readonly imageMaximumGCAge: Millis
  /** Which images that are there a pod must have the credentials for: see credentialPolicies. */
  readonly imagePullCredentialsVerificationPolicy: string
  /** Repositories, with commas between them, that NeverVerifyAllowlistedImages does not ask for. */
  readonly preloadedImagesVerificationAllowlist: string
  /** `ContainerStopSignals=true`. */
  readonly featureGates: string
}

/** KubeletConfiguration's defaults (v1beta1); the DNS as kubeadm sets it. */
export const defaultKubeletFlags: KubeletFlags = {
  syncFrequency: 60_000,
  nodeStatusUpdateFrequency: 10_000,
  nodeStatusReportFrequency: 300_000,
  nodeLeaseDurationSeconds: 40,
  port: 10_250,
  maxPods: 110,
  podsPerCore: 0,
  registerNode: true,
  registerSchedulable: true,
  enableControllerAttachDetach: true,
  localStorageCapacityIsolation: true,
  kubeReserved: '',
  systemReserved: '',
  evictionHard: 'imagefs.available<15%,imagefs.inodesFree<5%,memory.available<100Mi,nodefs.available<10%,nodefs.inodesFree<5%',
  shutdownGracePeriod: 0,
  shutdownGracePeriodCriticalPods: 0,
  shutdownGracePeriodByPodPriority: '',
  nodeStatusMaxImages: 50,
  maxContainerRestartPeriod: 300_000,
  clusterDNS: '10.96.0.10',
  clusterDomain: 'cluster.local',
  eventRecordQPS: 50,
  eventBurst: 100,
  imageGCHighThresholdPercent: 85,
  imageGCLowThresholdPercent: 80,
  imageMinimumGCAge: 120_000,
  imageMaximumGCAge: 0,
  imagePullCredentialsVerificationPolicy: 'NeverVerifyPreloadedImages',
  preloadedImagesVerificationAllowlist: '',
  featureGates: '',
}

/** What is fixed in upstream's code. */
export const kubeletConstants = {
  /** genericPlegRelistPeriod: how often the runtime is asked what has changed. */
  relistPeriod: 1000,
  /** genericPlegRelistThreshold: a runtime that was not asked for so long is not healthy. */
  relistThreshold: 180_000,
  /** workerResyncIntervalJitterFactor and workerBackOffPeriodJitterFactor: a worker's next turn comes by up to so much of its pause later. */
  workerJitter: 0.5,
  /** The sync loop's own ticker: so often it looks whose turn it is. */
  syncLoopPeriod: 1000,
  /** backOffPeriod: a worker whose sync failed tries again. */
  syncErrorBackOff: 10_000,
  /** backOffOnTransientErrorPeriod: likewise, where the error is that the pod network is not ready. */
  transientErrorBackOff: 1000,
  containerBackOffInitial: 10_000,
  containerBackOffReset: 600_000,
  imageBackOffInitial: 10_000,
  imageBackOffMax: 300_000,
  /** syncPeriod: what could not be written is tried again. */
  statusSyncPeriod: 10_000,
  /** How soon a static pod shows in an API that comes up later. */
  mirrorRetryPeriod: 2000,
  /** housekeepingPeriod: what is left of pods that are no more is looked for. */
  housekeepingPeriod: 2000,
  /** ContainerGCPeriod: what has ended is cleared away. */
  containerGCPeriod: 60_000,
  /** ImageGCPeriod: how often images are looked at, and collected if need be. */
  imageGCPeriod: 300_000,
  /** Dead containers of one name that stay: MaxPerPodContainer of the policy, which is 1 by default, and at least this. */
  minDeadContainerInPod: 1,
  minimumStopGraceSeconds: 2,
  /** maxProbeRetries: so often one turn tries to carry a probe out. */
  probeTries: 3,
  /** kubeletRestartGracePeriod: containers that are older than a kubelet by so much were there before it. */
  restartGrace: 10_000,
  /** How registering is tried again. */
  registerBackOffInitial: 200,
  registerBackOffMax: 7000,
  /** nodeLeaseRenewIntervalFraction: a quarter of the lease's duration. */
  leaseRenewFraction: 4,
  /** Each renewal may come by so much of the interval later. */
  leaseRenewJitter: 0.04,
  /** The first report of a node's status after a change comes by up to so much of nodeStatusReportFrequency sooner. */
  reportJitter: 0.5,
  /** maxUpdateRetries: so often a renewal is tried before the lease is looked at anew. */
  leaseUpdateTries: 5,
  /** fastStatusUpdateOnce: so often a kubelet that has just started looks whether its node is ready now, and for how long it does. */
  fastStatusPeriod: 100,
  nodeReadyGracePeriod: 120_000,
  /** nodeStatusUpdateRetry: so often one pass tries to post the node's status. */
  nodeStatusTries: 5,
  leaseEnsureBackOffInitial: 100,
  leaseEnsureBackOffMax: 7000,
  maxNamesPerImage: 5,
} as const
