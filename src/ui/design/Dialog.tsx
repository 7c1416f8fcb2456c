import { useEffect, useRef, type ReactNode } from 'react'

interface DialogProps {
  readonly label: string
  readonly className?: string
  onClose(): void
  readonly children: ReactNode
}

/** A modal dialog: the browser's own, which traps the focus, gives it back, and closes on Escape. */
export function Dialog({ label, className = '', onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = element.current
    if (dialog && !dialog.open) {
      dialog.showModal()
      // A dialog to read starts at its beginning, one to write in at its field.
      const field = dialog.querySelector<HTMLElement>('input, textarea, select')
      ;(field ?? dialog).focus()
      if (field instanceof HTMLInputElement && field.type === 'number') field.select()
    }
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={element}
      aria-label={label}
      tabIndex={-1}
      className={`dialog nokey ${className}`}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose()
      }}
    >
      {children}
    </dialog>
  )
}
