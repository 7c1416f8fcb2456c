import type { MouseEvent } from 'react'
import type { Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'

/** What every thing on the canvas does when it is pointed at: click selects, right click (or the menu key) opens its menu, hovering shows its edges. */
export function pointing(thing: Thing) {
  const ui = useUi.getState
  return {
    onClick: (event: MouseEvent) => {
      event.stopPropagation()
      ui().select(thing)
      ui().openDock('inspect')
    },
    onContextMenu: (event: MouseEvent<HTMLElement>) => {
      event.preventDefault()
      event.stopPropagation()
      const box = event.currentTarget.getBoundingClientRect()
      const isByKey = event.clientX === 0 && event.clientY === 0
      ui().openMenu({ thing, x: isByKey ? box.left + 12 : event.clientX, y: isByKey ? box.bottom : event.clientY })
    },
    onPointerEnter: () => ui().hover(thing),
    onPointerLeave: () => ui().hover(null),
  }
}
