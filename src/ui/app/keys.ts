import { useEffect } from 'react'
import { tinykeys } from 'tinykeys'
import { phone } from '../design/media.ts'
import { actionOnKey, carryOut } from '../stores/actions.ts'
import { shiftSpeed, step, togglePause } from '../stores/pace.ts'
import { currentView, undo } from '../stores/simulation-store.ts'
import type { Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import { walk } from './walk.ts'

/** How the key for commands is called here. */
export const commandKey = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl '

/** What the help lists. */
export const keyHelp: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['space'], does: 'Pause, play' },
  { keys: ['.'], does: 'One event' },
  { keys: ['n'], does: 'Next change' },
  { keys: ['[', ']'], does: 'Slower, faster' },
  { keys: ['1', '2', '3'], does: 'Machines, applications, control plane' },
  { keys: ['/'], does: 'Filter' },
  { keys: [`${commandKey}K`], does: 'Search and commands' },
  { keys: ['←', '↑', '↓', '→'], does: 'Walk from chip to chip and card to card' },
  { keys: ['enter'], does: 'Open what is selected' },
  { keys: ['esc'], does: 'One step back' },
  { keys: ['e'], does: 'Its YAML' },
  { keys: ['l'], does: 'Its logs' },
  { keys: ['w'], does: 'Why it is here' },
  { keys: ['p'], does: 'Power off or on; stop or start a component' },
  { keys: ['b'], does: 'Break it: faults with a duration' },
  { keys: ['c'], does: 'Cordon, uncordon' },
  { keys: ['s'], does: 'Scale' },
  { keys: ['x'], does: 'Delete' },
  { keys: [`${commandKey}Z`], does: 'Undo' },
  { keys: ['?'], does: 'These keys' },
]

/** The keys of the whole page. Single keys do nothing while typing, and nothing while a dialog is open. */
export function useKeys(): void {
  useEffect(() => {
    const ui = useUi.getState
    const plain = (act: () => void) => (event: KeyboardEvent) => {
      if (isTyping(event) || ui().dialog !== null || ui().menu !== null) return
      event.preventDefault()
      act()
    }
    const onSelected = (key: string) => plain(() => doOnSelected(key))
    const stop = followFocus()
    const forget = tinykeys(window, {
      Space: (event) => {
        if (!pressesButton(event)) plain(togglePause)(event)
      },
      '.': plain(() => step('event')),
      n: plain(() => step('change')),
      BracketLeft: plain(() => shiftSpeed(-1)),
      BracketRight: plain(() => shiftSpeed(1)),
      '1': plain(() => ui().set({ view: 'machines' })),
      '2': plain(() => ui().set({ view: 'applications' })),
      '3': plain(() => ui().set({ view: 'control-plane' })),
      '/': plain(() => document.getElementById('filter')?.focus()),
      'Shift+?': plain(() => ui().openDialog({ kind: 'help' })),
      '?': plain(() => ui().openDialog({ kind: 'help' })),
      '$mod+k': (event) => {
        event.preventDefault()
        ui().openDialog({ kind: 'palette' })
      },
      '$mod+z': (event) => {
        if (isTyping(event)) return
        event.preventDefault()
        undo()
      },
      e: plain(() => (ui().selected ? doOnSelected('e') : ui().openDock('yaml'))),
      l: onSelected('l'),
      w: plain(() => ui().openDock('inspect', 'why')),
      p: onSelected('p'),
      b: onSelected('b'),
      c: onSelected('c'),
      s: onSelected('s'),
      x: onSelected('x'),
      ArrowLeft: plain(() => walk('left')),
      ArrowRight: plain(() => walk('right')),
      ArrowUp: plain(() => walk('up')),
      ArrowDown: plain(() => walk('down')),
      Escape: (event) => {
        if (event.defaultPrevented || ui().dialog !== null || ui().menu !== null) return
        stepBack(event)
      },
    })
    return () => {
      stop()
      forget()
    }
  }, [])
}

let isFocusByKeyboard = false

/** Remembers whether the focus was brought where it is by the keyboard. */
function followFocus(): () => void {
  const onPointer = () => { isFocusByKeyboard = false }
  const onKey = ({ key }: KeyboardEvent) => { if (key === 'Tab') isFocusByKeyboard = true }
  addEventListener('pointerdown', onPointer, true)
  addEventListener('keydown', onKey, true)
  return () => {
    removeEventListener('pointerdown', onPointer, true)
    removeEventListener('keydown', onKey, true)
  }
}

/** Who walked to a button with the keyboard presses it with space; after a click, and on the canvas, where Enter opens, space is time's. */
function pressesButton({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && isFocusByKeyboard && target.closest('button, a, summary') !== null && !target.hasAttribute('data-thing')
}

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, [role=textbox], .monaco-editor') !== null)
}

/** The thing under the keyboard: what has the focus on the canvas, else what is selected. */
function current(): Thing | null {
  const id = document.activeElement?.getAttribute('data-thing')
  if (!id) return useUi.getState().selected
  const slash = id.indexOf('/')
  return { resource: id.slice(0, slash) as Thing['resource'], key: id.slice(slash + 1) }
}

function doOnSelected(key: string): void {
  const thing = current()
  const action = thing ? actionOnKey(currentView(), thing, key) : undefined
  if (!thing || !action) return
  useUi.getState().select(thing)
  carryOut(action, thing)
}

function stepBack({ target }: KeyboardEvent): void {
  const ui = useUi.getState()
  const isSheet = ui.dockOpen && matchMedia(phone).matches
  if (target instanceof HTMLInputElement) return target.blur()
  // A sheet goes with what it was about.
  if (isSheet) ui.set({ dockOpen: false })
  if (ui.selected) ui.select(null)
  else if (!isSheet && (ui.search !== '' || ui.namespace !== null)) ui.set({ search: '', namespace: null })
}
