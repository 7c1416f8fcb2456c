import type { Pod } from '../../sim/api/generated/types.ts'
import { cores, gibibytes } from '../stores/format.ts'
import { nodeLoad } from '../stores/node-status.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { PodList } from './PodList.tsx'

const noPods: ReadonlyMap<string, Pod> = new Map()

/** Of a node: what it gives, its taints, its pods. */
export function NodeSections({ name }: { readonly name: string }) {
  const node = useCluster((view) => view.objects.nodes.get(name))
  const pods = useCluster((view) => view.podsByNode.get(name)) ?? noPods
  if (!node) return null
  const load = nodeLoad(node, pods.values())
  const address = node.status.addresses?.find(({ type }) => type === 'InternalIP')?.address
  return (
    <>
      <section>
        <h3>Requested</h3>
        <dl className="requested">
          <dt>CPU</dt><dd>{cores(load.cpu)} of {cores(load.cpuTotal)} cores</dd>
          <dt>Memory</dt><dd>{gibibytes(load.memory)} of {gibibytes(load.memoryTotal)} Gi</dd>
          <dt>Pods</dt><dd>{pods.size} of {node.status.allocatable?.['pods'] ?? '?'}</dd>
          {address ? <><dt>Address</dt><dd className="mono">{address}</dd></> : null}
        </dl>
      </section>
      {node.spec.taints && node.spec.taints.length > 0 ? (
        <section>
          <h3>Taints</h3>
          <ul>{node.spec.taints.map((taint) => <li key={`${taint.key}${taint.effect}`} className="mono">{taint.key}{taint.value ? `=${taint.value}` : ''}:{taint.effect}</li>)}</ul>
        </section>
      ) : null}
      <PodList pods={pods} />
    </>
  )
}
