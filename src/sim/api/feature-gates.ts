// Upstream: pkg/features/kube_features.go (v1.36). Left out: gates that nothing here asks for; what is on by default is simply there.

/** The gates that can be turned on: all are off by default. */
export type FeatureGate = 'ContainerStopSignals'

const known: readonly FeatureGate[] = ['ContainerStopSignals']

/** `--feature-gates` of a component: `ContainerStopSignals=true`, with commas between several. */
export function openGates(text: string): ReadonlySet<FeatureGate> {
  const parts = text.split(',')
  return new Set(known.filter((gate) => parts.includes(`${gate}=true`)))
}
