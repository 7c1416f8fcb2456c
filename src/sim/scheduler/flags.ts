/** Flags of kube-scheduler, each named after the upstream flag beside it. */
export interface SchedulerFlags {
  /** --kube-api-qps: so many requests a second may its client make in the long run */
  readonly kubeApiQps: number
  /** --kube-api-burst: and so many at once */
  readonly kubeApiBurst: number
}

/** What kube-scheduler 1.36 does when a flag is not given. */
export const defaultSchedulerFlags: SchedulerFlags = {
  kubeApiQps: 50,
  kubeApiBurst: 100,
}
