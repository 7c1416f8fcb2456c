// Upstream: pkg/kubelet/kubelet_pods.go getPullSecretsForPod (v1.36). Left out: nothing that it is for.
import type { Pod, Secret } from '../api/generated/types.ts'
import type { PodWorker } from './pod-worker.ts'
import type { WorkerHost } from './worker-host.ts'

/** Says which of the secrets for pulling a pod's images are not there; the pull is tried all the same. True: some are not. */
export function tellMissingPullSecrets(host: WorkerHost, { pod }: PodWorker): boolean {
  if (!pod.spec.imagePullSecrets?.length) return false
  const missing = namesOf(pod).filter((name) => readSecret(host, pod, name) === null)
  if (missing.length > 0) host.event(pod, 'Warning', 'FailedToRetrieveImagePullSecret', `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`)
  return missing.length > 0
}

/** The secrets for pulling a pod's images, as far as they are there. */
export function pullSecretsOf(host: WorkerHost, pod: Pod): readonly Secret[] {
  if (!pod.spec.imagePullSecrets?.length) return none
  return namesOf(pod).map((name) => readSecret(host, pod, name)).filter((secret) => secret !== null)
}

const none: readonly Secret[] = []

function namesOf({ spec }: Pod): readonly string[] {
  return (spec.imagePullSecrets ?? []).map(({ name = '' }) => name).filter((name) => name !== '')
}

function readSecret(host: WorkerHost, { metadata }: Pod, name: string): Secret | null {
  return host.environment('').secret(metadata.namespace ?? 'default', name)
}
