// Upstream: pkg/registry/apps/{deployment,replicaset,daemonset}, pkg/registry/core/{replicationcontroller,podtemplate} (v1.36).
import { defaultDaemonSet, defaultDeployment, defaultPodTemplate, defaultReplicaSet, defaultReplicationController } from '../defaults/workloads.ts'
import type { DaemonSet, Deployment, PodTemplate, PodTemplateSpec, ReplicaSet, ReplicationController } from '../generated/types.ts'
import { semanticEqual } from '../semantic.ts'
import { validatePodTemplateObject, validatePodTemplateUpdate, validateReplicationController, validateReplicationControllerUpdate } from '../validation/replication-controller.ts'
import { validateDaemonSetStatusUpdate, validateDeploymentStatusUpdate, validateReplicaSetStatusUpdate } from '../validation/workload-status.ts'
import { validateDaemonSet, validateDaemonSetUpdate, validateDeployment, validateDeploymentUpdate, validateReplicaSet, validateReplicaSetUpdate } from '../validation/workloads.ts'
import { makerNameWarnings, templateWarnings } from '../warnings/pod.ts'
import { countGeneration, firstGeneration, keep } from './generation.ts'
import type { Strategy } from './strategy.ts'

const none: readonly string[] = []

type Counted = Pick<Deployment, 'metadata'>

function isCounted(next: Counted, old: Counted): boolean {
  return next.metadata.generation !== old.metadata.generation
}

/** What is said of a kind whose objects give their names to pods. */
const warningsOfMaker = {
  warningsOnCreate: (object: Counted & Templated): readonly string[] => [...makerNameWarnings(object), ...templateWarnings(object.spec.template)],
  warningsOnUpdate: (next: Counted & Templated, old: Counted): readonly string[] => (isCounted(next, old) ? templateWarnings(next.spec.template) : none),
}

interface Templated {
  readonly spec: { readonly template?: PodTemplateSpec }
}

/** A Deployment's generation counts changes of its spec and of its annotations. */
export const deploymentStrategy: Strategy<Deployment> = {
  defaults: defaultDeployment,
  defaulted: ['spec'],
  prepareForCreate: (deployment) => firstGeneration({ ...deployment, status: {} }),
  validate: validateDeployment,
  prepareForUpdate: (next, old) => {
    const changed = !semanticEqual(next.spec, old.spec) || !semanticEqual(next.metadata.annotations ?? {}, old.metadata.annotations ?? {})
    return countGeneration(keep(next, old, 'status'), old, changed)
  },
  validateUpdate: validateDeploymentUpdate,
  ...warningsOfMaker,
  status: {
    prepareForUpdate: (next, old) => ({ ...keep(next, old, 'spec'), metadata: { ...next.metadata, labels: old.metadata.labels } }),
    validateUpdate: validateDeploymentStatusUpdate,
  },
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

/** A ReplicaSet's generation counts changes of its spec. */
export const replicaSetStrategy: Strategy<ReplicaSet> = {
  defaults: defaultReplicaSet,
  defaulted: ['spec'],
  prepareForCreate: (replicaSet) => firstGeneration({ ...replicaSet, status: { replicas: 0 } }),
  validate: validateReplicaSet,
  prepareForUpdate: (next, old) => countGeneration(keep(next, old, 'status'), old, !semanticEqual(next.spec, old.spec)),
  validateUpdate: validateReplicaSetUpdate,
  ...warningsOfMaker,
  status: {
    prepareForUpdate: (next, old) => keep(next, old, 'spec'),
    validateUpdate: validateReplicaSetStatusUpdate,
  },
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

/** What ReplicaSets came of. Deleting one leaves its pods behind unless the request says otherwise, as it was before there was a garbage collector. */
export const replicationControllerStrategy: Strategy<ReplicationController> = {
  defaults: defaultReplicationController,
  defaulted: ['metadata', 'spec'],
  prepareForCreate: (controller) => firstGeneration({ ...controller, status: { replicas: 0 } }),
  validate: validateReplicationController,
  prepareForUpdate: (next, old) => countGeneration(keep(next, old, 'status'), old, !semanticEqual(next.spec, old.spec)),
  validateUpdate: validateReplicationControllerUpdate,
  ...warningsOfMaker,
  // Upstream looks at the template that was.
  warningsOnUpdate: (next, old) => (isCounted(next, old) ? templateWarnings(old.spec.template) : none),
  status: {
    prepareForUpdate: (next, old) => keep(next, old, 'spec'),
    validateUpdate: validateReplicaSetStatusUpdate,
  },
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
  orphansDependents: true,
}

/** A template that nobody makes pods from by itself; its generation counts its changes. */
export const podTemplateStrategy: Strategy<PodTemplate> = {
  defaults: defaultPodTemplate,
  defaulted: ['template'],
  prepareForCreate: firstGeneration,
  validate: validatePodTemplateObject,
  prepareForUpdate: (next, old) => countGeneration(next, old, !semanticEqual(next.template, old.template)),
  validateUpdate: validatePodTemplateUpdate,
  warningsOnCreate: ({ template }) => templateWarnings(template, 'template'),
  warningsOnUpdate: (next, old) => (isCounted(next, old) ? templateWarnings(next.template, 'template') : none),
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

const templateGeneration = 'deprecated.daemonset.template.generation'

/** A DaemonSet counts the changes of its spec, and in an annotation those of its template. */
export const daemonSetStrategy: Strategy<DaemonSet> = {
  defaults: defaultDaemonSet,
  defaulted: ['spec'],
  prepareForCreate: (daemonSet) => {
    const status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }
    const asked = Number(daemonSet.metadata.annotations?.[templateGeneration] ?? '1')
    return firstGeneration(withTemplateGeneration({ ...daemonSet, status }, asked > 0 ? asked : 1))
  },
  validate: validateDaemonSet,
  prepareForUpdate: (next, old) => {
    const before = templateGenerationOf(old)
    const templateChanged = !semanticEqual(next.spec.template, old.spec.template)
    const counted = withTemplateGeneration(keep(next, old, 'status'), templateChanged ? before + 1 : before)
    return countGeneration(counted, old, !semanticEqual(next.spec, old.spec))
  },
  validateUpdate: validateDaemonSetUpdate,
  warningsOnCreate: ({ spec }) => templateWarnings(spec.template),
  warningsOnUpdate: (next, old) => (templateGenerationOf(next) === templateGenerationOf(old) ? none : templateWarnings(next.spec.template)),
  status: {
    prepareForUpdate: (next, old) => keep(next, old, 'spec'),
    validateUpdate: validateDaemonSetStatusUpdate,
  },
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

function templateGenerationOf({ metadata }: DaemonSet): number {
  return Number(metadata.annotations?.[templateGeneration] ?? '0')
}

function withTemplateGeneration(daemonSet: DaemonSet, generation: number): DaemonSet {
  const { metadata } = daemonSet
  return { ...daemonSet, metadata: { ...metadata, annotations: { ...metadata.annotations, [templateGeneration]: String(generation) } } }
}
