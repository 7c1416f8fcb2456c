import type { ReactNode } from 'react'
import type { KubernetesObject } from '../../sim/api/objects.ts'
import { keyOf } from '../../sim/api/objects.ts'
import type { Resource } from '../../sim/api/resources.ts'
import { parseTime } from '../../sim/api/time.ts'
import { endpointsText } from '../stores/endpoints-text.ts'
import { ageText } from '../stores/format.ts'
import { isLost, nodeStatus, zoneOf } from '../stores/node-status.ts'
import { podStatus } from '../stores/pod-status.ts'
import { nearestLimit } from '../stores/quotas.ts'
import type { ClusterView } from '../stores/cluster-view.ts'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import { useClock } from '../stores/clock.ts'
import { useUi, type CanvasView } from '../stores/ui-store.ts'
import { passes } from './filter.ts'
import { pointing } from './pointing.ts'

interface Table {
  readonly title: string
  readonly resource: Resource
  readonly columns: readonly string[]
  /** Few have any: it is shown where there are some. */
  readonly isRare?: true
  row(key: string, view: ClusterView): readonly ReactNode[]
}

const tables: Readonly<Record<CanvasView, readonly Table[]>> = {
  machines: [
    { title: 'Nodes', resource: 'nodes', columns: ['Status', 'Zone', 'Machine', 'Pods'], row: nodeRow },
    { title: 'Pods', resource: 'pods', columns: ['Status', 'Ready', 'Restarts', 'Node', 'Address'], row: podRow },
    { title: 'Services', resource: 'services', columns: ['Type', 'Address', 'Endpoints'], row: serviceRow },
    { title: 'Endpoints', resource: 'endpoints', columns: ['Endpoints'], row: endpointsRow },
  ],
  applications: [
    { title: 'Deployments', resource: 'deployments', columns: ['Ready', 'Updated', 'Image'], row: deploymentRow },
    { title: 'ReplicaSets', resource: 'replicasets', columns: ['Wanted', 'There', 'Ready'], row: replicaSetRow },
    { title: 'DaemonSets', resource: 'daemonsets', columns: ['Wanted', 'Ready'], row: daemonSetRow },
    { title: 'ReplicationControllers', resource: 'replicationcontrollers', columns: ['Wanted', 'There', 'Ready'], isRare: true, row: replicationControllerRow },
    { title: 'PodTemplates', resource: 'podtemplates', columns: ['Image'], isRare: true, row: podTemplateRow },
    { title: 'ResourceQuotas', resource: 'resourcequotas', columns: ['Nearest limit', 'Used'], isRare: true, row: quotaRow },
  ],
  'control-plane': [{ title: 'Leases', resource: 'leases', columns: ['Holder', 'Renewed'], row: leaseRow }],
}

/** Everything as lists: for those who prefer them, and for screen readers. */
export function TableView() {
  const view = useUi((ui) => ui.view)
  return (
    <div className="tables">
      {tables[view].map((table) => <ResourceTable key={table.title} table={table} />)}
    </div>
  )
}

const rowsAtMost = 500

