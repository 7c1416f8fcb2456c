// Upstream: pkg/features/kube_features.go, component-base/featuregate (v1.36). Left out: gates that nothing here asks for (they are refused as unrecognized); what is on by default is simply there.
import { quoted } from './go-text.ts'

/** The gates that can be turned on: all are off by default. */
export type FeatureGate = 'ContainerStopSignals'

const known: readonly FeatureGate[] = ['ContainerStopSignals']

/** All of them are alpha features. */
const allAlpha = 'AllAlpha'

/** `--feature-gates` of a component: `ContainerStopSignals=true`, with commas between several. */
export function openGates(text: string): ReadonlySet<FeatureGate> {
  const wanted = new Map(settingsIn(text).map(({ name, value }) => [name, opening.has(value ?? '')]))
  return new Set(known.filter((gate) => wanted.get(gate) ?? wanted.get(allAlpha)))
}

/** Why a component does not start with such a `--feature-gates`; null when it does. */
export function gateFault(text: string): string | null {
  for (const { name, value } of settingsIn(text)) {
    if (value === undefined) return `missing bool value for ${name}`
    if (!opening.has(value) && !closing.has(value)) return `invalid value of ${name}=${value}, err: strconv.ParseBool: parsing ${quoted(value)}: invalid syntax`
  }
  const stranger = settingsIn(text).find(({ name }) => name !== allAlpha && !known.some((gate) => gate === name))
  return stranger ? `unrecognized feature gate: ${stranger.name} (this simulation knows ${known.join(', ')})` : null
}

const opening: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const closing: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])

function settingsIn(text: string): { readonly name: string; readonly value: string | undefined }[] {
  return text.split(',').filter((part) => part !== '').map((part) => {
    const [name = '', ...value] = part.split('=')
    return { name: name.trim(), value: value.length > 0 ? value.join('=').trim() : undefined }
  })
}
