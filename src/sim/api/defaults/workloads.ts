// Upstream: pkg/apis/apps/v1/defaults.go, pkg/apis/core/v1/defaults.go SetDefaults_ReplicationController (v1.36).
import type { DaemonSet, Deployment, PodTemplate, PodTemplateSpec, ReplicaSet, ReplicationController } from '../generated/types.ts'
import { defaultPodSpec } from './pod-spec.ts'

/** One replica, rolling update by quarters, ten revisions, ten minutes. */
export function defaultDeployment(deployment: Deployment): Deployment {
  const { spec } = deployment
  return {
    ...deployment,
    spec: {
      ...spec,
      replicas: spec.replicas ?? 1,
      template: defaultTemplate(spec.template),
      strategy: deploymentStrategy(spec.strategy ?? {}),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
    },
  }
}

function deploymentStrategy(strategy: Partial<Deployment['spec']['strategy']>): Deployment['spec']['strategy'] {
  const type = strategy.type || 'RollingUpdate'
  if (type !== 'RollingUpdate') return { ...strategy, type }
  const { maxUnavailable = '25%', maxSurge = '25%' } = strategy.rollingUpdate ?? {}
  return { type, rollingUpdate: { maxUnavailable, maxSurge } }
}

/** One replica. */
export function defaultReplicaSet(replicaSet: ReplicaSet): ReplicaSet {
  const { spec } = replicaSet
  return { ...replicaSet, spec: { ...spec, replicas: spec.replicas ?? 1, template: defaultTemplate(spec.template) } }
}

/** One replica; without a selector, or labels of its own, those of the template. */
export function defaultReplicationController(controller: ReplicationController): ReplicationController {
  const { metadata, spec } = controller
  // Nobody has validated it yet: it may have no template.
  const { template, selector }: Partial<ReplicationController['spec']> = spec
  const labels = template?.metadata?.labels
  return {
    ...controller,
    metadata: labels && isEmpty(metadata.labels) ? { ...metadata, labels } : metadata,
    spec: { ...spec, replicas: spec.replicas ?? 1, ...(labels && isEmpty(selector) && { selector: labels }), ...(template && { template: defaultTemplate(template) }) },
  }
}

function isEmpty(labels: Readonly<Record<string, string>> | undefined): boolean {
  return !labels || Object.keys(labels).length === 0
}

/** What the pod's spec leaves out. */
export function defaultPodTemplate(object: PodTemplate): PodTemplate {
  const template = defaultTemplate(object.template)
  return template === object.template ? object : { ...object, template }
}

/** Rolling update, one node at a time, no surge; ten revisions. */
export function defaultDaemonSet(daemonSet: DaemonSet): DaemonSet {
  const { spec } = daemonSet
  const strategy: Partial<DaemonSet['spec']['updateStrategy']> = spec.updateStrategy ?? {}
  const type = strategy.type || 'RollingUpdate'
  const { maxUnavailable = 1, maxSurge = 0 } = strategy.rollingUpdate ?? {}
  return {
    ...daemonSet,
    spec: {
      ...spec,
      template: defaultTemplate(spec.template),
      updateStrategy: type === 'RollingUpdate' ? { type, rollingUpdate: { maxUnavailable, maxSurge } } : { ...strategy, type },
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
    },
  }
}

function defaultTemplate(template: PodTemplateSpec): PodTemplateSpec {
  const spec = defaultPodSpec(template.spec)
  return spec === template.spec ? template : { ...template, spec }
}
