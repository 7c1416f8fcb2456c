// Facts that the generator of types and schemas needs and that client-node's files do not tell.

/** Every kind the project knows the shape of. `internal`: bodies of subresources and answers, which nobody writes as a manifest. */
export const KINDS = [
  ...['Namespace', 'Node', 'Pod', 'Service', 'ConfigMap', 'Secret', 'ServiceAccount', 'Endpoints', 'PodTemplate', 'ReplicationController', 'ResourceQuota'].map((kind) => ({ group: '', version: 'v1', kind })),
  { group: '', version: 'v1', kind: 'Event', model: 'CoreV1Event' },
  ...['ReplicaSet', 'Deployment', 'DaemonSet'].map((kind) => ({ group: 'apps', version: 'v1', kind })),
  { group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice' },
  { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' },
  { group: '', version: 'v1', kind: 'Binding', internal: true },
  { group: 'autoscaling', version: 'v1', kind: 'Scale', internal: true },
  { group: '', version: 'v1', kind: 'DeleteOptions', internal: true },
]

/** Models whose name without group and version another one has too. */
export const NAMES = new Map([['CoreV1EndpointPort', 'CoreEndpointPort']])

/** Maps and fields whose strings are quantities: OpenAPI says only "string". */
export const QUANTITY_MAPS = new Set(['limits', 'requests', 'capacity', 'allocatable', 'hard', 'used', 'default', 'defaultRequest', 'max', 'min', 'maxLimitRequestRatio', 'overhead', 'allocatedResources'])
export const QUANTITY_FIELDS = new Set(['sizeLimit', 'divisor', 'averageValue'])

/** Enumerations, for completion in the editor: OpenAPI 1.36 as published by client-node drops them. */
export const ENUMS = {
  'PodSpec.restartPolicy': ['Always', 'OnFailure', 'Never'],
  'PodSpec.dnsPolicy': ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'],
  'PodSpec.preemptionPolicy': ['PreemptLowerPriority', 'Never'],
  'Container.imagePullPolicy': ['Always', 'IfNotPresent', 'Never'],
  'ContainerPort.protocol': ['TCP', 'UDP', 'SCTP'],
  'ServicePort.protocol': ['TCP', 'UDP', 'SCTP'],
  'CoreEndpointPort.protocol': ['TCP', 'UDP', 'SCTP'],
  'ServiceSpec.type': ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'],
  'ServiceSpec.sessionAffinity': ['None', 'ClientIP'],
  'ServiceSpec.externalTrafficPolicy': ['Cluster', 'Local'],
  'DeploymentStrategy.type': ['Recreate', 'RollingUpdate'],
  'DaemonSetUpdateStrategy.type': ['RollingUpdate', 'OnDelete'],
  'Taint.effect': ['NoSchedule', 'PreferNoSchedule', 'NoExecute'],
  'Toleration.effect': ['NoSchedule', 'PreferNoSchedule', 'NoExecute'],
  'Toleration.operator': ['Exists', 'Equal', 'Lt', 'Gt'],
  'LabelSelectorRequirement.operator': ['In', 'NotIn', 'Exists', 'DoesNotExist'],
  'NodeSelectorRequirement.operator': ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'],
  'ScopedResourceSelectorRequirement.scopeName': ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity', 'VolumeAttributesClass'],
  'ScopedResourceSelectorRequirement.operator': ['In', 'NotIn', 'Exists', 'DoesNotExist'],
  'TopologySpreadConstraint.whenUnsatisfiable': ['DoNotSchedule', 'ScheduleAnyway'],
}

/**
 * Fields that every *stored* object has, because defaulting or the registry fills them in. The simulator reads them without `?.`
 * (`apiVersion`, `kind`, `metadata` of every kind included).
 */
const object = ['apiVersion', 'kind', 'metadata']
export const GUARANTEED = {
  ...Object.fromEntries(['ConfigMap', 'Secret', 'ServiceAccount', 'Event', 'Endpoints', 'EndpointSlice', 'Binding'].map((kind) => [kind, object])),
  ...Object.fromEntries(['Namespace', 'Node', 'Pod', 'Service', 'ReplicaSet', 'Deployment', 'DaemonSet', 'ReplicationController', 'ResourceQuota', 'Scale'].map((kind) => [kind, [...object, 'spec', 'status']])),
  Lease: [...object, 'spec'],
  PodTemplate: [...object, 'template'],
  ObjectMeta: ['name', 'uid', 'resourceVersion', 'creationTimestamp'],
  PodSpec: ['containers', 'restartPolicy', 'terminationGracePeriodSeconds', 'dnsPolicy', 'securityContext', 'schedulerName'],
  PodTemplateSpec: ['metadata', 'spec'],
  PodStatus: ['phase'],
  Container: ['image', 'imagePullPolicy', 'resources', 'terminationMessagePath', 'terminationMessagePolicy'],
  ContainerPort: ['protocol'],
  Probe: ['timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'],
  ReplicaSetSpec: ['replicas', 'template'],
  ReplicaSetStatus: ['replicas'],
  ReplicationControllerSpec: ['replicas', 'selector', 'template'],
  DeploymentSpec: ['replicas', 'strategy', 'revisionHistoryLimit', 'progressDeadlineSeconds'],
  DeploymentStrategy: ['type'],
  DaemonSetSpec: ['updateStrategy', 'revisionHistoryLimit'],
  DaemonSetUpdateStrategy: ['type'],
  ServiceSpec: ['type', 'sessionAffinity'],
  ServicePort: ['protocol', 'targetPort'],
  CoreEndpointPort: ['protocol'],
}
