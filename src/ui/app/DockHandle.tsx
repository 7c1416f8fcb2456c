import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { dockSizes, useUi } from '../stores/ui-store.ts'

const step = 24

/** The dock's edge towards the canvas: dragged or walked with the arrows, it gives the dock another size. */
export function DockHandle() {
  const { dockSide, dockWidth, dockHeight, set } = useUi()
  const start = useRef<{ readonly at: number; readonly size: number } | null>(null)
  const isRight = dockSide === 'right'
  const size = isRight ? dockWidth : dockHeight
  const { least, most } = isRight ? dockSizes.width : dockSizes.height
  const resize = (wanted: number) => {
    const next = Math.round(Math.max(least, Math.min(most, wanted)))
    set(isRight ? { dockWidth: next } : { dockHeight: next })
  }
  const along = (event: PointerEvent) => (isRight ? event.clientX : event.clientY)
  const onKeyDown = (event: KeyboardEvent) => {
    const [larger, smaller] = isRight ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown']
    if (event.key !== larger && event.key !== smaller) return
    event.preventDefault()
    event.stopPropagation()
    resize(size + (event.key === larger ? step : -step))
  }
  return (
    <div
      className="dock-handle"
      role="separator"
      tabIndex={0}
      aria-orientation={isRight ? 'vertical' : 'horizontal'}
      aria-label={isRight ? 'Width of the dock' : 'Height of the dock'}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        start.current = { at: along(event), size }
      }}
      onPointerMove={(event) => {
        if (start.current) resize(start.current.size + start.current.at - along(event))
      }}
      onPointerUp={() => { start.current = null }}
      onKeyDown={onKeyDown}
    />
  )
}
