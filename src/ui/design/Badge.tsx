import type { ReactNode } from 'react'

export type Tone = 'ready' | 'bad' | 'warn' | 'starting' | 'leaving' | 'calm'

/** A state in a word or two. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className="pill" data-tone={tone}>
      {children}
    </span>
  )
}
