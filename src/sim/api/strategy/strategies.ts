import type { KubernetesObject } from '../objects.ts'
import type { Resource, Resources } from '../resources.ts'
import { configMapStrategy, endpointSliceStrategy, eventStrategy, leaseStrategy, namespaceStrategy, nodeStrategy, secretStrategy, serviceAccountStrategy } from './core.ts'
import { podStrategy } from './pod.ts'
import { serviceStrategy } from './service.ts'
import type { Strategy } from './strategy.ts'
import { daemonSetStrategy, deploymentStrategy, replicaSetStrategy } from './workloads.ts'

const strategies: { readonly [R in Resource]: Strategy<Resources[R]> } = {
  namespaces: namespaceStrategy,
  nodes: nodeStrategy,
  leases: leaseStrategy,
  pods: podStrategy,
  services: serviceStrategy,
  endpointslices: endpointSliceStrategy,
  events: eventStrategy,
  configmaps: configMapStrategy,
  secrets: secretStrategy,
  serviceaccounts: serviceAccountStrategy,
  replicasets: replicaSetStrategy,
  deployments: deploymentStrategy,
  daemonsets: daemonSetStrategy,
}

/** The rules of a resource, for the one registry that drives them all. */
export function strategyOf(resource: Resource): Strategy {
  // The registry knows objects only as objects; decodeObject has made sure that they are of the resource's kind.
  return strategies[resource] as unknown as Strategy<KubernetesObject>
}
