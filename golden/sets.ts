import type { GoldenSet } from './harness.ts'
import { controllerConstants } from './controllers/constants.ts'
import { daemonSetSet } from './controllers/daemonset.ts'
import { deploymentSet } from './controllers/deployment.ts'
import { replicaSetSet } from './controllers/replicaset.ts'
import { garbageCollector } from './controllers/garbage-collector.ts'
import { namespaceSet } from './controllers/namespace.ts'
import { podgcSet } from './controllers/podgc.ts'
import { quotaSet } from './controllers/quota.ts'
import { serviceAccountSet } from './controllers/serviceaccount.ts'
import { endpointSlice } from './machinery/endpointslice.ts'
import { nameSet } from './machinery/names.ts'
import { objectMeta } from './machinery/object-meta.ts'
import { jsonPatch, mergePatch } from './machinery/patches.ts'
import { quantity, quantityArithmetic } from './machinery/quantities.ts'
import { podResources, schedulingHelpers } from './machinery/scheduling.ts'
import { durationText, intOrString } from './machinery/small.ts'
import { patchMeta, strategicMergePatch, threeWayApply } from './machinery/strategic.ts'
import { fieldSelector, labelSelector } from './machinery/selectors.ts'
import { statusErrors } from './machinery/status-errors.ts'
import { eventCorrelator } from './nodes/event-correlator.ts'
import { env } from './nodes/env.ts'
import { logsErrors } from './nodes/logs-errors.ts'
import { events } from './nodes/events.ts'
import { nodeLoss } from './nodes/node-loss.ts'
import { podStatus } from './nodes/pod-status.ts'
import { termination } from './nodes/termination.ts'
import { timers } from './nodes/timers.ts'
import { restart } from './nodes/restart.ts'
import { proxy } from './nodes/proxy.ts'
import { probes } from './nodes/probes.ts'
import { nodeObject } from './nodes/node-object.ts'
import { images } from './nodes/images.ts'
import { defaultsSet } from './objects/defaults.ts'
import { decodeSet } from './objects/unknown-and-decode.ts'
import { validationCreateSet } from './objects/validation-create.ts'
import { validationUpdateSet } from './objects/validation-update.ts'
import { warningsSet } from './objects/warnings.ts'
import { schedulerEvents } from './scheduler/events.ts'
import { schedulerFilter } from './scheduler/filter.ts'
import { schedulerPreemption } from './scheduler/preemption.ts'
import { schedulerQueue } from './scheduler/queue.ts'
import { schedulerScore } from './scheduler/score.ts'

/** Every set that is replayed: one line a set, in the order they are printed. */
export const sets: readonly GoldenSet[] = [
  nameSet,
  objectMeta,
  statusErrors,
  labelSelector,
  fieldSelector,
  quantity,
  quantityArithmetic,
  durationText,
  intOrString,
  schedulingHelpers,
  podResources,
  jsonPatch,
  mergePatch,
  strategicMergePatch,
  patchMeta,
  threeWayApply,
  endpointSlice,
  defaultsSet,
  validationCreateSet,
  validationUpdateSet,
  warningsSet,
  decodeSet,
  schedulerFilter,
  schedulerScore,
  schedulerPreemption,
  schedulerQueue,
  schedulerEvents,
  eventCorrelator,
  podStatus,
  termination,
  timers,
  restart,
  proxy,
  probes,
  nodeObject,
  images,
  env,
  logsErrors,
  events,
  garbageCollector,
  namespaceSet,
  podgcSet,
  serviceAccountSet,
  quotaSet,
  nodeLoss,
  deploymentSet,
  replicaSetSet,
  daemonSetSet,
  controllerConstants,
]
