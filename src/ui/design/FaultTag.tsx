import { X } from 'lucide-react'
import { Countdown } from './Countdown.tsx'

interface FaultTagProps {
  readonly text: string
  readonly until: number | null
  onEnd(): void
}

/** Something that is wrong now: what, how long still; a click ends it. */
export function FaultTag({ text, until, onEnd }: FaultTagProps) {
  return (
    <button type="button" className="fault-tag nopan nodrag" aria-label={`End: ${text}`} title={`${text}. Click to end it.`} onClick={(event) => { event.stopPropagation(); onEnd() }}>
      {text}
      {until === null ? null : <Countdown due={until} />}
      <X size={11} aria-hidden="true" />
    </button>
  )
}
