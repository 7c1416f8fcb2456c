import { findKind } from '../src/sim/api/resources.ts'
import { isKnownConstant } from './controllers/constants.ts'
import { isDaemonSetKind } from './controllers/daemonset.ts'
import { isDeploymentKind } from './controllers/deployment.ts'
import { isCollectorKind } from './controllers/garbage-collector.ts'
import { isPodCollectorKind } from './controllers/podgc.ts'
import { isBuiltQuotaCase } from './controllers/quota.ts'
import { isReplicaSetKind } from './controllers/replicaset.ts'
import { isAccountKind } from './controllers/serviceaccount.ts'
import type { GoldenCase } from './harness.ts'
import { isAboutUnbuilt } from './nodes/events.ts'
import { isBuiltPull } from './nodes/images.ts'
import { isPlayableLoss } from './nodes/node-loss.ts'
import { isKubeletsPart } from './nodes/node-object.ts'
import { isBuiltEnding } from './nodes/termination.ts'
import { isKnownTimer } from './nodes/timers.ts'
import { aboutBuiltKinds, isBuilt } from './objects/pipeline.ts'
import { isPlayableSituation } from './objects/situations.ts'
import { isBuiltAttempt } from './scheduler/events.ts'
import { isBuiltQueueing } from './scheduler/queue.ts'
import { isBuilt as isBuiltScheduling } from './scheduler/world.ts'

/** Which cases of a set do not count, by what they are about: a rule, never a list of names. */
interface Rule {
  /** What the cases left out are about. */
  readonly leftOut: string
  applies(golden: GoldenCase): boolean
}

/** Every set whose cases are not all about what is built; the cases of a set that is not here count without exception. */
const rules: Readonly<Record<string, Rule>> = {
  'machinery/strategic-merge-patch': {
    leftOut: '80.0 beside 80: two numbers to Go and one to JavaScript.',
    applies: ({ in: input }) => !/\d\.0+\b/.test(input.patchText ?? '') && !/\d\.0+\b/.test(input.originalText ?? ''),
  },
  'machinery/three-way-apply': {
    leftOut: '--overwrite=false, which refuses to undo what others have changed.',
    applies: ({ in: input, out }) => !(input.overwrite === false && out.error !== undefined),
  },
  'objects/defaults': { leftOut: 'Kinds that are not built.', applies: aboutBuiltKinds },
  'objects/validation-create': { leftOut: 'Kinds that are not built.', applies: aboutBuiltKinds },
  'objects/validation-update': {
    leftOut: 'Kinds that are not built.',
    applies: (golden) => isBuilt(golden.in.create),
  },
  'objects/unknown-and-decode': {
    leftOut: 'Kinds that are not built, and situations whose words name no path of theirs.',
    applies: ({ in: input }) => (input.situation === undefined ? findKind(input.apiVersion, input.kind) !== undefined : isPlayableSituation(input.situation)),
  },
  'scheduler/filter': { leftOut: 'Volumes, disruption budgets and other kinds that are not built.', applies: isBuiltScheduling },
  'scheduler/score': { leftOut: 'Volumes, disruption budgets and other kinds that are not built.', applies: isBuiltScheduling },
  'scheduler/preemption': { leftOut: 'Volumes, disruption budgets and other kinds that are not built.', applies: isBuiltScheduling },
  'scheduler/queue': { leftOut: 'Events of other kinds than Pod and Node, and plugins that are not built.', applies: isBuiltQueueing },
  'scheduler/events': { leftOut: 'What is not one attempt to place a pod, and plugins that are not built.', applies: isBuiltAttempt },
  'nodes/termination': { leftOut: 'Node pressure.', applies: isBuiltEnding },
  'nodes/timers': { leftOut: 'Settings of parts that are not built.', applies: isKnownTimer },
  'nodes/node-object': { leftOut: 'What eviction does to a node, and what its controllers do, which is judged elsewhere.', applies: isKubeletsPart },
  'nodes/images': { leftOut: 'Facts told in words that no adapter reads.', applies: isBuiltPull },
  'nodes/events': { leftOut: 'Events of parts that are not built.', applies: (golden) => !isAboutUnbuilt(golden) },
  'nodes/node-loss': { leftOut: 'What cannot happen to a node here.', applies: isPlayableLoss },
  'controllers/garbage-collector': { leftOut: 'Kinds that are not built cannot be deleted.', applies: isCollectorKind },
  'controllers/podgc': { leftOut: 'Kinds of cases about parts that are not built.', applies: isPodCollectorKind },
  'controllers/serviceaccount': { leftOut: 'Kinds of cases about parts that are not built.', applies: isAccountKind },
  'controllers/deployment': { leftOut: 'Kinds of cases about parts that are not built.', applies: isDeploymentKind },
  'controllers/replicaset': { leftOut: 'Kinds of cases about parts that are not built.', applies: isReplicaSetKind },
  'controllers/daemonset': { leftOut: 'History: ControllerRevision is not a kind yet.', applies: isDaemonSetKind },
  'controllers/quota': { leftOut: 'Kinds that are not built.', applies: isBuiltQuotaCase },
  'controllers/constants': { leftOut: 'Flags and constants of controllers that are not built.', applies: isKnownConstant },
}

/** Whether a case of a set is about kinds and parts that are built. */
export function isApplicable(set: string, golden: GoldenCase): boolean {
  return rules[set]?.applies(golden) ?? true
}
