import type { Pod } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import { Cluster } from '../../src/sim/cluster/cluster.ts'
import { parseDuration } from '../../src/sim/api/duration.ts'
import { tolerationSeconds } from '../../src/sim/api/admission/default-tolerations.ts'
import { expectationsTimeout } from '../../src/sim/client/expectations.ts'
import { leaseDuration, lockNamespace, lockResource, renewDeadline, retryPeriod } from '../../src/sim/client/leader-election.ts'
import { burstReplicas as daemonBurst, concurrentSyncs as daemonSyncs } from '../../src/sim/controllers/daemon-set/daemon-set-controller.ts'
import { collectionInterval, firstPause, longestPause } from '../../src/sim/controllers/daemon-set/failed-pod-back-off.ts'
import { maxRevisionHistoryLength } from '../../src/sim/controllers/deployment/annotations.ts'
import { concurrentSyncs as deploymentSyncs, maxRetries } from '../../src/sim/controllers/deployment/deployment-controller.ts'
import { stuckRequeueExtra } from '../../src/sim/controllers/deployment/deployment-sync.ts'
import { maxCapacity } from '../../src/sim/controllers/endpoint/plan-endpoints.ts'
import { longestSyncBackOff, maxRetries as sliceRetries, sliceChangeDelay, syncBackOff } from '../../src/sim/controllers/endpoint-slice/endpoint-slice-controller.ts'
import { defaultControllerManagerFlags } from '../../src/sim/controllers/flags.ts'
import { capacity } from '../../src/sim/controllers/garbage-collector/absent-owners.ts'
import { deletionGrace, retryBase, retryMax } from '../../src/sim/controllers/namespace/namespace-controller.ts'
import { rangeWorkers } from '../../src/sim/controllers/node-ipam/node-ipam-controller.ts'
import { nodeWorkers, podWorkers } from '../../src/sim/controllers/node-lifecycle/node-lifecycle-controller.ts'
import { quarantineTime } from '../../src/sim/controllers/pod-garbage-collector/node-quarantine.ts'
import { checkPeriod } from '../../src/sim/controllers/pod-garbage-collector/pod-garbage-collector.ts'
import { slowStartBatches } from '../../src/sim/controllers/pod-control.ts'
import { burstReplicas } from '../../src/sim/controllers/replica-set/replica-set-plan.ts'
import { concurrentSyncs as replicaSetSyncs } from '../../src/sim/controllers/replica-set/replica-set-controller.ts'
import { rootCaConfigMap } from '../../src/sim/controllers/service-account/service-account-controller.ts'
import { statusUpdateRetries } from '../../src/sim/controllers/status-update.ts'
import { deletionTries } from '../../src/sim/controllers/taint-eviction/taint-eviction-controller.ts'
import { defaulted, retryDelays, retryLimits, workload } from '../components.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from '../nodes/partial.ts'
import { deletionCostAnnotation, isGateOn } from './gates.ts'

/** Whether the product has this flag or constant. */
export function isKnownConstant(golden: GoldenCase): boolean {
  return valueOf(golden) !== undefined
}

/** The numbers of the controllers that are built, as their own code has them. */
export const controllerConstants: GoldenSet = {
  name: 'controllers/constants',
  run: (golden) => {
    const { value, unit } = golden.out
    return partialDifference(unit === 'duration' ? parseDuration(value) : value, valueOf(golden))
  },
}

/** Flags that are no options of this simulation, but whose default its code has. */
const fixedFlags: Readonly<Record<string, unknown>> = {
  '--concurrent-deployment-syncs': deploymentSyncs,
  '--concurrent-replicaset-syncs': replicaSetSyncs,
  '--concurrent-daemonset-syncs': daemonSyncs,
  '--leader-elect-lease-duration': leaseDuration,
  '--leader-elect-renew-deadline': renewDeadline,
  '--leader-elect-retry-period': retryPeriod,
  '--leader-elect-resource-lock': lockResource,
  '--leader-elect-resource-namespace': lockNamespace,
  '--node-cidr-mask-size-ipv4': defaultControllerManagerFlags.nodeCidrMaskSize,
}

