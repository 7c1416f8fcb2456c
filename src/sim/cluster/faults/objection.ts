import type { Fault, FaultPattern } from './fault.ts'

/** The processes that there is one of, on the machine of the control plane. */
const controlPlaneComponents: readonly string[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']
/** The processes that every machine has. */
const nodeComponents: readonly string[] = ['kubelet', 'kube-proxy', 'containerd']

/** Which components a fault can be aimed at, where not at all of them. */
const aims: Partial<Record<Fault['kind'], readonly string[]>> = {
  freeze: [...controlPlaneComponents, 'kubelet', 'kube-proxy'],
  'cut-off': [...controlPlaneComponents, 'kubelet', 'kube-proxy'],
  slow: [...controlPlaneComponents, 'kubelet', 'kube-proxy'],
  stale: ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'],
  'drop-watches': ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'],
  'lose-answers': ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'],
  throttle: ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'],
}

/** Why there is nothing that this fault could hit, in words that say what there is; null: there is. */
export function objectionTo(fault: Fault, nodes: readonly string[]): string | null {
  const { node, component } = fault as FaultPattern
  if (node !== undefined && !nodes.includes(node)) return `there is no node "${node}"; there are ${listed(nodes)}`
  if (component === undefined) return null
  const possible = aims[fault.kind] ?? [...controlPlaneComponents, ...nodeComponents]
  if (!possible.includes(component)) return `${fault.kind} cannot be aimed at "${component}"; it can at ${possible.join(', ')}`
  // Faults of calls may hit the kubelets of all nodes.
  if (nodeComponents.includes(component) && node === undefined && !callFaults.has(fault.kind)) return `every node has a ${component}: say which, as ${component}/${nodes.at(-1) ?? 'worker-1'}`
  return null
}

const callFaults: ReadonlySet<Fault['kind']> = new Set(['drop-watches', 'lose-answers', 'throttle'])

function listed(nodes: readonly string[]): string {
  return nodes.length > 6 ? `${nodes.slice(0, 3).join(', ')} … ${nodes.at(-1) ?? ''}` : nodes.join(', ')
}
