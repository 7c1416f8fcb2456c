// Upstream: pkg/quota/v1/evaluator/core/services.go (v1.36).
import type { Service } from '../generated/types.ts'
import { countOf, one, type Evaluator } from './evaluator.ts'

const counted = new Set(['count/services', 'services', 'services.nodeports', 'services.loadbalancers'])

/** A Service takes the ports of nodes that it asks for, whether they are set aside already or not. */
export const serviceEvaluator: Evaluator<Service> = {
  counts: (name) => counted.has(name),
  usageOf: (service) => new Map([
    ['count/services', one],
    ['services', one],
    ['services.nodeports', countOf(nodePorts(service))],
    ['services.loadbalancers', countOf(service.spec.type === 'LoadBalancer' ? 1 : 0)],
  ]),
  isInScope: () => false,
  chargesUpdate: () => true,
  mayFree: (next, old) => limitedType(next) !== limitedType(old),
}

function nodePorts({ spec: { type, ports = [], allocateLoadBalancerNodePorts } }: Service): number {
  if (type === 'LoadBalancer' && allocateLoadBalancerNodePorts === false) return ports.filter(({ nodePort }) => nodePort).length
  return type === 'NodePort' || type === 'LoadBalancer' ? ports.length : 0
}

function limitedType({ spec: { type } }: Service): string {
  return type === 'NodePort' || type === 'LoadBalancer' ? type : ''
}
