import { useEffect, type CSSProperties } from 'react'
import { Canvas } from '../canvas/Canvas.tsx'
import { LiveRegion } from '../design/LiveRegion.tsx'
import { phone, useMedia } from '../design/media.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { Narrator } from '../timeline/Narrator.tsx'
import { TimeBar } from '../timeline/TimeBar.tsx'
import { Banner } from './Banner.tsx'
import { CommandPalette } from './CommandPalette.tsx'
import { Dock } from './Dock.tsx'
import { FaultDialog } from './FaultDialog.tsx'
import { HelpDialog } from './HelpDialog.tsx'
import { useKeys } from './keys.ts'
import type { Mounts } from './mounts.tsx'
import { ScaleDialog } from './ScaleDialog.tsx'
import { ThingMenu } from './ThingMenu.tsx'
import { TopBar } from './TopBar.tsx'
import './app.css'

/** The page. */
export function App({ mounts }: { readonly mounts: Mounts }) {
  const dockOpen = useUi((ui) => ui.dockOpen)
  const selected = useUi((ui) => ui.selected)
  const side = useUi((ui) => ui.dockSide)
  const dockWidth = useUi((ui) => ui.dockWidth)
  const dockHeight = useUi((ui) => ui.dockHeight)
  const dockTab = useUi((ui) => ui.dockTab)
  const isPhone = useMedia(phone)
  useAppearance()
  useKeys()
  useEffect(() => {
    if (innerWidth <= 1300) useUi.getState().set({ dockOpen: false })
  }, [])
  // A sheet over the cards says something, or is not there.
  const isDockShown = dockOpen && !(isPhone && dockTab === 'inspect' && selected === null)
  return (
    <div className="app" data-dock={isDockShown ? side : undefined} style={{ '--dock-width': `${dockWidth}px`, '--dock-height': `${dockHeight}px` } as CSSProperties}>
      <TopBar />
      <div className="middle">
        <Banner />
        <Canvas onStart={mounts.startShop} />
        <Narrator />
      </div>
      <TimeBar />
      {isDockShown ? <Dock yamlPanel={mounts.yamlPanel} /> : null}
      <ThingMenu />
      <Dialogs mounts={mounts} />
      <Notice />
    </div>
  )
}

function Dialogs({ mounts }: { readonly mounts: Mounts }) {
  const dialog = useUi((ui) => ui.dialog)
  const close = () => useUi.getState().openDialog(null)
  if (!dialog) return null
  switch (dialog.kind) {
    case 'scale':
      return <ScaleDialog thing={dialog.thing} onClose={close} />
    case 'fault':
      return <FaultDialog target={dialog.target} first={dialog.first} onClose={close} />
    case 'help':
      return <HelpDialog onClose={close} />
    case 'palette':
      return <CommandPalette onClose={close} />
    case 'gallery':
      return mounts.galleryDialog ? <mounts.galleryDialog onClose={close} /> : null
    case 'share':
      return mounts.shareDialog ? <mounts.shareDialog onClose={close} /> : null
  }
}

const noticeTime = 6000

/** Above everything, an open dialog included. */
function showAbove(element: HTMLElement | null): void {
  element?.showPopover?.()
}

function Notice() {
  const notice = useUi((ui) => ui.notice)
  useEffect(() => {
    if (!notice) return
    const timer = setTimeout(() => useUi.getState().notify(null), noticeTime)
    return () => clearTimeout(timer)
  }, [notice])
  return (
    <>
      <LiveRegion text={notice?.text ?? ''} isUrgent={notice?.tone === 'bad'} />
      {notice ? <div className="notice" key={notice.text} data-tone={notice.tone} popover="manual" ref={showAbove}>{notice.text}</div> : null}
    </>
  )
}

/** Above this speed nothing is animated: it could not be followed. */
const fastest = 30

/** Theme, presentation mode and stillness, as attributes of the page. */
function useAppearance(): void {
  const theme = useUi((ui) => ui.theme)
  const presentation = useUi((ui) => ui.presentation)
  const prefersDark = useMedia('(prefers-color-scheme: dark)')
  const isFast = useCluster((view) => view.pace.speed > fastest && !view.pace.paused)
  useEffect(() => {
    const root = document.documentElement
    root.dataset['theme'] = theme === 'system' ? (prefersDark ? 'dark' : 'light') : theme
    root.toggleAttribute('data-presentation', presentation)
    root.toggleAttribute('data-still', isFast)
  }, [theme, presentation, prefersDark, isFast])
}