function ResourceTable({ table }: { readonly table: Table }) {
  useCluster((cluster) => cluster.objects)
  useCluster((cluster) => cluster.machines)
  const view = currentView()
  const namespace = useUi((ui) => ui.namespace)
  const search = useUi((ui) => ui.search)
  const now = useClock((clock) => Math.floor(clock.now / 1000) * 1000)
  const isNamespaced = table.resource !== 'nodes'
  const objects = [...(view.objects[table.resource] as ReadonlyMap<string, KubernetesObject>).values()].filter((object) => passes(object, object.metadata.namespace ? namespace : null, search))
  if (table.isRare && view.objects[table.resource].size === 0) return null
  return (
    <section aria-label={table.title}>
      <h2>{table.title} <span>{objects.length}</span></h2>
      {objects.length === 0 ? <p className="text-text-2">{search || namespace ? 'None that the filter lets through.' : 'None.'}</p> : null}
      <table className="table" hidden={objects.length === 0}>
        <thead>
          <tr><th>Name</th>{isNamespaced ? <th>Namespace</th> : null}{table.columns.map((column) => <th key={column}>{column}</th>)}<th>Age</th></tr>
        </thead>
        <tbody>
          {objects.slice(0, rowsAtMost).map((object) => {
            const key = keyOf(object)
            const created = parseTime(object.metadata.creationTimestamp) ?? view.start
            return (
              <tr key={object.metadata.uid}>
                <td><button type="button" className="hover:underline font-medium text-left" data-thing={`${table.resource}/${key}`} {...pointing({ resource: table.resource, key })}>{object.metadata.name}</button></td>
                {isNamespaced ? <td>{object.metadata.namespace}</td> : null}
                {table.row(key, view).map((cell, index) => <td key={table.columns[index]}>{cell}</td>)}
                <td>{ageText(view.start + now - created)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {objects.length > rowsAtMost ? <p>and {objects.length - rowsAtMost} more: narrow the filter to see them.</p> : null}
    </section>
  )
}

function nodeRow(key: string, view: ClusterView): readonly ReactNode[] {
  const node = view.objects.nodes.get(key)
  if (!node) return []
  const status = nodeStatus(node, view.machines.get(key), [], view.start)
  const words = [status.state === 'ready' ? 'Ready' : 'NotReady', ...(status.cordoned ? ['SchedulingDisabled'] : []), ...status.pressures]
  return [words.join(','), zoneOf(node), status.power === 'off' ? 'powered off' : status.cutOff ? 'cut off' : 'runs', view.podsByNode.get(key)?.size ?? 0]
}

function podRow(key: string, view: ClusterView): readonly ReactNode[] {
  const pod = view.objects.pods.get(key)
  if (!pod) return []
  const statuses = pod.status.containerStatuses ?? []
  const word = podStatus(pod, isLost(view.objects.nodes.get(pod.spec.nodeName ?? '')), view.countdowns.get(`pods/${key}`)).word
  return [word, `${statuses.filter((status) => status.ready).length}/${pod.spec.containers.length}`, statuses.reduce((sum, status) => sum + status.restartCount, 0), pod.spec.nodeName ?? '', pod.status.podIP ?? '']
}

function serviceRow(key: string, view: ClusterView): readonly ReactNode[] {
  const service = view.objects.services.get(key)
  const endpoints = view.endpoints.get(key) ?? []
  return service ? [service.spec.type, service.spec.clusterIP ?? '', `${endpoints.filter(({ ready }) => ready).length} of ${endpoints.length} ready`] : []
}

function endpointsRow(key: string, view: ClusterView): readonly ReactNode[] {
  const endpoints = view.objects.endpoints.get(key)
  return endpoints ? [endpointsText(endpoints)] : []
}

function deploymentRow(key: string, view: ClusterView): readonly ReactNode[] {
  const deployment = view.objects.deployments.get(key)
  if (!deployment) return []
  const { spec, status } = deployment
  return [`${status.readyReplicas ?? 0}/${spec.replicas}`, status.updatedReplicas ?? 0, spec.template.spec.containers.map(({ image }) => image).join(', ')]
}

function replicaSetRow(key: string, view: ClusterView): readonly ReactNode[] {
  const set = view.objects.replicasets.get(key)
  return set ? [set.spec.replicas, set.status.replicas, set.status.readyReplicas ?? 0] : []
}

function daemonSetRow(key: string, view: ClusterView): readonly ReactNode[] {
  const set = view.objects.daemonsets.get(key)
  return set ? [set.status.desiredNumberScheduled, set.status.numberReady] : []
}

function replicationControllerRow(key: string, view: ClusterView): readonly ReactNode[] {
  const controller = view.objects.replicationcontrollers.get(key)
  return controller ? [controller.spec.replicas, controller.status.replicas, controller.status.readyReplicas ?? 0] : []
}

function podTemplateRow(key: string, view: ClusterView): readonly ReactNode[] {
  return [view.objects.podtemplates.get(key)?.template.spec.containers.map(({ image }) => image).join(', ')]
}

function quotaRow(key: string, view: ClusterView): readonly ReactNode[] {
  const quota = view.objects.resourcequotas.get(key)
  const limit = quota && nearestLimit(quota)
  return limit ? [limit.name, `${limit.used ?? '?'} of ${limit.hard}`] : []
}

function leaseRow(key: string, view: ClusterView): readonly ReactNode[] {
  const lease = view.objects.leases.get(key)
  return lease ? [lease.spec.holderIdentity ?? '', lease.spec.renewTime ?? ''] : []
}
