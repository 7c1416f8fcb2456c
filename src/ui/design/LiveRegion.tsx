/** Says its text to those who listen instead of looking. */
export function LiveRegion({ text, isUrgent = false }: { readonly text: string; readonly isUrgent?: boolean }) {
  return (
    <div className="visually-hidden" role={isUrgent ? 'alert' : 'status'} aria-live={isUrgent ? 'assertive' : 'polite'}>
      {text}
    </div>
  )
}
