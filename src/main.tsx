import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './ui/design/base.css'
import { StrictMode, lazy } from 'react'
import { createRoot } from 'react-dom/client'
import { connect } from './bridge/simulation.ts'
import { App } from './ui/app/App.tsx'
import type { Mounts } from './ui/app/mounts.tsx'
import { GalleryDialog } from './ui/gallery/GalleryDialog.tsx'
import { OfferDialog } from './ui/share/OfferDialog.tsx'
import { ShareDialog } from './ui/share/ShareDialog.tsx'
import { start, startShop } from './ui/start.ts'
import { attach } from './ui/stores/simulation-store.ts'

const mounts: Mounts = {
  // Monaco is a megabyte: loaded when it is first wanted, after the picture.
  yamlPanel: lazy(async () => ({ default: (await import('./ui/editor/YamlPanel.tsx')).YamlPanel })),
  galleryDialog: GalleryDialog,
  shareDialog: ShareDialog,
  startShop,
}

attach(connect())
void start()

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App mounts={mounts} />
      <OfferDialog startOwn={startShop} />
    </StrictMode>,
  )
}
