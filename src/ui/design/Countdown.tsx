import type { Millis } from '../../sim/kernel/agenda.ts'
import { useClock } from '../stores/clock.ts'
import { countdownText, elapsedText } from '../stores/format.ts'

/** `0:14`, counted down by the page from the time the core gave. */
export function Countdown({ due }: { readonly due: Millis }) {
  const text = useClock(({ now }) => countdownText(due - now))
  return <span className="tabular-nums">{text}</span>
}

/** `5:03`, counted up. */
export function Elapsed({ since }: { readonly since: Millis }) {
  const text = useClock(({ now }) => elapsedText(now - since))
  return <span className="tabular-nums">{text}</span>
}

/** A bar that fills between two moments. */
export function CountdownBar({ since, due, colour }: { readonly since: Millis; readonly due: Millis; readonly colour: string }) {
  const share = useClock(({ now }) => Math.round(Math.min(100, Math.max(0, (100 * (now - since)) / Math.max(1, due - since)))))
  return (
    <div className="bar">
      <i style={{ width: `${share}%`, background: colour }} />
    </div>
  )
}
