import { useCallback } from 'react'
import { Menu } from '../design/Menu.tsx'
import { actionsFor, carryOut } from '../stores/actions.ts'
import { currentView } from '../stores/simulation-store.ts'
import { kindOf, nameOf } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'

/** The menu of whatever was right-clicked: all that can be done to it. */
export function ThingMenu() {
  const menu = useUi((ui) => ui.menu)
  const close = useCallback(() => useUi.getState().openMenu(null), [])
  if (!menu) return null
  const { thing } = menu
  const inspect = { label: 'Inspect', key: '↵', effect: { open: 'inspect' as const } }
  const items = [inspect, ...actionsFor(currentView(), thing)].map((action, index) => ({
    label: action.label, key: action.key, isGrave: 'isGrave' in action && action.isGrave === true, line: 'kubectl' in action ? action.kubectl : undefined, startsGroup: index === 1,
    onChoose: () => carryOut(action, thing),
  }))
  return <Menu label={`Actions for ${nameOf(thing)}`} title={`${kindOf(thing)} ${nameOf(thing)}`} at={menu} items={items} onClose={close} />
}
