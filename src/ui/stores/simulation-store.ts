import { create } from 'zustand'
import type { Problem, Simulation } from '../../bridge/simulation.ts'
import type { Batch, Pace } from '../../bridge/protocol.ts'
import type { Command } from '../../sim/cluster/run.ts'
import { emptyView, received, type ClusterView } from './cluster-view.ts'
import { setClock } from './clock.ts'
import { spanText } from './format.ts'
import { emptyStory, told, type Story } from './story.ts'
import { objectOf } from './things.ts'
import { useUi } from './ui-store.ts'

interface SimulationState {
  readonly view: ClusterView
  readonly story: Story
  /** The defect or replacement that a person has to know of. */
  readonly problem: Problem | null
}

export const useSimulation = create<SimulationState>(() => ({ view: emptyView, story: emptyStory, problem: null }))

/** Looks something up in the cluster; renders again only when that changes. */
export function useCluster<T>(select: (view: ClusterView) => T): T {
  return useSimulation((state) => select(state.view))
}

export function currentView(): ClusterView {
  return useSimulation.getState().view
}

let simulation: Simulation | null = null

/** The simulation that the page is attached to. */
export function theSimulation(): Simulation {
  if (!simulation) throw new Error('the page is not attached to a simulation yet')
  return simulation
}

/** Feeds the stores from a simulation: one batch a frame, acknowledged when its frame is drawn. */
export function attach(to: Simulation): void {
  simulation = to
  to.onBatch((batch) => {
    // To read a large batch takes its time, and to draw it, too: the page hears its visitor in between.
    setTimeout(() => {
      receiveBatch(batch)
      requestAnimationFrame(() => to.drawn())
    })
  })
  to.onProblem((problem) => useSimulation.setState({ problem }))
}

function receiveBatch(batch: Batch): void {
  useSimulation.setState(({ view, story }) => {
    const next = received(view, batch)
    return { view: next, story: told(story, view, next, batch) }
  })
  setClock(batch.now, batch.pace)
  if (batch.nothingFor !== undefined) useUi.getState().notify({ tone: 'calm', text: `Nothing changes for ${spanText(batch.nothingFor).replace('min', 'minutes')}.` })
  if (batch.fresh) forgetWhatIsGone()
}

/** Another run may not have what was selected in the one before. */
function forgetWhatIsGone(): void {
  const { selected, select } = useUi.getState()
  if (selected && selected.resource !== 'components' && !objectOf(currentView(), selected)) select(null)
}

/** Sets the pace, and shows it at once: a second press of a key builds on the first. */
export function pacedAt(pace: Pace): void {
  theSimulation().setPace(pace)
  useSimulation.setState(({ view }) => ({ view: { ...view, pace } }))
}

export function dismissProblem(): void {
  useSimulation.setState({ problem: null })
}

/** Carries out a command and says what the cluster warns of, as kubectl does, and when it refuses. */
export async function perform(command: Command): Promise<void> {
  const result = await theSimulation().command(command)
  const lines = (result.warnings ?? []).map((text) => `Warning: ${text}`)
  if (!result.ok) lines.push(result.status.message ?? result.status.reason ?? 'The cluster refused.')
  if (lines.length > 0) useUi.getState().notify({ tone: result.ok ? 'calm' : 'bad', text: lines.join('\n') })
}

/** Takes the last command back: the run is replayed without it. */
export function undo(): void {
  const last = currentView().commands.at(-1)
  if (!last) return
  void theSimulation().undo()
}
