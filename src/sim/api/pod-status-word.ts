import type { ContainerStatus, Pod } from './generated/types.ts'

/**
 * The word that kubectl shows as a pod's STATUS: the phase, or why it is not what it should be.
 * Upstream: pkg/printers/internalversion/printers.go printPod (v1.36).
 */
export function podStatusWord(pod: Pod): string {
  const initializing = initWord(pod)
  const word = initializing ?? containersWord(pod)
  if (!pod.metadata.deletionTimestamp) return word
  if (pod.status.reason === 'NodeLost') return 'Unknown'
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed' ? word : 'Terminating'
}

function initWord(pod: Pod): string | null {
  const inits = pod.spec.initContainers ?? []
  for (const [index, status] of (pod.status.initContainerStatuses ?? []).entries()) {
    const sidecar = inits.find(({ name }) => name === status.name)?.restartPolicy === 'Always'
    if (status.state?.terminated?.exitCode === 0 || (sidecar && status.started)) continue
    const { terminated, waiting } = status.state ?? {}
    if (terminated) return `Init:${endWord(terminated)}`
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`
    return `Init:${index}/${inits.length}`
  }
  return null
}

function containersWord({ status }: Pod): string {
  let word = status.reason ?? status.phase
  let running = false
  for (const container of [...(status.containerStatuses ?? [])].reverse()) {
    const { waiting, terminated } = container.state ?? {}
    if (waiting?.reason) word = waiting.reason
    else if (terminated) word = endWord(terminated)
    else if (container.ready && container.state?.running) running = true
  }
  // A pod whose other containers still run is not over.
  if (word === 'Completed' && running) return status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ? 'Running' : 'NotReady'
  return word
}

function endWord(terminated: NonNullable<NonNullable<ContainerStatus['state']>['terminated']>): string {
  if (terminated.reason) return terminated.reason
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
}
