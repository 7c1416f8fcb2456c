import type { ReactNode } from 'react'
import type { PodState } from '../stores/pod-status.ts'
import type { Tone } from './Badge.tsx'

const shapes: Readonly<Record<PodState, ReactNode>> = {
  ready: <circle cx="7" cy="7" r="4.5" fill="var(--ready-mark)" />,
  notReady: (
    <>
      <circle cx="7" cy="7" r="4" fill="none" stroke="var(--warn-mark)" strokeWidth="1.8" />
      <path d="M7 3a4 4 0 0 1 0 8z" fill="var(--warn-mark)" />
    </>
  ),
  starting: (
    <>
      <circle cx="7" cy="7" r="4.3" fill="none" stroke="var(--starting)" strokeOpacity=".25" strokeWidth="2" />
      <path className="glyph-turning" d="M7 2.7a4.3 4.3 0 1 1-4.1 5.6" fill="none" stroke="var(--starting)" strokeWidth="2" strokeLinecap="round" />
    </>
  ),
  waiting: <circle cx="7" cy="7" r="4.3" fill="none" stroke="var(--text-3)" strokeWidth="1.6" strokeDasharray="2.2 1.9" />,
  bad: <path d="M7 2 12.2 11.5H1.8z" fill="var(--bad)" />,
  leaving: (
    <>
      <circle cx="7" cy="7" r="4.3" fill="none" stroke="var(--leaving)" strokeWidth="1.8" />
      <path d="M5.2 7h3.6" stroke="var(--leaving)" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  unknown: (
    <>
      <circle cx="7" cy="7" r="5.2" fill="var(--gone-soft)" stroke="var(--gone)" strokeWidth="1.2" />
      <path d="M5.6 5.7a1.5 1.5 0 1 1 2 1.5c-.5.2-.6.5-.6 1M7 9.9v.1" fill="none" stroke="var(--gone)" strokeWidth="1.2" strokeLinecap="round" />
    </>
  ),
  succeeded: <path d="m3.500 7.200 2.400 2.400 4.600-5" fill="none" stroke="var(--gone)" strokeWidth="1.8" strokeLinecap="round" />,
  failed: <path d="m3.500 3.500 7 7m0-7-7 7" fill="none" stroke="var(--bad)" strokeWidth="1.8" strokeLinecap="round" />,
}

/** The shape that stands for a pod's state; colour and words beside it say the same. */
export function Glyph({ state, size = 14 }: { readonly state: PodState; readonly size?: number }) {
  return (
    <svg className="glyph" width={size} height={size} viewBox="0 0 14 14" aria-hidden="true">
      {shapes[state]}
    </svg>
  )
}

/** The badge colour that goes with a pod's glyph. */
export const toneOf: Readonly<Record<PodState, Tone>> = {
  ready: 'ready', notReady: 'warn', starting: 'starting', waiting: 'calm', bad: 'bad', leaving: 'leaving', unknown: 'calm', succeeded: 'calm', failed: 'bad',
}
