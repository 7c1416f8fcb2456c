import type { KubernetesObject } from '../src/sim/api/objects.ts'
import type { Pod } from '../src/sim/api/generated/types.ts'
import type { Cluster } from '../src/sim/cluster/cluster.ts'
import type { Command } from '../src/sim/cluster/run.ts'
import type { KeyValue } from '../src/sim/etcd/store.ts'

/**
 * Names that only the run knows: `default/#3` is the fourth pod of a namespace (modulo), `default/@worker-1#0` the first on a machine,
 * `?app=x` the first with a label, `$app` a label of the pod that is meant, `$uid:configmaps/default/owner` a uid. Null: there is no such thing now.
 */
export function resolve(cluster: Cluster, command: Command): Command | null {
  if (command.kind === 'kill') {
    const pod = podOf(cluster, command.pod)
    return pod && { ...command, pod: keyOf(pod) }
  }
  if (command.kind === 'delete') {
    if (!/[#?]/.test(command.key)) return command
    const pod = podOf(cluster, command.key)
    return pod && { ...command, key: keyOf(pod) }
  }
  if (command.kind !== 'request') return command
  const { request } = command
  const named = /[#?]/.test(request.name ?? '')
  const pod = named ? podOf(cluster, `${request.namespace}/${request.name}`) : null
  if (named && !pod) return null
  const text = JSON.stringify({ ...request, ...(pod && { name: pod.metadata.name }) })
  const filled = text
    .replaceAll(/"\$(app|was)"/g, (_, label: string) => JSON.stringify(pod?.metadata.labels?.[label] ?? 'nobody'))
    .replaceAll(/\$uid:([a-z/-]+)/g, (_, key: string) => cluster.store.get(`/registry/${key}`)?.value?.metadata.uid ?? 'gone')
  return { kind: 'request', request: JSON.parse(filled) as typeof request }
}

function podOf(cluster: Cluster, symbol: string): Pod | null {
  const [namespace = '', name = ''] = symbol.split('/')
  const all = (cluster.store.range(`/registry/pods/${namespace}/`) as KeyValue<KubernetesObject>[]).map(({ value }) => value as Pod)
  const [, node, index, label, value] = /^(?:@([\w-]+))?#(\d+)$|^\?([\w-]+)=([\w-]+)$/.exec(name) ?? []
  if (index === undefined && label === undefined) return all.find((pod) => pod.metadata.name === name) ?? null
  const found = all.filter((pod) => (node === undefined || pod.spec.nodeName === node) && (label === undefined || pod.metadata.labels?.[label] === value))
  return found.length === 0 ? null : found[Number(index ?? 0) % found.length]!
}

function keyOf({ metadata: { namespace, name } }: Pod): string {
  return `${namespace}/${name}`
}
