/** What the controllers of endpoints write on what they make, and what a leader writes on Endpoints that it holds (resourcelock.LeaderElectionRecordAnnotationKey). */
export const serviceNameLabel = 'kubernetes.io/service-name'
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
export const headlessLabel = 'service.kubernetes.io/headless'
export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time'
export const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader'
