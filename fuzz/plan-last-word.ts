import type { Command } from '../src/sim/cluster/run.ts'
import { release } from './plan-manifests.ts'
import { remove, type Workload } from './plan-workload.ts'

/** What a person says last, when the API answers again: what must be there in the end, and nothing else. Whatever was refused on the way is said again. */
export function lastWord({ final, abandoned }: Workload, workers: number): Command[] {
  const nodes = Array.from({ length: workers }, (_, index) => `worker-${index + 1}`)
  return [
    ...['control-plane-1', ...nodes].map((node): Command => ({ kind: 'uncordon', node })),
    ...nodes.map((name): Command => ({ kind: 'request', request: { verb: 'patch', group: '', version: 'v1', resource: 'nodes', name, patchType: 'merge', body: { spec: { taints: null } } } })),
    // Pods that nobody replaces, and those that were taken out of their sets.
    release('pods', 'held', 'default'),
    release('configmaps', 'kept', 'extra'),
    ...['bare=yes', 'app=looked-at', 'was'].map((labelSelector): Command => ({ kind: 'request', request: { verb: 'deletecollection', group: '', version: 'v1', resource: 'pods', namespace: 'default', options: { labelSelector } } })),
    remove('', 'namespaces', 'extra'),
    { kind: 'request', request: { verb: 'deletecollection', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', options: { labelSelector: 'shared=yes' } } },
    ...['owner', 'child', 'spare'].map((name) => remove('', 'configmaps', name, 'default', { propagationPolicy: 'Background' })),
    ...abandoned.flatMap((name): Command[] => [
      { kind: 'delete', resource: 'deployments', key: `default/${name}` },
      { kind: 'delete', resource: 'services', key: `default/${name}` },
      { kind: 'request', request: { verb: 'deletecollection', group: 'apps', version: 'v1', resource: 'replicasets', namespace: 'default', options: { labelSelector: `app=${name}` }, body: { propagationPolicy: 'Background' } } },
      { kind: 'request', request: { verb: 'deletecollection', group: '', version: 'v1', resource: 'pods', namespace: 'default', options: { labelSelector: `app=${name}` } } },
    ]),
    ...final.map((manifest): Command => ({ kind: 'apply', manifests: [{ ...manifest, spec: { ...(manifest['spec'] as object), ...(manifest['kind'] === 'Deployment' && { paused: false }) } }] })),
  ]
}