/** By upstream's names for them. */
const constants: Readonly<Record<string, () => unknown>> = {
  'rs-burst-replicas': () => burstReplicas,
  'slow-start-initial-batch': () => slowStartBatches(10)[0],
  'expectations-timeout': () => expectationsTimeout,
  'rs-status-update-retries': () => statusUpdateRetries,
  'deployment-stuck-requeue-extra': () => stuckRequeueExtra,
  'deployment-max-retries': () => maxRetries,
  'deployment-revision-history-max-chars': () => maxRevisionHistoryLength,
  'deployment-default-revision-history-limit': () => defaulted(workload('Deployment')).spec.revisionHistoryLimit,
  'deployment-default-progress-deadline': () => defaulted(workload('Deployment')).spec.progressDeadlineSeconds,
  'deployment-default-max-surge': () => defaulted(workload('Deployment')).spec.strategy.rollingUpdate.maxSurge,
  'deployment-default-max-unavailable': () => defaulted(workload('Deployment')).spec.strategy.rollingUpdate.maxUnavailable,
  'workqueue-base-delay': () => retryDelays(3)[0],
  'workqueue-max-delay': () => Math.max(...retryDelays(25)),
  'workqueue-bucket-qps': () => retryLimits().qps,
  'workqueue-bucket-burst': () => retryLimits().burst,
  'daemonset-status-update-retries': () => statusUpdateRetries,
  'daemonset-backoff-gc-interval': () => collectionInterval,
  'daemonset-burst-replicas': () => daemonBurst,
  'daemonset-failed-pod-backoff-base': () => firstPause,
  'daemonset-failed-pod-backoff-max': () => longestPause,
  'daemonset-default-max-unavailable': () => defaulted(workload('DaemonSet')).spec.updateStrategy.rollingUpdate.maxUnavailable,
  'daemonset-default-max-surge': () => defaulted(workload('DaemonSet')).spec.updateStrategy.rollingUpdate.maxSurge,
  'daemonset-default-revision-history-limit': () => defaulted(workload('DaemonSet')).spec.revisionHistoryLimit,
  'podgc-check-period': () => checkPeriod,
  'podgc-quarantine': () => quarantineTime,
  'namespace-deletion-grace': () => deletionGrace,
  'namespace-retry-base': () => retryBase,
  'namespace-retry-max': () => retryMax,
  'gc-absent-owner-cache': () => capacity,
  'endpoints-max-capacity': () => maxCapacity,
  'endpointslice-change-min-delay': () => sliceChangeDelay,
  'endpointslice-max-retries': () => sliceRetries,
  'endpointslice-backoff-base': () => syncBackOff,
  'endpointslice-backoff-max': () => longestSyncBackOff,
  'nodeipam-workers': () => rangeWorkers,
  'pod-deletion-cost-annotation': deletionCostAnnotation,
  'nodelifecycle-workers': () => nodeWorkers,
  'nodelifecycle-pod-workers': () => podWorkers,
  'default-toleration-seconds': () => tolerationSeconds,
  'tainteviction-retries': () => deletionTries,
  'root-ca-configmap': () => rootCaConfigMap,
}

/** Where the kubelet of a running cluster asks whether its kube-controller-manager is well. */
function probedPort(): unknown {
  const cluster = new Cluster(1, { workers: 1 })
  cluster.advanceTo(1000)
  const answer = cluster.ask({ kind: 'read', request: { verb: 'list', group: '', version: 'v1', resource: 'pods', namespace: 'kube-system' } })
  const { items } = must(answer) as { items: readonly Pod[] }
  return items.find(({ metadata }) => metadata.name.startsWith('kube-controller-manager-'))?.spec.containers[0]?.livenessProbe?.httpGet?.port
}

function valueOf({ name, in: input }: GoldenCase): unknown {
  if (input.kind === 'constant') return constants[name]?.()
  if (input.kind === 'feature-gate') return isGateOn(input.gate)
  if (input.flag === undefined) return undefined
  const property = String(input.flag).slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  if (input.flag === '--secure-port') return probedPort()
  return fixedFlags[input.flag] ?? (defaultControllerManagerFlags as unknown as Record<string, unknown>)[property]
}
