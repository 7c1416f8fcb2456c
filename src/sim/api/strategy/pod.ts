// Upstream: pkg/registry/core/pod/strategy.go (v1.36).
import { defaultPod } from '../defaults/pod.ts'
import { memoized } from '../defaults/memo.ts'
import type { Pod, PodCondition, PodSpec, PodStatus } from '../generated/types.ts'
import { qosClass } from '../pod-resources.ts'
import { metadataWith } from '../schema/settle.ts'
import { semanticEqual } from '../semantic.ts'
import { validatePodStatusUpdate } from '../validation/pod-status.ts'
import { validateEphemeralContainersUpdate, validatePodUpdate } from '../validation/pod-update.ts'
import { validatePod } from '../validation/pod.ts'
import { podPreparationWarnings, podStatusWarnings, podWarnings } from '../warnings/pod.ts'
import { withAppArmor } from './app-armor.ts'
import { countGeneration, keep } from './generation.ts'
import { withLabelKeys } from './label-keys.ts'
import type { DeleteRequest, Strategy } from './strategy.ts'

/** Starts Pending with its quality of service; its node and most of its spec never change. */
export const podStrategy: Strategy<Pod> = {
  defaults: defaultPod,
  defaulted: ['spec'],
  prepareForCreate: (pod, { now }) => ({
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: metadataWith(pod.kind, pod.metadata, { generation: 1 }),
    spec: withAppArmor(pod, withLabelKeys(pod)),
    status: statusOfNew(pod, now),
  }),
  validate: validatePod,
  prepareForUpdate: (next, old) => countGeneration(keep(next, old, 'status'), old, !semanticEqual(next.spec, old.spec)),
  validateUpdate: validatePodUpdate,
  // Updates are frequent and seldom written by people.
  warningsOnCreate: podWarnings,
  warningsOnPrepare: podPreparationWarnings,
  status: {
    prepareForUpdate: (next, old) => {
      const { metadata, status } = next
      const { deletionTimestamp, ownerReferences } = old.metadata
      const kept = metadata.deletionTimestamp === deletionTimestamp && metadata.ownerReferences === ownerReferences
      return {
        apiVersion: next.apiVersion,
        kind: next.kind,
        metadata: kept ? metadata : { ...metadata, deletionTimestamp, ownerReferences },
        spec: old.spec,
        status: withObservedGenerations(status.qosClass ? status : { ...status, qosClass: old.status.qosClass }, old.status),
      }
    },
    validateUpdate: validatePodStatusUpdate,
    warnings: podStatusWarnings,
  },
  subresources: {
    ephemeralcontainers: {
      // Nothing but the containers to look around with gets through this door.
      prepareForUpdate: (next, old) => {
        const spec = { ...old.spec, ephemeralContainers: next.spec.ephemeralContainers }
        return countGeneration({ ...old, metadata: { ...old.metadata, resourceVersion: next.metadata.resourceVersion }, spec }, old, !semanticEqual(spec, old.spec))
      },
      validateUpdate: validateEphemeralContainersUpdate,
    },
  },
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
  gracePeriodOf,
}

/** The same first status for every pod of one spec. */
const firstStatus = memoized((spec: PodSpec): PodStatus => ({ phase: 'Pending', qosClass: qosClass(spec) }))

/** A class that is sent is believed. */
function statusOfNew({ spec, status }: Pod, now: string): PodStatus {
  const first = isGated(spec) ? gatedStatus(spec, now) : firstStatus(spec)
  return status?.qosClass ? { ...first, qosClass: status.qosClass } : first
}

function isGated({ schedulingGates = [] }: PodSpec): boolean {
  return schedulingGates.length > 0
}

function gatedStatus(spec: PodSpec, now: string): PodStatus {
  const gated: PodCondition = {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null as unknown as string,
    lastTransitionTime: now,
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  }
  return { phase: 'Pending', conditions: [gated], qosClass: qosClass(spec) }
}

/** A sender that does not know of observed generations does not erase them. */
function withObservedGenerations(next: PodStatus, { conditions: before, observedGeneration }: PodStatus): PodStatus {
  let byType: Map<string, number | undefined> | undefined
  const known = ({ type }: PodCondition): number | undefined => (byType ??= new Map(before?.map((condition) => [condition.type, condition.observedGeneration]))).get(type)
  const forgets = (condition: PodCondition): boolean => !condition.observedGeneration && Boolean(known(condition))
  const conditions = next.conditions?.some(forgets)
    ? next.conditions.map((condition) => (forgets(condition) ? { ...condition, observedGeneration: known(condition) } : condition))
    : next.conditions
  const generation = !next.observedGeneration && observedGeneration ? { observedGeneration } : null
  return conditions === next.conditions && !generation ? next : { ...next, ...generation, ...(conditions ? { conditions } : {}) }
}

/** How long a pod may take to die: what is asked for, else what its spec says; none when it never ran or has ended. */
function gracePeriodOf(pod: Pod, request: DeleteRequest): number | null {
  let period = request.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 0
  if (!pod.spec.nodeName) period = 0
  if (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded') period = 0
  // A negative period of an old manifest means "at once, but with grace".
  return period < 0 ? 1 : period
}
