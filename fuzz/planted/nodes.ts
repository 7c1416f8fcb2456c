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
]
