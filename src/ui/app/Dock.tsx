import { X } from 'lucide-react'
import { Suspense, useRef, useState, type ComponentType, type PointerEvent } from 'react'
import { IconButton } from '../design/Button.tsx'
import { Tabs } from '../design/Tabs.tsx'
import { EventsPanel } from '../inspector/EventsPanel.tsx'
import { Inspector } from '../inspector/Inspector.tsx'
import { useUi, type DockTab } from '../stores/ui-store.ts'

const tabs: readonly { readonly id: DockTab; readonly title: string }[] = [
  { id: 'inspect', title: 'Inspect' },
  { id: 'yaml', title: 'YAML' },
  { id: 'events', title: 'Events' },
]

const narrowest = 300
const widest = 760
const step = 24

/** The one panel beside the canvas; the selection drives it. */
export function Dock({ yamlPanel: YamlPanel }: { readonly yamlPanel: ComponentType | null }) {
  const { dockTab, openDock, set } = useUi()
  const [width, setWidth] = useState(392)
  const resize = (wanted: number) => setWidth(Math.max(narrowest, Math.min(widest, wanted)))
  return (
    <aside className="dock" style={{ '--dock-width': `${width}px` } as React.CSSProperties} aria-label="Details">
      <Handle width={width} onResize={resize} />
      <div className="dock-head">
        <Tabs label="Details" look="tabs" tabs={YamlPanel ? tabs : tabs.filter(({ id }) => id !== 'yaml')} chosen={dockTab} panel="dock-panel" onChoose={(tab) => openDock(tab)} />
        <IconButton label="Close the dock" onClick={() => set({ dockOpen: false })}><X size={15} /></IconButton>
      </div>
      <div key={dockTab} id="dock-panel" role="tabpanel" aria-label={tabs.find(({ id }) => id === dockTab)?.title} className="dock-panel" tabIndex={-1}>
        {dockTab === 'events' ? <EventsPanel /> : dockTab === 'yaml' && YamlPanel ? <Suspense fallback={<p className="p-4 text-text-2">Loading the editor…</p>}><YamlPanel /></Suspense> : <Inspector />}
      </div>
    </aside>
  )
}

function Handle({ width, onResize }: { readonly width: number; readonly onResize: (width: number) => void }) {
  const start = useRef<{ x: number; width: number } | null>(null)
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    start.current = { x: event.clientX, width }
  }
  const onPointerMove = (event: PointerEvent) => {
    if (start.current) onResize(start.current.width + start.current.x - event.clientX)
  }
  return (
    <div
      className="dock-handle"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label="Width of the dock"
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => { start.current = null }}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
        event.stopPropagation()
        onResize(width + (event.key === 'ArrowLeft' ? step : -step))
      }}
    />
  )
}
