import type { Pod } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import type { TestCluster } from '../../src/sim/cluster/testing.ts'
import { startNamespaceController } from '../../src/sim/controllers/namespace/namespace-controller.ts'
import { startServiceAccountController } from '../../src/sim/controllers/service-account/service-account-controller.ts'
import { difference } from '../harness.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from '../partial.ts'

/** Whether something here plays a case of this kind. */
export function isAccountKind({ in: input }: GoldenCase): boolean {
  return Object.hasOwn(runs, input.kind)
}

/** Accounts, their tokens, the root certificate, and what admission does about a pod's account: all through the API. */
export const serviceAccountSet: GoldenSet = {
  name: 'controllers/serviceaccount',
  run: (golden) => runs[golden.in.kind]?.(golden),
}

const runs: Readonly<Record<string, (golden: GoldenCase) => string | null>> = {
  'namespace-created': namespaceCreated,
  'serviceaccount-deleted': accountDeleted,
  'serviceaccount-created': accountCreated,
  'secret-created': secretCreated,
  'pod-admission': podAdmission,
  automount,
  'pull-secrets': pullSecrets,
}

function clusterWithAccounts(): TestCluster {
  const cluster = createTestCluster({ disabledPlugins: [] })
  cluster.component('serviceaccount-controller', startServiceAccountController)
  cluster.settle()
  return cluster
}

function createAccount(cluster: TestCluster, name: string, rest: object = {}): string {
  return must(cluster.client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' }, ...rest })).metadata.uid
}

function namespaceCreated({ in: { name }, out }: GoldenCase): string | null {
  const cluster = clusterWithAccounts()
  must(cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} }))
  cluster.settle()
  for (const { kind, name: made, dataKeys } of out.created) {
    const object = cluster.client.get(kind === 'ConfigMap' ? 'configmaps' : 'serviceaccounts', `${name}/${made}`)
    if (!object.ok) return `${kind} ${made} was not made`
    if (dataKeys) return difference(dataKeys, Object.keys((object.value as { data?: object }).data ?? {}))
  }
  return null
}

function accountDeleted({ in: input, out }: GoldenCase): string | null {
  const cluster = clusterWithAccounts()
  const namespace = input.namespacePhase === 'Terminating' ? 'demo' : 'default'
  if (namespace === 'demo') {
    must(cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} }))
    cluster.settle()
    cluster.component('namespace-controller', startNamespaceController)
    must(cluster.client.delete('namespaces', namespace))
  } else if (input.name !== 'default') createAccount(cluster, input.name)
  const { uid } = must(cluster.client.get('serviceaccounts', `${namespace}/${input.name}`)).metadata
  for (const name of input.tokenSecrets ?? []) createTokenSecret(cluster, name, { 'kubernetes.io/service-account.name': input.name, 'kubernetes.io/service-account.uid': uid })
  cluster.settle(1_000)
  must(cluster.client.delete('serviceaccounts', `${namespace}/${input.name}`))
  cluster.settle(1_000)
  const again = cluster.client.get('serviceaccounts', `${namespace}/${input.name}`)
  const deletedSecrets = (input.tokenSecrets ?? []).filter((name: string) => !cluster.client.get('secrets', `default/${name}`).ok)
  return partialDifference(out, { recreated: again.ok && again.value.metadata.uid !== uid, deletedSecrets })
}

function accountCreated({ in: { name }, out }: GoldenCase): string | null {
  const cluster = clusterWithAccounts()
  createAccount(cluster, name)
  cluster.settle()
  return partialDifference(out, { secretsCreated: cluster.list('secrets').length })
}

function secretCreated({ in: { secret }, out }: GoldenCase): string | null {
  const cluster = clusterWithAccounts()
  createAccount(cluster, secret.annotations['kubernetes.io/service-account.name'])
  cluster.settle()
  createTokenSecret(cluster, 'token', secret.annotations)
  cluster.settle()
  return partialDifference(out, { deleted: cluster.list('secrets').length === 0 })
}

function createTokenSecret(cluster: TestCluster, name: string, annotations: Record<string, string>): void {
  must(cluster.client.create('secrets', { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token', metadata: { name, namespace: 'default', annotations } } as Draft<'secrets'>))
}

function createPod(cluster: TestCluster, { metadata = {}, spec = {} }: { metadata?: object; spec?: object }): ReturnType<TestCluster['client']['create']> {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', ...metadata }, spec: { ...spec, containers: [{ name: 'c', image: 'i' }] } }
  return cluster.client.create('pods', pod as unknown as Draft<'pods'>)
}

function podAdmission({ in: { pod }, out }: GoldenCase): string | null {
  const cluster = clusterWithAccounts()
  const isMirror = pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined
  const name = /serviceaccount "(.*)" not found/.exec(out.message ?? '')?.[1]
  const result = createPod(cluster, { ...pod, spec: { ...pod.spec, ...(name !== undefined && { serviceAccountName: name }), ...(isMirror && { nodeName: 'n' }) } })
  if (!result.ok) return partialDifference(out, { code: result.status.code, message: result.status.message })
  const made = result.value as Pod
  const volume = made.spec.volumes?.find((candidate) => candidate.projected)
  if (out.volume) {
    const { namePattern, ...expected } = out.volume
    if (!new RegExp(`^${namePattern}$`).test(volume?.name ?? '')) return `volume is named ${volume?.name ?? 'nothing'}`
    const mount = made.spec.containers[0]?.volumeMounts?.find((candidate) => candidate.name === volume?.name)
    return partialDifference({ volume: expected, mount: out.mount }, { volume: { ...volume }, mount: { ...mount } })
  }
  const changed = made.spec.serviceAccountName !== undefined || volume !== undefined
  return partialDifference(out, { changed, spec: { ...made.spec } })
}

function automount({ in: input, out }: GoldenCase): string | null {
  const cluster = clusterWithAccounts()
  createAccount(cluster, 'builder', input.serviceAccount === null ? {} : { automountServiceAccountToken: input.serviceAccount })
  cluster.settle()
  const made = must(createPod(cluster, { spec: { serviceAccountName: 'builder', ...(input.pod !== null && { automountServiceAccountToken: input.pod }) } })) as Pod
  return partialDifference(out, { mounted: (made.spec.volumes ?? []).some(({ projected }) => projected) })
}

function pullSecrets({ in: { account, pods }, out }: GoldenCase): string | null {
  const cluster = clusterWithAccounts()
  const named = (names: readonly string[]) => names.map((name) => ({ name }))
  createAccount(cluster, 'builder', { imagePullSecrets: named(account) })
  cluster.settle()
  const actual = (pods as readonly (readonly string[])[]).map((names, at) => {
    const made = must(createPod(cluster, { metadata: { name: `p${at}` }, spec: { serviceAccountName: 'builder', ...(names.length > 0 && { imagePullSecrets: named(names) }) } })) as Pod
    return (made.spec.imagePullSecrets ?? []).map(({ name }) => name)
  })
  return difference(out.pods, actual)
}
