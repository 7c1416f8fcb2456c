import type { ButtonHTMLAttributes, ReactNode } from 'react'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'plain' | 'primary' | 'bare' | 'link'
  readonly isSmall?: boolean
  readonly children: ReactNode
}

/** A button is a verb. */
export function Button({ look = 'plain', isSmall = false, className = '', children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`btn ${look === 'plain' ? '' : look} ${isSmall ? 'small' : ''} ${className}`} {...rest}>
      {children}
    </button>
  )
}

/** A button that shows only a picture: its words are for those who cannot see it, and for the tooltip. */
export function IconButton({ label, children, ...rest }: { readonly label: string } & ButtonProps) {
  return (
    <Button look="bare" aria-label={label} title={label} {...rest}>
      {children}
    </Button>
  )
}
