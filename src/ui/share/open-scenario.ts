import type { Scenario } from '../../scenario/scenario.ts'
import { theSimulation } from '../stores/simulation-store.ts'
import { useUi, type Moved } from '../stores/ui-store.ts'

/** Starts a scenario in place of what runs now. */
export function openScenario({ title, run, until }: Scenario, paused = false, moved: Moved = new Map()): void {
  const ui = useUi.getState()
  ui.select(null)
  ui.set({ title, namespace: null, search: '', moved })
  theSimulation().boot(run, { ...(until === undefined ? {} : { until }), pace: { speed: 1, paused } })
}

/** What runs now, to be sent or kept. */
export function currentScenario(): Scenario {
  const { run, now } = theSimulation().snapshot()
  return { title: useUi.getState().title || 'A cluster', run, until: Math.max(0, now) }
}
