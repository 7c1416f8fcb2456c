import { PanelBottom, PanelRight, X } from 'lucide-react'
import { Suspense, useEffect, useRef, type ComponentType, type FocusEvent, type RefObject } from 'react'
import { IconButton } from '../design/Button.tsx'
import { Tabs } from '../design/Tabs.tsx'
import { EventsPanel } from '../inspector/EventsPanel.tsx'
import { Inspector } from '../inspector/Inspector.tsx'
import { thingId } from '../stores/things.ts'
import { useUi, type DockTab } from '../stores/ui-store.ts'
import { DockHandle } from './DockHandle.tsx'

const tabs: readonly { readonly id: DockTab; readonly title: string }[] = [
  { id: 'inspect', title: 'Inspect' },
  { id: 'yaml', title: 'YAML' },
  { id: 'events', title: 'Events' },
]

/** The link that somebody followed is gone with what it stood in: who was in the panel still is. */
function useKeptFocus(shown: string): { readonly ref: RefObject<HTMLDivElement | null>; readonly onFocus: () => void; readonly onBlur: (event: FocusEvent) => void } {
  const ref = useRef<HTMLDivElement>(null)
  const isInside = useRef(false)
  useEffect(() => {
    if (isInside.current && document.activeElement === document.body) ref.current?.focus({ preventScroll: true })
  }, [shown])
  const onBlur = ({ relatedTarget }: FocusEvent): void => {
    isInside.current = ref.current?.contains(relatedTarget) ?? false
  }
  return { ref, onFocus: () => void (isInside.current = true), onBlur }
}

/** The one panel beside the canvas, or below it; the selection drives it. */
export function Dock({ yamlPanel: YamlPanel }: { readonly yamlPanel: ComponentType | null }) {
  const { dockTab, dockSide, selected, openDock, set } = useUi()
  const isRight = dockSide === 'right'
  const shown = dockTab === 'inspect' && selected ? thingId(selected) : dockTab
  const focus = useKeptFocus(shown)
  return (
    <aside className="dock" aria-label="Details">
      <DockHandle />
      <div className="dock-head">
        <Tabs label="Details" look="tabs" tabs={YamlPanel ? tabs : tabs.filter(({ id }) => id !== 'yaml')} chosen={dockTab} panel="dock-panel" onChoose={(tab) => openDock(tab)} />
        <span className="flex">
          <IconButton label={isRight ? 'Move the dock to the bottom' : 'Move the dock to the right'} className="dock-side" onClick={() => set({ dockSide: isRight ? 'bottom' : 'right' })}>
            {isRight ? <PanelBottom size={15} /> : <PanelRight size={15} />}
          </IconButton>
          <IconButton label="Close the dock" onClick={() => set({ dockOpen: false })}><X size={15} /></IconButton>
        </span>
      </div>
      {/* Another thing is read from its beginning: the panel that was scrolled goes with the one before. */}
      <div key={shown} {...focus} id="dock-panel" role="tabpanel" aria-label={tabs.find(({ id }) => id === dockTab)?.title} className="dock-panel" tabIndex={-1}>
        {dockTab === 'events' ? <EventsPanel /> : dockTab === 'yaml' && YamlPanel ? <Suspense fallback={<p className="p-4 text-text-2">Loading the editor…</p>}><YamlPanel /></Suspense> : <Inspector />}
      </div>
    </aside>
  )
}
