// Upstream: pkg/kubelet/kubelet_pods.go getPullSecretsForPod (v1.36). Left out: what the secrets hold (registries let everybody in).
import type { PodWorker } from './pod-worker.ts'
import type { WorkerHost } from './worker-host.ts'

/** Says which of the secrets for pulling a pod's images are not there; the pull is tried all the same. */
export function tellMissingPullSecrets(host: WorkerHost, { pod }: PodWorker): void {
  const { imagePullSecrets = [] } = pod.spec
  if (imagePullSecrets.length === 0) return
  const source = host.environment('')
  const missing = imagePullSecrets.map(({ name = '' }) => name).filter((name) => name !== '' && source.secret(pod.metadata.namespace ?? 'default', name) === null)
  if (missing.length > 0) host.event(pod, 'Warning', 'FailedToRetrieveImagePullSecret', `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`)
}
