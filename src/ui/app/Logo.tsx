/** An aquarium in a hexagon. */
export function Logo() {
  return (
    <svg width="22" height="22" viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M12 1.8 21 6.6v10.2L12 22.2 3 16.8V6.6z" stroke="var(--accent)" strokeWidth="2" strokeLinejoin="round" />
      <path d="M7 13.5c1.7-1.6 3.3-1.6 5 0s3.300 1.600 5 0" stroke="var(--accent)" strokeWidth="2" strokeLinecap="round" />
      <circle cx="9" cy="9.2" r="1.3" fill="var(--accent)" />
    </svg>
  )
}
