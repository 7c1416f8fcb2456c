import { Copy } from 'lucide-react'
import { Fragment, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { createPortal } from 'react-dom'

/** One line of a menu. */
export interface MenuItem {
  readonly label: string
  readonly key?: string
  readonly isGrave?: boolean
  readonly isChecked?: boolean
  /** A rule above it. */
  readonly startsGroup?: boolean
  /** A second, quieter line: the kubectl command. */
  readonly line?: string
  onChoose(): void
}

interface MenuProps {
  readonly label: string
  readonly title?: ReactNode
  readonly at: { readonly x: number; readonly y: number }
  readonly items: readonly MenuItem[]
  onClose(): void
}

/** A menu at a point: arrows walk, letters jump, Enter chooses, Escape and a click elsewhere close. */
export function Menu({ label, title, at, items, onClose }: MenuProps) {
  const element = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState(at)
  useLayoutEffect(() => {
    const box = element.current?.getBoundingClientRect()
    if (box) setPlace({ x: Math.max(8, Math.min(at.x, innerWidth - box.width - 8)), y: Math.max(8, Math.min(at.y, innerHeight - box.height - 8)) })
  }, [at])
  useEffect(() => {
    const before = document.activeElement
    element.current?.querySelector<HTMLElement>('[role^=menuitem]')?.focus({ preventScroll: true })
    const onPointerDown = (event: PointerEvent) => {
      if (!element.current?.contains(event.target as Node)) onClose()
    }
    document.addEventListener('pointerdown', onPointerDown, true)
    return () => {
      document.removeEventListener('pointerdown', onPointerDown, true)
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [onClose])
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault()
      onClose()
      return
    }
    const buttons = [...(element.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])]
    const next = nextItem(buttons, event.key)
    if (!next) return
    event.preventDefault()
    next.focus()
  }
  return createPortal(
    <div ref={element} role="menu" aria-label={label} className="menu nokey" style={{ left: place.x, top: place.y }} onKeyDown={onKeyDown}>
      {title ? <div className="menu-title">{title}</div> : null}
      {items.map((item) => (
        <Fragment key={item.label}>
          {item.startsGroup ? <hr /> : null}
          <div className="menu-row" role="none">
            <button
              type="button"
              role={item.isChecked === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked={item.isChecked}
              tabIndex={-1}
              onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
              onClick={() => {
                onClose()
                item.onChoose()
              }}
            >
              <span className={`flex-1 min-w-0 ${item.isGrave ? 'text-bad' : ''} ${item.isChecked ? 'font-semibold' : ''}`}>
                {item.label}
                {item.line ? <code className="mono block truncate text-text-2 text-xs">{item.line}</code> : null}
              </span>
              {item.isChecked ? <span aria-hidden="true">✓</span> : null}
              {item.key ? <kbd>{item.key}</kbd> : null}
            </button>
            {item.line ? <CopyLine line={item.line} onClose={onClose} /> : null}
          </div>
        </Fragment>
      ))}
    </div>,
    document.body,
  )
}

/** Takes the kubectl line along instead of doing it here. */
function CopyLine({ line, onClose }: { readonly line: string; onClose(): void }) {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      className="menu-copy"
      aria-label="Copy this line"
      title={line}
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
      onClick={() => {
        onClose()
        // Without a clipboard there is nothing to be done; the line can still be read.
        navigator.clipboard.writeText(line).catch(() => undefined)
      }}
    >
      <Copy size={13} aria-hidden="true" />
    </button>
  )
}

function nextItem(items: readonly HTMLElement[], key: string): HTMLElement | undefined {
  const at = items.findIndex((item) => item === document.activeElement)
  if (key === 'ArrowDown') return items[(at + 1) % items.length]
  if (key === 'ArrowUp') return items[(at - 1 + items.length) % items.length]
  if (key === 'Home') return items[0]
  if (key === 'End') return items.at(-1)
  if (key.length !== 1 || key === ' ') return undefined
  const starts = (item: HTMLElement) => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()) ?? false
  return [...items.slice(at + 1), ...items.slice(0, at + 1)].find(starts)
}
