import { parseDuration } from '../api/duration.ts'
import { gateFault } from '../api/feature-gates.ts'
import type { ClusterOptions } from './run.ts'

/** A component's flags as a person wrote them: `node-monitor-grace-period` → `40s`. */
export type FlagTexts = Readonly<Record<string, string>>

/** `node-monitor-grace-period` → `nodeMonitorGracePeriod`: how the components' option objects name their flags. */
function propertyOf(flag: string): string {
  return flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** Lays given flags over a component's defaults. A flag that the component does not have, or a value of another type, is an error for people. */
export function flagsOver<T extends object>(component: string, defaults: T, texts: FlagTexts = {}): T {
  const changed = new Map<string, unknown>()
  for (const [flag, text] of Object.entries(texts)) {
    const property = propertyOf(flag.replace(/^--/, ''))
    const before = (defaults as Record<string, unknown>)[property]
    if (!Object.hasOwn(defaults, property)) throw new OptionError(`${component} has no flag --${flag} that this simulation knows`)
    const value = readAs(before, text)
    if (value === null || (typeof value === 'number' && !isPossible(property, before, value))) throw new OptionError(`${component}: --${flag} cannot be "${text}"`)
    const fault = property === 'featureGates' ? gateFault(text) : null
    if (fault !== null) throw new OptionError(`${component}: --${flag} cannot be "${text}": ${fault}`)
    changed.set(property, value)
  }
  return { ...defaults, ...Object.fromEntries(changed) }
}

/** Numbers are counts or durations ("40s"); texts are texts; booleans true or false. */
function readAs(before: unknown, text: string): unknown {
  if (typeof before === 'boolean') return text === 'true' ? true : text === 'false' ? false : null
  if (typeof before === 'string') return text
  if (typeof before !== 'number') return null
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : parseDuration(text)
}

/** Below zero these have a meaning: no limit. */
const mayBeNegative: ReadonlySet<string> = new Set(['kubeApiQps', 'terminatedPodGcThreshold', 'nodeStatusMaxImages'])

/** Rates and shares; all else is counted in whole things or milliseconds. */
const mayBeFraction: ReadonlySet<string> = new Set(['kubeApiQps', 'nodeEvictionRate', 'secondaryNodeEvictionRate', 'unhealthyZoneThreshold'])

/** With nothing they are off. */
const mayBeZero: ReadonlySet<string> = new Set(['resourceQuotaSyncPeriod'])

/** What is done each so often, and by so many, takes at least a millisecond and one of them: of nothing at all there is no end. */
const isCadence = /(?:Period|Frequency|Interval|Syncs|PerSlice|PerSubset)$/

function isPossible(property: string, before: unknown, value: number): boolean {
  if (!Number.isInteger(value) && !mayBeFraction.has(property)) return false
  if (mayBeNegative.has(property)) return true
  return isCadence.test(property) && before !== 0 && !mayBeZero.has(property) ? value >= 1 : value >= 0
}

/** Options that no cluster can be built from; the message is for the person who gave them. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

/** Presets of flags that older documents assume. */
const presets: Readonly<Record<NonNullable<ClusterOptions['preset']>, NonNullable<ClusterOptions['flags']>>> = {
  // The 40 s grace of clusters before 1.32.
  classic: { 'kube-controller-manager': { 'node-monitor-grace-period': '40s' } },
}

/** The largest number of machines whose /24 ranges of pod addresses fit into the usual 10.244.0.0/16. */
const machinesOfUsualNetwork = 256

/** The flags given for a component: what the size of the cluster asks for, those of the preset, and over them its own. */
export function flagTexts({ preset, flags, workers = 3 }: ClusterOptions, component: string): FlagTexts {
  const isLarge = component === 'kube-controller-manager' && workers + 1 > machinesOfUsualNetwork
  return { ...(isLarge ? { 'cluster-cidr': '10.128.0.0/12' } : {}), ...(preset ? presets[preset][component] : {}), ...flags?.[component] }
}
