import type { KeyboardEvent } from 'react'

interface TabsProps<T extends string> {
  readonly label: string
  readonly look: 'tabs' | 'segments'
  readonly tabs: readonly { readonly id: T; readonly title: string }[]
  readonly chosen: T
  readonly panel?: string
  onChoose(id: T): void
}

/** Tabs with the keyboard's arrows, as the ARIA practices describe them. */
export function Tabs<T extends string>({ label, look, tabs, chosen, panel, onChoose }: TabsProps<T>) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    event.stopPropagation()
    const at = tabs.findIndex(({ id }) => id === chosen)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (!next) return
    onChoose(next.id)
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus()
  }
  return (
    <div role="tablist" aria-label={label} className={look} onKeyDown={onKeyDown}>
      {tabs.map(({ id, title }) => (
        <button key={id} type="button" role="tab" data-tab={id} aria-selected={id === chosen} aria-controls={panel} tabIndex={id === chosen ? 0 : -1} onClick={() => onChoose(id)}>
          {title}
        </button>
      ))}
    </div>
  )
}
