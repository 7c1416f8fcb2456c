// Upstream: pkg/kubelet/prober/worker.go (v1.36).
import type { Probe } from '../api/generated/types.ts'

export type ProbeKind = 'startup' | 'readiness' | 'liveness'
/** `error`: the probe could not be carried out; such a result is thrown away. */
export type ProbeResult = 'success' | 'failure' | 'error'

/** What a probe worker knows of one container. */
export interface ProbeState {
  /** What counts: readiness starts as failed, liveness as passed, startup as not known. */
  readonly verdict: 'success' | 'failure' | 'unknown'
  readonly lastResult: 'success' | 'failure' | 'none'
  /** Equal results in a row. */
  readonly run: number
  /** Probes no more until the container is another one. */
  readonly held: boolean
}

/** Where a worker starts with each container. */
export function firstProbeState(kind: ProbeKind): ProbeState {
  return { verdict: kind === 'readiness' ? 'failure' : kind === 'liveness' ? 'success' : 'unknown', lastResult: 'none', run: 0, held: false }
}

/** What one result makes of it: the verdict turns only after as many equal results as the threshold says. */
export function stepProbe(state: ProbeState, kind: ProbeKind, probe: Pick<Probe, 'failureThreshold' | 'successThreshold'>, result: ProbeResult): ProbeState {
  if (result === 'error' || state.held) return state
  const run = state.lastResult === result ? state.run + 1 : 1
  const threshold = result === 'failure' ? probe.failureThreshold : probe.successThreshold
  if (run < threshold) return { ...state, lastResult: result, run }
  const ends = kind !== 'readiness' && result === 'failure'
  const passed = kind === 'startup' && result === 'success'
  return { verdict: result, lastResult: result, run: ends ? 0 : run, held: ends || passed }
}

/** True when one more equal success would change nothing: probing can wait until the answer may be another. */
export function isSettled(state: ProbeState): boolean {
  return state.verdict === 'success' && state.lastResult === 'success'
}
