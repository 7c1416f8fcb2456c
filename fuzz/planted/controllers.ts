import type { Planted } from './planted.ts'

const rollout = 'src/sim/controllers/deployment/rollout-plan.ts'
const sync = 'src/sim/controllers/deployment/deployment-sync.ts'
const collector = 'src/sim/controllers/garbage-collector/garbage-collector.ts'
const monitor = 'src/sim/controllers/node-lifecycle/monitor-pass.ts'
const health = 'src/sim/controllers/node-lifecycle/node-health.ts'

/** Bugs in the controllers. */
export const bugsOfControllers: readonly Planted[] = [
  { id: 'surge-off-by-one', what: 'a rollout may have one pod more than maxSurge says', file: rollout, find: 'const room = replicas + maxSurge(deployment) - askedFor(all)', replace: 'const room = replicas + maxSurge(deployment) + 1 - askedFor(all)' },
  { id: 'unavailable-off-by-one', what: 'a rollout may lack one pod more than maxUnavailable says', file: rollout, find: 'const minAvailable = deployment.spec.replicas - maxUnavailable(deployment)', replace: 'const minAvailable = deployment.spec.replicas - maxUnavailable(deployment) - 1' },
  { id: 'history-off-by-one', what: 'one old ReplicaSet more than revisionHistoryLimit is kept', file: rollout, find: 'Math.max(0, alive.length - spec.revisionHistoryLimit)', replace: 'Math.max(0, alive.length - 1 - spec.revisionHistoryLimit)' },
  { id: 'recreate-early', what: 'Recreate does not wait until the old pods are gone', file: rollout, find: "return running ? { kind: 'wait' }", replace: "return running && old.length > 99 ? { kind: 'wait' }" },
  { id: 'rollout-while-paused', what: 'a paused Deployment is rolled out', file: sync, find: 'if (spec.paused === true) return this.scaleOnly()', replace: '' },
  { id: 'old-sets-stay', what: 'old pods that never became ready are not taken away', file: rollout, find: 'unhealthy -= shrink(replicaSet, Math.min(unhealthy, broken))', replace: 'unhealthy -= 0 * broken' },
  { id: 'deadline-early', what: 'a rollout is late before its deadline', file: 'src/sim/controllers/deployment/conditions.ts', find: 'deployment.spec.progressDeadlineSeconds * 1000 < now', replace: 'deployment.spec.progressDeadlineSeconds * 500 < now' },
  { id: 'one-pod-less', what: 'a ReplicaSet is content with one pod less', file: 'src/sim/controllers/replica-set/replica-set-controller.ts', find: 'const creates = Math.min(replicaSet.spec.replicas - counts.active, burstReplicas)', replace: 'const creates = Math.min(Math.max(0, replicaSet.spec.replicas - counts.active - (counts.active > 1 ? 1 : 0)), burstReplicas)' },
  { id: 'daemons-on-tainted', what: 'daemon pods are made for nodes whose taints they do not tolerate', file: 'src/sim/controllers/daemon-set/daemon-pod.ts', find: 'const shouldRun = !findUntolerated(taints, tolerations, isHardTaint)', replace: "const shouldRun = !findUntolerated(taints, tolerations, ({ key, effect }) => effect === 'NoExecute' && key !== 'x')" },
  { id: 'daemons-not-made', what: 'a DaemonSet that may surge makes no pods', file: 'src/sim/controllers/daemon-set/daemon-set-plan.ts', find: 'if (shouldRun && !pods) return', replace: 'if (shouldRun && !pods && !rules.surge) return' },
  { id: 'uid-not-checked', what: 'the garbage collector takes a namesake for the owner', file: collector, find: 'return live?.metadata.uid === node.uid ? live : undefined', replace: 'return live' },
  { id: 'orphan-as-background', what: 'dependents that are to be orphaned keep the reference and go with their owner', file: collector, find: "this.patchOwners(dependent, [{ $patch: 'delete', uid }])", replace: '' },
  { id: 'foreground-not-waited', what: 'an owner in foreground deletion goes before its dependents', file: collector, find: "if (blocking.length === 0) this.removeFinalizer(node, 'foregroundDeletion')", replace: "this.removeFinalizer(node, 'foregroundDeletion')" },
  { id: 'namespace-early', what: 'a namespace is finalized while something is in it', file: 'src/sim/controllers/namespace/namespace-controller.ts', find: 'if (estimate > 0) return { after: requeueAfter(estimate) }', replace: '' },
  { id: 'namespace-pods-last', what: 'in a namespace that ends everything goes at once, not pods first', file: 'src/sim/controllers/namespace/namespace-controller.ts', find: 'const podsRemain = removal.remaining.size > 0', replace: 'const podsRemain = false' },
  { id: 'lease-compared-wrongly', what: 'a lease that stands still is taken for a renewed one', file: monitor, find: 'renewTime > health.renewTime', replace: 'renewTime >= health.renewTime' },
  { id: 'grace-halved', what: 'a node is given up after half its grace period', file: health, find: 'const isSilent = now >= health.probedAt + allowed', replace: 'const isSilent = now >= health.probedAt + allowed / 2' },
  { id: 'never-unknown', what: 'a node that is silent is never given up', file: health, find: "if (!isSilent || ready?.status === 'Unknown') return", replace: "if (!isSilent || isSilent || ready?.status === 'Unknown') return" },
  { id: 'taint-not-removed', what: 'a node that is back keeps its NoExecute taint', file: monitor, find: "if (status === 'True') markReachable(state, known)", replace: '' },
  { id: 'taints-at-once', what: 'lost nodes of a zone are all given up at once', file: 'src/sim/controllers/node-lifecycle/taint-queue.ts', find: 'this.tokenAt = now + this.period\n    return true', replace: 'return true' },
  { id: 'toleration-seconds-ignored', what: 'pods that tolerate a taint for a while are driven off at once', file: 'src/sim/controllers/taint-eviction/plan-eviction.ts', find: 'const allowed = Math.max(0, tolerationSeconds) * 1_000', replace: 'const allowed = Math.max(0, tolerationSeconds) * 0' },
  { id: 'eviction-not-cancelled', what: 'a pod is driven off although the taint is gone', file: 'src/sim/controllers/taint-eviction/plan-eviction.ts', find: "if (stay === 'forever') return { kind: 'cancel' }", replace: "if (stay === 'forever') return { kind: 'keep' }" },
  { id: 'terminating-endpoints-ready', what: 'a pod that is going is still a ready endpoint', file: 'src/sim/controllers/endpoint-slice/endpoint-of-pod.ts', find: '(serving && !terminating)', replace: 'serving' },
  { id: 'dealt-backwards', what: 'what is to be added in the middle of a rollout is taken away', file: rollout, find: 'const toAdd = allowed - askedFor(active)', replace: 'const toAdd = askedFor(active) - allowed' },
  { id: 'share-not-rounded', what: 'the share of a set in a change is rounded down', file: rollout, find: 'Math.floor(exact + 0.5) - replicas', replace: 'Math.floor(exact) - replicas' },
  { id: 'observed-ahead', what: 'a Deployment says that it has seen what is not yet there', file: 'src/sim/controllers/deployment/conditions.ts', find: '{ observedGeneration: deployment.metadata.generation }', replace: '{ observedGeneration: deployment.metadata.generation + 1 }' },
  { id: 'absent-owner-trusted', what: 'an owner that could not be read counts as absent', file: collector, find: 'throw new StatusError(live.status)\n  }\n\n  private tellInvalid', replace: 'return undefined\n  }\n\n  private tellInvalid' },
  { id: 'one-owner-is-none', what: 'who has lost one of two owners is collected', file: 'src/sim/controllers/garbage-collector/plan-item.ts', find: 'if (useless.length < owners.length) return', replace: 'if (useless.length === 0) return' },
  { id: 'foreign-owner-not-told', what: 'no event tells that an owner is in another namespace', file: 'src/sim/controllers/garbage-collector/object-graph.ts', find: 'this.listener.invalidNamespace(dependent, reference)', replace: 'void reference' },
  { id: 'foreign-owner-counts', what: 'an owner in another namespace is taken for one', file: collector, find: 'definition.namespaced ? objectKey(namespace, name) : name)\n    if (live?', replace: "definition.namespaced ? objectKey(namespace === 'kube-public' ? 'default' : namespace, name) : name)\n    if (live?" },
  { id: 'daemon-surplus-stays', what: 'of two daemon pods on a node both stay', file: 'src/sim/controllers/daemon-set/daemon-set-plan.ts', find: 'rules.surge ? surplusWithSurge(running, rules) : running.slice(1)', replace: 'rules.surge ? surplusWithSurge(running, rules).slice(1) : running.slice(2)' },
  { id: 'renewal-not-seen', what: 'a renewal of a lease is not taken for one, when a node is looked at closely', file: health, find: '(known?.renewTime === undefined || renewTime > known.renewTime)', replace: '(known?.renewTime === undefined || renewTime < known.renewTime)' },
  { id: 'renewals-unseen', what: 'a renewal of a lease is not taken for one, at the quick look', file: monitor, find: 'renewTime > health.renewTime', replace: 'renewTime < health.renewTime' },
  { id: 'range-given-twice', what: 'two nodes get one range of addresses', file: 'src/sim/controllers/node-ipam/cidr-set.ts', find: 'this.used.add(index)\n    this.next = (index + 1) % this.count', replace: 'this.used.add(index + 100)\n    this.next = index % 2' },
  { id: 'evicted-by-force', what: 'who is driven off is taken away without waiting for its end', file: 'src/sim/controllers/taint-eviction/taint-eviction-controller.ts', find: "client.delete('pods', key)", replace: "client.delete('pods', key, { gracePeriodSeconds: 0 })" },
]
