import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './ui/design/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { connect } from './bridge/simulation.ts'
import { App } from './ui/app/App.tsx'
import type { Mounts } from './ui/app/mounts.tsx'
import { attach, theSimulation } from './ui/stores/simulation-store.ts'

const mounts: Mounts = {
  yamlPanel: null,
  galleryDialog: null,
  shareDialog: null,
  start: () => theSimulation().boot({ version: 1, seed: 1, options: { zones: 2 }, commands: [] }, { pace: { speed: 1, paused: false } }),
  startShop: () => theSimulation().boot({ version: 1, seed: 1, options: { zones: 2 }, commands: [] }, { pace: { speed: 1, paused: false } }),
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
