import type { Deployment, Event, Node, Pod, Service } from '../sim/api/generated/types.ts'
import { formatAge } from '../sim/api/duration-text.ts'
import type { KubernetesObject } from '../sim/api/objects.ts'
import type { Resource } from '../sim/api/resources.ts'
import type { Cluster } from '../sim/cluster/cluster.ts'
import { podStatusWord } from '../sim/api/pod-status-word.ts'

/** How a run ended, for people: nodes, deployments, services and pods, each as kubectl lists them. */
export function summaryTables(cluster: Cluster, list: (resource: Resource) => readonly KubernetesObject[], wide: boolean): string {
  const age = (object: KubernetesObject) => formatAge(cluster.now - cluster.wall.instantOf(object.metadata.creationTimestamp))
  const nodes = (list('nodes') as Node[]).map((node) => [node.metadata.name, nodeStatus(node), age(node), ...(wide ? [node.status.addresses?.[0]?.address ?? '<none>'] : [])])
  const deployments = (list('deployments') as Deployment[]).map((each) => [each.metadata.namespace ?? '', each.metadata.name, `${each.status.readyReplicas ?? 0}/${each.spec.replicas}`, String(each.status.updatedReplicas ?? 0), String(each.status.availableReplicas ?? 0), age(each)])
  const services = (list('services') as Service[]).map((each) => [each.metadata.namespace ?? '', each.metadata.name, each.spec.type, each.spec.clusterIP ?? '<none>', each.spec.ports?.map((port) => `${port.port}/${port.protocol}`).join(',') ?? '<none>', age(each)])
  const pods = (list('pods') as Pod[]).map((pod) => [pod.metadata.namespace ?? '', pod.metadata.name, readyCount(pod), podStatusWord(pod), restarts(pod), age(pod), ...(wide ? [pod.status.podIP ?? '<none>', pod.spec.nodeName ?? '<none>'] : [])])
  return [
    table(['NODE', 'STATUS', 'AGE', ...(wide ? ['INTERNAL-IP'] : [])], nodes),
    table(['NAMESPACE', 'DEPLOYMENT', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE'], deployments),
    table(['NAMESPACE', 'SERVICE', 'TYPE', 'CLUSTER-IP', 'PORT(S)', 'AGE'], services),
    table(['NAMESPACE', 'POD', 'READY', 'STATUS', 'RESTARTS', 'AGE', ...(wide ? ['IP', 'NODE'] : [])], pods),
  ].join('\n') + '\n'
}

/** All events in the order of their last occurrence. */
export function eventTable(cluster: Cluster, events: readonly Event[]): string {
  const seen = (event: Event) => event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp
  const rows = [...events].sort((a, b) => (seen(a) < seen(b) ? -1 : seen(a) > seen(b) ? 1 : Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion)))
  return table(['TIME', 'NAMESPACE', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'], rows.map((event) => [timeOf(cluster.wall.instantOf(seen(event))), event.metadata.namespace ?? '', event.type ?? '', event.reason ?? '', `${event.involvedObject.kind?.toLowerCase()}/${event.involvedObject.name}`, `${event.message ?? ''}${(event.count ?? 1) > 1 ? ` (x${event.count})` : ''}`]))
}

/** Virtual time; the cluster boots before zero. */
function timeOf(millis: number): string {
  return millis < 0 ? `-${formatAge(-millis)}` : formatAge(millis)
}

function nodeStatus({ spec, status }: Node): string {
  const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True' ? 'Ready' : 'NotReady'
  return spec.unschedulable ? `${ready},SchedulingDisabled` : ready
}

function readyCount({ spec, status }: Pod): string {
  return `${status.containerStatuses?.filter(({ ready }) => ready).length ?? 0}/${spec.containers.length}`
}

function restarts({ status }: Pod): string {
  return String(status.containerStatuses?.reduce((sum, { restartCount }) => sum + restartCount, 0) ?? 0)
}

/** kubectl's table: upper-case headers, three blanks between columns. What strangers wrote is shown without control characters. */
function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map((cell) => cell.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')))
  const widths = headers.map((header, column) => clean.reduce((widest, row) => Math.max(widest, row[column]!.length), header.length))
  return [headers, ...clean].map((row) => `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]! + 3))).join('')}\n`).join('')
}
