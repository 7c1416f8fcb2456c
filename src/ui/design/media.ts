import { useSyncExternalStore } from 'react'

/** One column of cards, and the dock a sheet over them; as in the style sheets. */
export const phone = '(max-width: 700px)'

/** Does the page match this media query, now and whenever that changes? */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (notify) => {
      const list = matchMedia(query)
      list.addEventListener('change', notify)
      return () => list.removeEventListener('change', notify)
    },
    () => matchMedia(query).matches,
  )
}
