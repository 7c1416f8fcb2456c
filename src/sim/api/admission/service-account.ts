// Upstream: plugin/pkg/admission/serviceaccount (v1.36). Left out: a token volume's name of its own for each pod: pods of one template share one.
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '../generated/types.ts'
import { deepFreeze } from '../objects.ts'

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const tokenExpirationSeconds = 3607

/** What the plugin must know: the account, and the letters that the token volume's name ends in. */
export interface ServiceAccountEnvironment {
  serviceAccount(namespace: string, name: string): ServiceAccount | undefined
  /** Five letters of generateName's alphabet. */
  suffix(): string
  readonly admitted: AdmittedSpecs
}

/** What specs became, by the spec that came, then by the account's name and life: pods of one template share one admitted spec, token volume included. Of one server: another draws other letters. */
export type AdmittedSpecs = WeakMap<PodSpec, Map<string, PodSpec>>

export type ServiceAccountAdmission = { readonly pod: Pod } | { readonly refusal: string }

/** Runs a pod as the account `default` unless it names one, and mounts that account's token into every container. */
export function admitServiceAccount(pod: Pod, environment: ServiceAccountEnvironment): ServiceAccountAdmission {
  const { metadata, spec } = pod
  // Mirror pods come from a kubelet, which mounts no tokens.
  if (metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) {
    if (spec.serviceAccountName) return { refusal: 'a mirror pod may not reference service accounts' }
    const projected = (spec.volumes ?? []).some((volume) => volume.projected?.sources?.some((source) => source.serviceAccountToken))
    return projected ? { refusal: 'a mirror pod may not use ServiceAccountToken volume projections' } : { pod }
  }
  const name = spec.serviceAccountName || 'default'
  const account = environment.serviceAccount(metadata.namespace ?? '', name)
  if (!account) return { refusal: `error looking up service account ${metadata.namespace}/${name}: serviceaccount "${name}" not found` }
  const admitted = specFor(spec, name, account, environment)
  return { pod: admitted === spec ? pod : { ...pod, spec: admitted } }
}

function specFor(spec: PodSpec, name: string, account: ServiceAccount, environment: ServiceAccountEnvironment): PodSpec {
  if (!Object.isFrozen(spec)) return admit(spec, name, account, environment)
  const key = `${account.metadata.namespace}/${name}/${account.metadata.uid}/${account.metadata.resourceVersion}`
  const known = environment.admitted.get(spec)?.get(key)
  if (known) return known
  const admitted = deepFreeze(admit(spec, name, account, environment))
  const byAccount = environment.admitted.get(spec) ?? new Map<string, PodSpec>()
  byAccount.set(key, admitted)
  environment.admitted.set(spec, byAccount)
  return admitted
}

function admit(spec: PodSpec, name: string, account: ServiceAccount, environment: ServiceAccountEnvironment): PodSpec {
  let admitted: PodSpec = spec.serviceAccountName === name && spec.serviceAccount === name ? spec : { ...spec, serviceAccountName: name, serviceAccount: name }
  const wantsToken = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true
  if (wantsToken) admitted = withToken(admitted, environment)
  if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) admitted = { ...admitted, imagePullSecrets: account.imagePullSecrets }
  return admitted
}

function withToken(spec: PodSpec, environment: ServiceAccountEnvironment): PodSpec {
  const known = (spec.volumes ?? []).find((volume) => volume.name.startsWith('kube-api-access-') && isTokenVolume(volume))
  const isMounted = (container: Container): boolean => (container.volumeMounts ?? []).some((mount) => mount.mountPath === mountPath)
  const containers = [...spec.containers, ...(spec.initContainers ?? [])]
  if (containers.every(isMounted)) return spec
  const name = known?.name ?? `kube-api-access-${environment.suffix()}`
  const mount = (container: Container): Container =>
    isMounted(container) ? container : { ...container, volumeMounts: [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath }] }
  return {
    ...spec,
    ...(known ? {} : { volumes: [...(spec.volumes ?? []), tokenVolume(name)] }),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(mount) } : {}),
    containers: spec.containers.map(mount),
  }
}

function isTokenVolume(volume: Volume): boolean {
  return volume.projected?.sources?.some((source) => source.serviceAccountToken !== undefined) ?? false
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenExpirationSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
      defaultMode: 420,
    },
  }
}
