import { useCallback, useState, type ReactNode } from 'react'
import { Button } from './Button.tsx'
import { Menu, type MenuItem } from './Menu.tsx'

interface MenuButtonProps {
  readonly label: string
  readonly className?: string
  readonly look?: 'plain' | 'bare'
  readonly isSmall?: boolean
  readonly items: () => readonly MenuItem[]
  readonly children: ReactNode
}

/** A button that opens a menu below itself. */
export function MenuButton({ label, className, look = 'bare', isSmall, items, children }: MenuButtonProps) {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null)
  const close = useCallback(() => setAt(null), [])
  return (
    <>
      <Button
        look={look}
        isSmall={isSmall}
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={at !== null}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          setAt({ x: box.left, y: box.bottom + 4 })
        }}
      >
        {children}
      </Button>
      {at ? <Menu label={label} at={at} items={items()} onClose={close} /> : null}
    </>
  )
}
