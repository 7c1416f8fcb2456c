/** In which `kubectl apply` remembers what it applied. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'
