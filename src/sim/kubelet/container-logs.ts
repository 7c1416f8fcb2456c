// Upstream: pkg/kubelet/kubelet_pods.go validateContainerLogStatus, GetKubeletContainerLogs (v1.36). Left out: byte limits, streams.
import type { ContainerStatus, Pod } from '../api/generated/types.ts'

/** Lines, or the text of a 400 BadRequest. */
export type LogAnswer = { readonly ok: true; readonly lines: readonly string[] } | { readonly ok: false; readonly message: string }

/** Why a container has no log to show; null: it has one. */
export function logRefusal(pod: string, container: string, status: ContainerStatus | undefined, previous: boolean): string | null {
  if (previous) return status?.lastState?.terminated?.containerID ? null : `previous terminated container "${container}" in pod "${pod}" not found`
  const { running, terminated, waiting } = status?.state ?? {}
  if (running || terminated?.containerID) return null
  if (terminated) return status?.lastState?.terminated?.containerID ? null : `container "${container}" in pod "${pod}" is terminated`
  if (status?.lastState?.terminated?.containerID) return null
  if (!waiting) return `container "${container}" in pod "${pod}" is waiting to start - no logs yet`
  const pulling = waiting.reason === 'ErrImagePull' || waiting.reason === 'ImagePullBackOff'
  const why = waiting.reason === 'ErrImagePull' ? 'image can\'t be pulled' : pulling ? 'trying and failing to pull image' : waiting.reason
  return `container "${container}" in pod "${pod}" is waiting to start: ${why ?? ''}`
}

/** The id of the run whose log is meant, where it is not refused. */
export function logSourceOf(status: ContainerStatus | undefined, previous: boolean): string {
  const last = status?.lastState?.terminated?.containerID ?? ''
  if (previous) return last
  return status?.state?.running ? (status.containerID ?? '') : (status?.state?.terminated?.containerID ?? last)
}

/** The container a log request means when it names none. */
export function logContainerOf(pod: Pod, asked: string | undefined): string | null {
  const names = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map((container) => container.name)
  if (asked !== undefined) return names.includes(asked) ? asked : null
  return pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'] ?? names[0] ?? null
}
