// Upstream: pkg/kubelet/container/helpers.go ShouldContainerBeRestarted, ContainerRestartRules (v1.36). Left out: RestartAllContainers.
import type { Container, PodSpec } from '../api/generated/types.ts'

/** An init container that goes on running beside the main ones. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

/** Whether a container that ended is started again: its own rules first, then its own policy, then the pod's. */
export function shouldRestart(container: Container, podPolicy: PodSpec['restartPolicy'], exitCode: number): boolean {
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    if (action !== 'Restart' || !exitCodes) continue
    const listed = exitCodes.values?.includes(exitCode) === true
    if (exitCodes.operator === 'In' ? listed : !listed) return true
  }
  const policy = container.restartPolicy ?? podPolicy
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}
