import { fail } from '../../kernel/assert.ts'
import { definitionOf, type Resource, type Resources } from '../resources.ts'
import { validateCommonFields } from '../validation/metadata.ts'
import { configMapStrategy, endpointsStrategy, endpointSliceStrategy, eventStrategy, leaseStrategy, namespaceStrategy, nodeStrategy, resourceQuotaStrategy, secretStrategy, serviceAccountStrategy } from './core.ts'
import { podStrategy } from './pod.ts'
import { serviceStrategy } from './service.ts'
import type { Strategy, SubresourceStrategy } from './strategy.ts'
import { daemonSetStrategy, deploymentStrategy, podTemplateStrategy, replicaSetStrategy, replicationControllerStrategy } from './workloads.ts'

const strategies: { readonly [R in Resource]: Strategy<Resources[R]> } = {
  namespaces: namespaceStrategy,
  nodes: nodeStrategy,
  leases: leaseStrategy,
  pods: podStrategy,
  services: serviceStrategy,
  endpoints: endpointsStrategy,
  endpointslices: endpointSliceStrategy,
  events: eventStrategy,
  configmaps: configMapStrategy,
  secrets: secretStrategy,
  serviceaccounts: serviceAccountStrategy,
  resourcequotas: resourceQuotaStrategy,
  replicasets: replicaSetStrategy,
  deployments: deploymentStrategy,
  daemonsets: daemonSetStrategy,
  podtemplates: podTemplateStrategy,
  replicationcontrollers: replicationControllerStrategy,
}

// The registry knows objects only as objects; decodeObject has made sure that they are of the resource's kind.
const judging = new Map(Object.entries(strategies).map(([resource, strategy]) => [resource, withCommonFields(strategy as unknown as Strategy, resource as Resource)]))

/** The rules of a resource, for the one registry that drives them all. */
export function strategyOf(resource: Resource): Strategy {
  const strategy = judging.get(resource)
  return strategy ?? fail(`no strategy for ${resource}`)
}

/** Every update is judged by what holds for all kinds first. */
function withCommonFields(strategy: Strategy, resource: Resource): Strategy {
  const { namespaced } = definitionOf(resource)
  const judged = (validate: Strategy['validateUpdate']): Strategy['validateUpdate'] =>
    (next, old) => [...validateCommonFields(next.metadata, old.metadata, namespaced), ...validate(next, old)]
  const door = (rules: SubresourceStrategy): SubresourceStrategy => ({ ...rules, validateUpdate: judged((next, old) => rules.validateUpdate(next, old)) })
  const subresources = Object.fromEntries(Object.entries(strategy.subresources ?? {}).map(([name, rules]) => [name, door(rules)]))
  const validateUpdate = judged((next, old) => strategy.validateUpdate(next, old))
  return { ...strategy, validateUpdate, ...(strategy.status ? { status: door(strategy.status) } : {}), ...(strategy.subresources ? { subresources } : {}) }
}
