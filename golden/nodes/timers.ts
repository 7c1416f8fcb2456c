import { tolerationSeconds } from '../../src/sim/api/admission/default-tolerations.ts'
import { clientIPTimeoutSeconds } from '../../src/sim/api/defaults/service.ts'
import { eventTtl } from '../../src/sim/apiserver/event-ttl.ts'
import { cacheSize, mostSimilar, similarInterval, spamBurst, spamQps } from '../../src/sim/client/event-correlator.ts'
import { mostTries, retryAfter } from '../../src/sim/client/event-recorder.ts'
import { rateLimits } from '../../src/sim/cluster/components.ts'
import { defaultControllerManagerFlags } from '../../src/sim/controllers/flags.ts'
import { TaintQueue } from '../../src/sim/controllers/node-lifecycle/taint-queue.ts'
import { retryPause, updateTries } from '../../src/sim/controllers/node-lifecycle/monitor-pass.ts'
import { nodeWorkers, podWorkers, taintingPeriod } from '../../src/sim/controllers/node-lifecycle/node-lifecycle-controller.ts'
import { quarantineTime } from '../../src/sim/controllers/pod-garbage-collector/node-quarantine.ts'
import { checkPeriod } from '../../src/sim/controllers/pod-garbage-collector/pod-garbage-collector.ts'
import { deletionTries, deletionWait } from '../../src/sim/controllers/taint-eviction/taint-eviction-controller.ts'
import { defaultKubeletFlags, kubeletConstants } from '../../src/sim/kubelet/flags.ts'
import { terminationMessageLimits } from '../../src/sim/kubelet/termination-message.ts'
import { firstRetry, longestRetry, patience } from '../../src/sim/kubelet/volume-mounter.ts'
import { pullSettings } from '../../src/sim/runtime/image-store.ts'
import { proxyConfiguration } from '../../src/sim/network/proxy-configuration.ts'
import { defaulted, isLongestAffinity, plainPod } from '../components.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'

/** Whether the product has this setting. */
export function isKnownTimer(golden: GoldenCase): boolean {
  return valueOf(golden) !== undefined
}

/** Settings and constants as the components' own code has them. */
export const timers: GoldenSet = {
  name: 'nodes/timers',
  run: (golden) => {
    const { out } = golden
    const { renewIntervalMs, bytes, ...rest } = out
    const value = valueOf(golden)
    if (renewIntervalMs !== undefined) return partialDifference(renewIntervalMs, (defaultKubeletFlags.nodeLeaseDurationSeconds * 1000) / kubeletConstants.leaseRenewFraction)
    return partialDifference(Object.keys(rest).length > 0 ? rest : { bytes }, { ms: value, value, bytes: value })
  },
}

/** What the API server fills into a probe. */
const probe = () => defaulted(plainPod()).spec.containers[0].readinessProbe

