/** How much of something is used. */
export function Bar({ share }: { readonly share: number }) {
  return (
    <div className="bar">
      <i data-hot={share > 0.85 || undefined} style={{ width: `${Math.min(100, Math.round((Number.isFinite(share) ? share : 0) * 100))}%` }} />
    </div>
  )
}
