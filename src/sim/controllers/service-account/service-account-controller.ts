// Upstream: pkg/controller/serviceaccount, pkg/controller/certificates/rootcacertpublisher (v1.36). Left out: signing of tokens into secrets.
import type { ConfigMap, Namespace, Secret, ServiceAccount } from '../../api/generated/types.ts'
import { keyOf, objectKey } from '../../api/objects.ts'
import { StatusError } from '../../api/status.ts'
import type { Result } from '../../api/status.ts'
import type { ComponentContext, Lister } from '../../client/component.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import { certificateAuthority } from './certificate-authority.ts'

const defaultAccount = 'default'
export const rootCaConfigMap = 'kube-root-ca.crt'
const tokenType = 'kubernetes.io/service-account-token'
const accountNameAnnotation = 'kubernetes.io/service-account.name'
const accountUidAnnotation = 'kubernetes.io/service-account.uid'
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. ' +
  'No other usage is guaranteed across distributions of Kubernetes clusters.'

/** Gives every namespace its default account and the cluster's root certificate, and takes token secrets away with their account. */
export function startServiceAccountController(context: ComponentContext): void {
  const { agenda, client, informers } = context
  const namespaces = informers.of('namespaces')
  const accounts = informers.of('serviceaccounts')
  const configMaps = informers.of('configmaps')
  const secrets = informers.of('secrets')
  const queue = new WorkQueue(agenda, 'service-account', reconcileNamespace, { client })
  const tokens = new WorkQueue(agenda, 'service-account tokens', (key) => reconcileToken(context, secrets.lister.get(key), accounts.lister), { workers: 5, client })
  secrets.addIndex('tokens', (secret) => (isToken(secret) ? [accountOf(secret)] : []))

  namespaces.onChange(({ new: namespace }) => namespace && queue.add(namespace.metadata.name))
  accounts.onChange(({ old, new: account }) => {
    if (account) return
    if (old?.metadata.name === defaultAccount) queue.add(old.metadata.namespace ?? '')
    for (const secret of secrets.lister.byIndex('tokens', keyOf(old!))) tokens.add(keyOf(secret))
  })
  configMaps.onChange(({ old, new: current }) => {
    const { name, namespace = '' } = (current ?? old)!.metadata
    if (old && name === rootCaConfigMap) queue.add(namespace)
  })
  secrets.onChange(({ new: secret }) => secret && isToken(secret) && tokens.add(keyOf(secret)))
  queue.pause()
  tokens.pause()
  informers.whenSynced(() => {
    queue.resume()
    tokens.resume()
  })

  function reconcileNamespace(name: string): 'whenChanged' {
    const namespace = namespaces.lister.get(name)
    if (!namespace || !isActive(namespace)) return 'whenChanged'
    if (!accounts.lister.get(objectKey(name, defaultAccount))) {
      tolerateTermination(client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: defaultAccount, namespace: name } }))
    }
    publishRootCa(context, name, configMaps.lister.get(objectKey(name, rootCaConfigMap)))
    return 'whenChanged'
  }
}

function publishRootCa({ client }: ComponentContext, namespace: string, present: ConfigMap | undefined): void {
  const data = { 'ca.crt': certificateAuthority }
  const annotations = { 'kubernetes.io/description': description }
  if (!present) {
    tolerateTermination(client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: rootCaConfigMap, namespace, annotations }, data }))
    return
  }
  const isRight = Object.keys(present.data ?? {}).length === 1 && present.data?.['ca.crt'] === certificateAuthority
  const isDescribed = (present.metadata.annotations?.['kubernetes.io/description'] ?? '') !== ''
  if (isRight && isDescribed) return
  const updated = client.update('configmaps', { ...present, data, metadata: { ...present.metadata, annotations } })
  if (!updated.ok) throw new StatusError(updated.status)
}

function reconcileToken({ client }: ComponentContext, secret: Secret | undefined, accounts: Lister<ServiceAccount>): 'whenChanged' {
  if (!secret || !isToken(secret)) return 'whenChanged'
  const account = accounts.get(accountOf(secret))
  const uid = secret.metadata.annotations?.[accountUidAnnotation]
  if (account && (uid === undefined || uid === '' || uid === account.metadata.uid)) return 'whenChanged'
  const { uid: secretUid, resourceVersion } = secret.metadata
  const deleted = client.delete('secrets', keyOf(secret), { preconditions: { uid: secretUid, resourceVersion } })
  if (!deleted.ok && deleted.status.reason !== 'NotFound') throw new StatusError(deleted.status)
  return 'whenChanged'
}

function isToken({ type, metadata }: Secret): boolean {
  return type === tokenType && (metadata.annotations?.[accountNameAnnotation] ?? '') !== ''
}

function accountOf({ metadata: { namespace, annotations } }: Secret): string {
  return objectKey(namespace, annotations?.[accountNameAnnotation] ?? '')
}

function isActive({ status, metadata }: Namespace): boolean {
  return status.phase !== 'Terminating' && metadata.deletionTimestamp === undefined
}

/** A namespace that began to go in the meantime needs nothing any more; what somebody else made is there. */
function tolerateTermination(result: Result<unknown>): void {
  if (result.ok || result.status.reason === 'AlreadyExists') return
  if (!result.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')) throw new StatusError(result.status)
}
