import { CircleHelp, Menu as MenuIcon, PanelRight, Search } from 'lucide-react'
import { Button, IconButton } from '../design/Button.tsx'
import type { MenuItem } from '../design/Menu.tsx'
import { MenuButton } from '../design/MenuButton.tsx'
import { Tabs } from '../design/Tabs.tsx'
import { undo, useCluster } from '../stores/simulation-store.ts'
import { useUi, type CanvasView, type Theme } from '../stores/ui-store.ts'
import { commandKey } from './keys.ts'
import { Logo } from './Logo.tsx'

const views: readonly { readonly id: CanvasView; readonly title: string }[] = [
  { id: 'machines', title: 'Machines' },
  { id: 'applications', title: 'Applications' },
  { id: 'control-plane', title: 'Control plane' },
]

/** Where we are, what to look at, and what can be done to the whole. */
export function TopBar() {
  const { view, title, dockOpen, set, openDialog } = useUi()
  const canUndo = useCluster((cluster) => cluster.commands.length > 0)
  return (
    <header className="top">
      <h1 className="brand"><Logo /> Kubarium</h1>
      {title ? <p className="crumb"><span aria-hidden="true">/</span> {title}</p> : null}
      <div className="views"><Tabs label="Views" look="segments" tabs={views} chosen={view} onChoose={(id) => set({ view: id })} /></div>
      <button type="button" className="find" aria-label="Search or run a command" onClick={() => openDialog({ kind: 'palette' })}>
        <Search size={14} aria-hidden="true" />
        <span>Search or run a command</span>
        <kbd>{commandKey}K</kbd>
      </button>
      <Button className="wide-only" disabled={!canUndo} title={`Take the last command back (${commandKey}Z)`} onClick={undo}>Undo</Button>
      <Button look="primary" onClick={() => openDialog({ kind: 'share' })}>Share</Button>
      <IconButton label={dockOpen ? 'Hide the dock' : 'Show the dock'} className="dock-toggle" aria-pressed={dockOpen} onClick={() => set({ dockOpen: !dockOpen })}><PanelRight size={17} /></IconButton>
      <IconButton label="Keys and help (?)" className="wide-only" onClick={() => openDialog({ kind: 'help' })}><CircleHelp size={17} /></IconButton>
      <MenuButton label="Menu" items={menuItems}><MenuIcon size={17} /></MenuButton>
    </header>
  )
}

const themes: readonly { readonly id: Theme; readonly title: string }[] = [
  { id: 'system', title: 'Theme of the system' },
  { id: 'light', title: 'Light' },
  { id: 'dark', title: 'Dark' },
]

function menuItems(): readonly MenuItem[] {
  const ui = useUi.getState()
  return [
    { label: 'Gallery of scenarios', onChoose: () => ui.openDialog({ kind: 'gallery' }) },
    { label: 'Undo the last command', key: `${commandKey}Z`, onChoose: undo },
    { label: 'Keys and help', key: '?', onChoose: () => ui.openDialog({ kind: 'help' }) },
    ...views.map(({ id, title }, index) => ({ label: title, key: String(index + 1), isChecked: ui.view === id, startsGroup: index === 0, onChoose: () => ui.set({ view: id }) })),
    ...themes.map(({ id, title }, index) => ({ label: title, isChecked: ui.theme === id, startsGroup: index === 0, onChoose: () => ui.set({ theme: id }) })),
    { label: 'Presentation mode', isChecked: ui.presentation, startsGroup: true, onChoose: () => ui.set(ui.presentation ? { presentation: false } : { presentation: true, dockOpen: false }) },
    { label: 'How faithful it is', onChoose: () => window.open(fidelity, '_blank', 'noopener') },
  ]
}

/** Served beside the page: what is modelled and what is left out. */
export const fidelity = './fidelity.html'
