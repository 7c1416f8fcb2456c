import { Badge } from '../design/Badge.tsx'
import { Elapsed } from '../design/Countdown.tsx'
import type { NodeStatusWord } from '../stores/node-status.ts'

/** Ready, or since when not. */
export function NodeBadge({ status }: { readonly status: NodeStatusWord }) {
  if (status.state === 'ready') return <Badge tone="ready">Ready</Badge>
  if (status.state === 'joining') return <Badge tone="starting">Joining</Badge>
  return (
    <Badge tone="bad">
      NotReady {status.since === null ? null : <Elapsed since={status.since} />}
    </Badge>
  )
}