/** By the component that has it and upstream's name for it. */
const constants: Readonly<Record<string, Readonly<Record<string, () => unknown>>>> = {
  kubelet: {
    genericPlegRelistPeriod: () => kubeletConstants.relistPeriod,
    genericPlegRelistThreshold: () => kubeletConstants.relistThreshold,
    nodeStatusUpdateRetry: () => kubeletConstants.nodeStatusTries,
    serializeImagePulls: () => pullSettings.serializeImagePulls,
    registryPullQPS: () => pullSettings.registryPullQPS,
    registryBurst: () => pullSettings.registryBurst,
    backOffOnTransientErrorPeriod: () => kubeletConstants.transientErrorBackOff,
    MaxPodTerminationMessageLogLength: () => terminationMessageLimits.pod,
    MaxContainerTerminationMessageLength: () => terminationMessageLimits.file,
    MaxContainerTerminationMessageLogLength: () => terminationMessageLimits.log,
    MaxContainerTerminationMessageLogLines: () => terminationMessageLimits.logLines,
    ContainerGCPeriod: () => kubeletConstants.containerGCPeriod,
    ImageGCPeriod: () => kubeletConstants.imageGCPeriod,
    minDeadContainerInPod: () => kubeletConstants.minDeadContainerInPod,
    maxProbeRetries: () => kubeletConstants.probeTries,
    kubeletRestartGracePeriod: () => kubeletConstants.restartGrace,
    housekeepingPeriod: () => kubeletConstants.housekeepingPeriod,
    backOffPeriod: () => kubeletConstants.syncErrorBackOff,
    workerResyncIntervalJitterFactor: () => kubeletConstants.workerJitter,
    workerBackOffPeriodJitterFactor: () => kubeletConstants.workerJitter,
    'container back-off initial': () => kubeletConstants.containerBackOffInitial,
    MaxContainerBackOff: () => defaultKubeletFlags.maxContainerRestartPeriod,
    'crashLoopBackOff.maxContainerRestartPeriod': () => defaultKubeletFlags.maxContainerRestartPeriod,
    'container back-off expiry': () => kubeletConstants.containerBackOffReset,
    imageBackOffPeriod: () => kubeletConstants.imageBackOffInitial,
    MaxImageBackOff: () => kubeletConstants.imageBackOffMax,
    'image back-off expiry': () => 2 * kubeletConstants.imageBackOffMax,
    nodeLeaseRenewIntervalFraction: () => 1 / kubeletConstants.leaseRenewFraction,
    syncPeriod: () => kubeletConstants.statusSyncPeriod,
    minimumGracePeriodInSeconds: () => kubeletConstants.minimumStopGraceSeconds,
    MaxNamesPerImageInNodeStatus: () => kubeletConstants.maxNamesPerImage,
    kubeAPIQPS: () => rateLimits.kubelet.qps,
    kubeAPIBurst: () => rateLimits.kubelet.burst,
    'evictionHard memory.available': () => evictionOf('memory.available'),
    'evictionHard nodefs.available': () => evictionOf('nodefs.available'),
    'evictionHard nodefs.inodesFree': () => evictionOf('nodefs.inodesFree'),
    'evictionHard imagefs.available': () => evictionOf('imagefs.available'),
    'evictionHard imagefs.inodesFree': () => evictionOf('imagefs.inodesFree'),
  },
  'kubelet node lease': {
    maxBackoff: () => kubeletConstants.leaseEnsureBackOffMax,
    maxUpdateRetries: () => kubeletConstants.leaseUpdateTries,
    'renew jitter': () => kubeletConstants.leaseRenewJitter,
    'ensure back-off initial': () => kubeletConstants.leaseEnsureBackOffInitial,
  },
  'kubelet prober': {
    initialDelaySeconds: () => (probe().initialDelaySeconds ?? 0) * 1000,
    periodSeconds: () => probe().periodSeconds * 1000,
    timeoutSeconds: () => probe().timeoutSeconds * 1000,
    successThreshold: () => probe().successThreshold,
    failureThreshold: () => probe().failureThreshold,
  },
  'kubelet volumes': {
    podAttachAndMountTimeout: () => patience,
    initialDurationBeforeRetry: () => firstRetry,
    maxDurationBeforeRetry: () => longestRetry,
  },
  apiserver: {
    'spec.terminationGracePeriodSeconds': () => defaulted(plainPod()).spec.terminationGracePeriodSeconds * 1000,
    '--default-not-ready-toleration-seconds': () => tolerationSeconds * 1000,
    '--default-unreachable-toleration-seconds': () => tolerationSeconds * 1000,
  },
  'kube-apiserver': { '--event-ttl': () => eventTtl },
  'kube-controller-manager': {
    NodeEvictionPeriod: () => taintingPeriod,
    NodeHealthUpdateRetry: () => updateTries,
    retrySleepTime: () => retryPause,
    podUpdateWorkerSize: () => podWorkers,
    nodeUpdateWorkerSize: () => nodeWorkers,
    retries: () => deletionTries,
    'retry wait': () => deletionWait,
    EvictionRateLimiterBurst: taintedAtOnce,
    gcCheckPeriod: () => checkPeriod,
    quarantineTime: () => quarantineTime,
  },
  'event recorder': {
    maxLruCacheEntries: () => cacheSize,
    defaultAggregateMaxEvents: () => mostSimilar,
    defaultAggregateIntervalInSeconds: () => similarInterval,
    defaultSpamBurst: () => spamBurst,
    defaultSpamQPS: () => Math.round(1000 / spamQps),
    maxTriesPerEvent: () => mostTries,
    sleepDuration: () => retryAfter,
  },
  'kube-proxy': {
    'iptables.minSyncPeriod': () => proxyConfiguration.iptables.minSyncPeriod,
    'iptables.syncPeriod': () => proxyConfiguration.iptables.syncPeriod,
    metricsBindAddress: () => proxyConfiguration.metricsBindAddress,
    healthzBindAddress: () => proxyConfiguration.healthzBindAddress,
    'iptables.masqueradeBit': () => proxyConfiguration.iptables.masqueradeBit,
    'clientConnection.qps': () => rateLimits['kube-proxy'].qps,
    'clientConnection.burst': () => rateLimits['kube-proxy'].burst,
  },
}

/** How many lost nodes are tainted at once when a zone has not lost any for long. */
function taintedAtOnce(): number {
  let tainted = 0
  const queue = new TaintQueue(defaultControllerManagerFlags.nodeEvictionRate)
  for (const node of ['a', 'b', 'c']) queue.add(node)
  queue.attempt(3_600_000, () => (tainted += 1) > 0)
  return tainted
}

function evictionOf(signal: string): string | undefined {
  return defaultKubeletFlags.evictionHard.split(',').find((part) => part.startsWith(`${signal}<`))?.slice(signal.length + 1)
}

function valueOf({ in: { component, field, flag, constant }, what, out }: GoldenCase): unknown {
  const name = field ?? flag ?? constant
  if (name === 'spec.sessionAffinityConfig.clientIP.timeoutSeconds') {
    // A field with a default and a greatest value: the words say which is meant.
    if (what.startsWith('Largest')) return isLongestAffinity(out.ms / 1000) ? out.ms : 'another greatest value'
    return clientIPTimeoutSeconds * 1000
  }
  const found = constants[component]?.[name]?.()
  if (found !== undefined) return found
  if (component === 'kubelet') return (defaultKubeletFlags as unknown as Record<string, unknown>)[name]
  if (!String(component).startsWith('kube-controller-manager') || flag === undefined) return undefined
  const property = String(flag).slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return (defaultControllerManagerFlags as unknown as Record<string, unknown>)[property]
}
