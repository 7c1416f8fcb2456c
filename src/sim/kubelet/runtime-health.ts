// Upstream: pkg/kubelet/runtime.go, updateRuntimeUp in kubelet.go, Healthy in pleg/generic.go (v1.36). Left out: conditions of the runtime beside the network's, storage errors.
import type { Millis } from '../kernel/agenda.ts'
import { durationText } from './go-duration.ts'
import { kubeletConstants } from './flags.ts'

/** maxWaitForContainerRuntime: so long the runtime may be silent. */
const runtimeThreshold: Millis = 30_000
/** updateRuntimeUp's period. */
const runtimePeriod: Millis = 5000

/** Why a kubelet whose runtime has been silent since `downSince` is not ready, in the order in which it tells. */
export function runtimeErrors(downSince: Millis, startedAt: Millis, now: Millis): string[] {
  const { relistThreshold } = kubeletConstants
  const lastBefore = (period: Millis): Millis => startedAt + Math.max(0, Math.floor((downSince - startedAt) / period)) * period
  const unlisted = now - lastBefore(kubeletConstants.relistPeriod)
  return [
    ...(now - lastBefore(runtimePeriod) >= runtimeThreshold ? ['container runtime is down'] : []),
    ...(unlisted > relistThreshold ? [`PLEG is not healthy: pleg was last seen active ${durationText(unlisted)} ago; threshold is ${durationText(relistThreshold)}`] : []),
  ]
}
