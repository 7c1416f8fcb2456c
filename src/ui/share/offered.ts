import { create } from 'zustand'
import type { Reading } from '../../scenario/scenario.ts'

/** What a stranger's link or file offers: shown first, never run before a person says so. */
export const useOffered = create<{ readonly reading: Reading | null }>(() => ({ reading: null }))

export function offer(reading: Reading | null): void {
  useOffered.setState({ reading })
}
