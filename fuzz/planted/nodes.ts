import type { Planted } from './planted.ts'

const backOff = 'src/sim/kubelet/back-off.ts'
const probes = 'src/sim/kubelet/probe-state.ts'

/** Bugs in the scheduler, the kubelet and the network. */
export const bugsOfNodes: readonly Planted[] = [
  { id: 'no-room-bound', what: 'the scheduler does not count CPU', file: 'src/sim/scheduler/plugins/resources-fit.ts', find: 'if (cpu > 0 && cpu > node.cpu - node.usedCpu) return', replace: 'if (cpu > 0 && cpu > node.cpu) return' },
  { id: 'taints-not-filtered', what: 'the scheduler does not look at taints', file: 'src/sim/scheduler/plugins/taint-toleration.ts', find: 'node.hardTaints.length > 0 && untolerated(node.hardTaints, tolerations) > 0 ? refusal : null', replace: 'node.hardTaints.length > 9 ? refusal : null' },
  { id: 'ports-shared', what: 'two pods get one port of their machine', file: 'src/sim/scheduler/host-ports.ts', find: 'return a.port === b.port && a.protocol', replace: 'return a.port !== b.port && a.protocol' },
  { id: 'selector-ignored', what: 'the scheduler does not look at nodeSelector', file: 'src/sim/scheduler/required-node-affinity.ts', find: 'if (spec.nodeSelector) {', replace: 'if (spec.nodeSelector && spec.volumes?.length === 99) {' },
  { id: 'restart-count-lost', what: 'a restart is not counted', file: 'src/sim/kubelet/api-container-status.ts', find: 'restartCount: newest.attempt,', replace: 'restartCount: Math.min(newest.attempt, 2),' },
  { id: 'back-off-not-doubled', what: 'the delay between restarts stays the same', file: backOff, find: 'Math.min(entry.backOff * 2, this.most)', replace: 'Math.min(entry.backOff, this.most)' },
  { id: 'back-off-not-told', what: 'no event tells that a container waits for its restart', file: 'src/sim/kubelet/container-starter.ts', find: "containerEvent(host, worker, container, 'Warning', 'BackOff',", replace: "if (worker.key === '') containerEvent(host, worker, container, 'Warning', 'BackOff'," },
  { id: 'probe-threshold-off-by-one', what: 'a probe needs one failure less', file: probes, find: 'if (run < threshold) return', replace: 'if (run < threshold - 1) return' },
  { id: 'ready-at-once', what: 'a container is ready before its first probe', file: probes, find: "kind === 'readiness' ? 'failure'", replace: "kind === 'readiness' ? 'success'" },
  { id: 'on-failure-is-always', what: 'a container that ended well is restarted under OnFailure', file: 'src/sim/kubelet/restart-policy.ts', find: "(policy === 'OnFailure' && exitCode !== 0)", replace: "policy === 'OnFailure'" },
  { id: 'address-reused', what: 'an address of a pod is given to another while it is in use', file: 'src/sim/network/pod-ipam.ts', find: 'if (this.used.has(this.last)) continue', replace: 'if (this.last > 4) this.last = 2' },
  { id: 'addresses-forgotten', what: 'a kubelet that starts does not know which addresses are taken', file: 'src/sim/network/pod-ipam.ts', find: 'for (const ip of taken) this.reserve(ip)', replace: 'void taken' },
  { id: 'lease-not-again', what: 'a kubelet whose renewal failed once never renews again', file: 'src/sim/kubelet/node-agent.ts', find: 'if (!renewed.ok) return this.ensureLease(kubeletConstants.leaseEnsureBackOffInitial)', replace: 'if (!renewed.ok) return' },
  { id: 'skew-ignored', what: 'the scheduler lets skew grow', file: 'src/sim/scheduler/plugins/topology-spread.ts', find: 'if (skew > constraint.maxSkew) return', replace: 'if (skew > constraint.maxSkew + 9) return' },
  { id: 'equals-driven-out', what: 'pods of the same priority are driven out too', file: 'src/sim/scheduler/preemption.ts', find: 'node.pods.filter(({ priority }) => priority < pod.priority)', replace: 'node.pods.filter(({ priority }) => priority <= pod.priority)' },
  { id: 'never-tried-again', what: 'a pod that found no room is never tried again', file: 'src/sim/scheduler/scheduling-queue.ts', find: 'if (queued.rejectedBy.size === 0) return true\n', replace: 'if (queued.rejectedBy.size > 0 || queued.since > 0) return false\n' },
  { id: 'renewed-too-often', what: 'a lease is renewed twice as often', file: 'src/sim/kubelet/node-agent.ts', find: '(flags.nodeLeaseDurationSeconds * 1000) / kubeletConstants.leaseRenewFraction', replace: '(flags.nodeLeaseDurationSeconds * 500) / kubeletConstants.leaseRenewFraction' },
  { id: 'terminal-leaves', what: 'a pod that has failed can run again', file: 'src/sim/kubelet/status-writer.ts', find: "const phase = live.phase === 'Failed' || live.phase === 'Succeeded' ? live.phase : own.phase", replace: 'const phase = own.phase', also: { file: 'src/sim/kubelet/api-pod-status.ts', find: "if (old.phase === 'Failed' || old.phase === 'Succeeded') phase = old.phase", replace: '' } },
  { id: 'back-off-uncapped', what: 'delays between restarts and pulls grow beyond five minutes', file: backOff, find: 'Math.min(entry.backOff * 2, this.most)', replace: 'entry.backOff * 2' },
  { id: 'back-off-not-reset', what: 'a container that ran for long waits as if it had not', file: backOff, find: 'const expired = !entry || eventTime - entry.lastUpdate > this.expiry', replace: 'const expired = !entry' },
  { id: 'back-off-outlives', what: 'a back-off holds however long ago it was', file: backOff, find: 'if (!entry || eventTime - entry.lastUpdate > this.expiry) return null\n    return now - eventTime', replace: 'if (!entry) return null\n    return now - eventTime' },
  { id: 'mirror-not-removed', what: 'a static pod that was taken away keeps its mirror', file: 'src/sim/kubelet/mirror-pods.ts', find: 'removeMirrorPod(this.context, pod)\n', replace: '' },
  { id: 'status-not-retried', what: 'a status that could not be written is forgotten', file: 'src/sim/kubelet/status-writer.ts', find: 'if (this.attempt(wanted)) this.unwritten', replace: 'if (this.attempt(wanted) || wanted) this.unwritten' },
  { id: 'init-not-waited', what: 'the application starts while an init container runs', file: 'src/sim/kubelet/container-plan.ts', find: "if (record?.state === 'running' || record?.state === 'created') return 'waiting'", replace: "if (record?.state === 'running' || record?.state === 'created') continue" },
  { id: 'ready-without-containers', what: 'a pod is ready although a container is not', file: 'src/sim/kubelet/pod-status.ts', find: 'if (unknown.length + unready.length === 0) return containersReady', replace: 'if (unknown.length === 0) return containersReady' },
  { id: 'let-go-while-running', what: 'a pod is let go while its containers end', file: 'src/sim/kubelet/pod-worker.ts', find: 'if (this.running().length > 0) return\n    this.stage', replace: 'if (this.running().length > 1) return\n    this.stage' },
  { id: 'deadline-of-pod-early', what: 'a pod is ended before its deadline', file: 'src/sim/kubelet/pod-worker.ts', find: 'this.acceptedAt + seconds * 1000', replace: 'this.acceptedAt + seconds * 900' },
  { id: 'cut-off-is-heard', what: 'a machine without network reaches the API', file: 'src/sim/cluster/faults/link-condition.ts', find: 'caller.node === fault.node && caller.node !== controlPlane : hits', replace: 'caller.node === fault.node && caller.node === controlPlane : hits' },
  { id: 'unready-answer', what: 'kube-proxy sends to endpoints that are not ready', file: 'src/sim/network/endpoint-choice.ts', find: 'const ready = endpoints.filter((endpoint) => endpoint.ready)', replace: 'const ready = endpoints' },
]
