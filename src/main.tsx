import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './ui/design/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { connect } from './bridge/simulation.ts'
import { App } from './ui/app/App.tsx'
import type { Mounts } from './ui/app/mounts.tsx'
import type { Scenario } from './scenario/scenario.ts'
import { startScenario } from './scenario/gallery.ts'
import { attach, theSimulation } from './ui/stores/simulation-store.ts'
import { useUi } from './ui/stores/ui-store.ts'

const mounts: Mounts = {
  yamlPanel: null,
  galleryDialog: null,
  shareDialog: null,
  start: () => bootScenario(startScenario.scenario),
  startShop: () => bootScenario(startScenario.scenario),
}

/** Builds a scenario's cluster and stands where its author stood. */
function bootScenario({ title, run, until }: Scenario): void {
  useUi.getState().set({ title })
  theSimulation().boot(run, { until, pace: { speed: 1, paused: false } })
}

if (import.meta.env.DEV && new URLSearchParams(location.search).has('fixture')) {
  const { shopBatch, stillSimulation } = await import('./ui/stores/testing.ts')
  attach(stillSimulation(shopBatch()))
} else {
  attach(connect())
  mounts.start()
}

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App mounts={mounts} />
    </StrictMode>,
  )
}
