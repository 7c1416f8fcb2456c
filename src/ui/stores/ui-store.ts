import { create } from 'zustand'
import type { FaultTarget } from './fault-choices.ts'
import type { Thing } from './things.ts'

export type CanvasView = 'machines' | 'applications' | 'control-plane'
export type DockTab = 'inspect' | 'yaml' | 'events'
export type DockSide = 'right' | 'bottom'
export type Theme = 'system' | 'light' | 'dark'

/** Which dialog is open, and about what. */
export type OpenDialog = { readonly kind: 'gallery' | 'share' | 'help' | 'palette' } | { readonly kind: 'scale'; readonly thing: Thing } | { readonly kind: 'fault'; readonly target: FaultTarget; readonly first?: string }

/** A short message at the lower edge: a refusal, a copied line. */
export interface Notice {
  readonly tone: 'bad' | 'calm'
  readonly text: string
}

/** Where a person put cards, by `nodes/worker-1` or `services/shop/web`; the others stand where the arrangement has them. */
export type Moved = ReadonlyMap<string, { readonly x: number; readonly y: number }>

interface UiState {
  readonly selected: Thing | null
  readonly hovered: Thing | null
  /** The workload that the selection belongs to: its pods are set apart. */
  readonly kin: string | null
  readonly view: CanvasView
  /** The list behind each view. */
  readonly asTable: boolean
  readonly dockTab: DockTab
  readonly dockOpen: boolean
  /** Beside the canvas or below it, and how much of it, in pixels. */
  readonly dockSide: DockSide
  readonly dockWidth: number
  readonly dockHeight: number
  /** Which part of the inspector was asked for last. */
  readonly section: 'logs' | 'why' | 'table' | null
  /** Namespace to show; null: all but the cluster's own. */
  readonly namespace: string | null
  /** `app=web`, or a part of a name. */
  readonly search: string
  readonly theme: Theme
  readonly presentation: boolean
  readonly hintSeen: boolean
  readonly moved: Moved
  readonly dialog: OpenDialog | null
  readonly menu: { readonly thing: Thing; readonly x: number; readonly y: number } | null
  readonly notice: Notice | null
  /** Title of what is running, as the gallery or a link names it. */
  readonly title: string
  select(thing: Thing | null): void
  hover(thing: Thing | null): void
  openDock(tab: DockTab, section?: 'logs' | 'why'): void
  openDialog(dialog: OpenDialog | null): void
  openMenu(menu: UiState['menu']): void
  notify(notice: Notice | null): void
  set(change: Partial<Pick<UiState, 'view' | 'asTable' | 'dockOpen' | 'dockSide' | 'dockWidth' | 'dockHeight' | 'namespace' | 'search' | 'theme' | 'presentation' | 'hintSeen' | 'moved' | 'title' | 'section' | 'kin'>>): void
}

/** How small and large the dock may become, and what it is at first. */
export const dockSizes = { width: { least: 300, most: 760, first: 392 }, height: { least: 160, most: 560, first: 280 } }

/** What the person is looking at and how; nothing of the cluster. */
export const useUi = create<UiState>((set) => ({
  selected: null,
  hovered: null,
  kin: null,
  view: 'machines',
  asTable: false,
  dockTab: 'inspect',
  dockOpen: true,
  dockSide: remembered('kubarium.dock') === 'bottom' ? 'bottom' : 'right',
  dockWidth: rememberedSize('kubarium.dock.width', dockSizes.width),
  dockHeight: rememberedSize('kubarium.dock.height', dockSizes.height),
  section: null,
  namespace: null,
  search: '',
  theme: readTheme(),
  presentation: false,
  hintSeen: remembered('kubarium.hint') === 'seen',
  moved: new Map(),
  dialog: null,
  menu: null,
  notice: null,
  title: '',
  select: (selected) => set({ selected, section: null }),
  hover: (hovered) => set({ hovered }),
  openDock: (dockTab, section) => set({ dockTab, dockOpen: true, section: section ?? null }),
  openDialog: (dialog) => set({ dialog, menu: null }),
  openMenu: (menu) => set({ menu }),
  notify: (notice) => set({ notice }),
  set: (change) => {
    if (change.theme) remember('kubarium.theme', change.theme)
    if (change.hintSeen) remember('kubarium.hint', 'seen')
    if (change.dockSide) remember('kubarium.dock', change.dockSide)
    if (change.dockWidth) remember('kubarium.dock.width', String(change.dockWidth))
    if (change.dockHeight) remember('kubarium.dock.height', String(change.dockHeight))
    set(change)
  },
}))

function readTheme(): Theme {
  const theme = remembered('kubarium.theme')
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

function rememberedSize(key: string, { least, most, first }: { readonly least: number; readonly most: number; readonly first: number }): number {
  const size = Number(remembered(key) ?? first)
  return size >= least && size <= most ? size : first
}

/** Storage may be forbidden or full: then the page merely forgets. */
function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Forgetting a theme harms nobody.
  }
}
