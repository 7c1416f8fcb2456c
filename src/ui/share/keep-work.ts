import { useSimulation } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { currentScenario } from './open-scenario.ts'
import { keepLayout, keepWork } from './storage.ts'

const everySoOften = 3000

/** Keeps what is open: at once after each command, every few seconds while time passes, and when the page is left. */
export function startKeepingWork(): void {
  let kept = { commands: -1, now: -1, title: '' }
  let keptLayout = useUi.getState().moved
  const keep = (): void => {
    const { view } = useSimulation.getState()
    const { title, moved } = useUi.getState()
    if (moved !== keptLayout) void keepLayout(moved)
    keptLayout = moved
    if (view.boots === 0 || (kept.commands === view.commands.length && kept.now === view.now && kept.title === title)) return
    kept = { commands: view.commands.length, now: view.now, title }
    void keepWork(currentScenario())
  }
  useSimulation.subscribe(({ view }) => {
    if (view.commands.length !== kept.commands) keep()
  })
  setInterval(keep, everySoOften)
  document.addEventListener('visibilitychange', keep)
  addEventListener('pagehide', keep)
}
