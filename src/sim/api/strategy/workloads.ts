// Upstream: pkg/registry/apps/{deployment,replicaset,daemonset}, pkg/registry/core/{replicationcontroller,podtemplate} (v1.36). Left out: warnings about names and templates.
import { defaultDaemonSet, defaultDeployment, defaultPodTemplate, defaultReplicaSet, defaultReplicationController } from '../defaults/workloads.ts'
import type { DaemonSet, Deployment, PodTemplate, ReplicaSet, ReplicationController } from '../generated/types.ts'
import { semanticEqual } from '../semantic.ts'
import { validatePodTemplateObject, validatePodTemplateUpdate, validateReplicationController, validateReplicationControllerUpdate } from '../validation/replication-controller.ts'
import { validateDaemonSetStatusUpdate, validateDeploymentStatusUpdate, validateReplicaSetStatusUpdate } from '../validation/workload-status.ts'
import { validateDaemonSet, validateDaemonSetUpdate, validateDeployment, validateDeploymentUpdate, validateReplicaSet, validateReplicaSetUpdate } from '../validation/workloads.ts'
import { countGeneration, firstGeneration, keep } from './generation.ts'
import type { Strategy } from './strategy.ts'

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
    const before = Number(old.metadata.annotations?.[templateGeneration] ?? '0')
    const templateChanged = !semanticEqual(next.spec.template, old.spec.template)
    const counted = withTemplateGeneration(keep(next, old, 'status'), templateChanged ? before + 1 : before)
    return countGeneration(counted, old, !semanticEqual(next.spec, old.spec))
  },
  validateUpdate: validateDaemonSetUpdate,
  status: {
    prepareForUpdate: (next, old) => keep(next, old, 'spec'),
    validateUpdate: validateDaemonSetStatusUpdate,
  },
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: true,
}

function withTemplateGeneration(daemonSet: DaemonSet, generation: number): DaemonSet {
  const { metadata } = daemonSet
  return { ...daemonSet, metadata: { ...metadata, annotations: { ...metadata.annotations, [templateGeneration]: String(generation) } } }
}
