import { memo } from 'react'
import type { Event } from '../../sim/api/generated/types.ts'
import { momentText } from '../stores/format.ts'
import { thingOf } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import { timesOf } from './event-groups.ts'
import { lastSeen } from './event-times.ts'

interface EventRowProps {
  readonly event: Event
  readonly start: number
  readonly showsWho?: boolean
  /** How often, and about how many things, when it stands for others like it. */
  readonly times?: number
  readonly things?: number
}

/** One event: when, what, how often; who it is about where that is not plain. */
export const EventRow = memo(function EventRow({ event, start, showsWho = false, times = timesOf(event), things = 1 }: EventRowProps) {
  const { kind, namespace, name } = event.involvedObject
  const thing = thingOf(kind, namespace, name)
  return (
    <li className="event" data-type={event.type}>
      <time>{momentText(Math.max(0, lastSeen(event) - start))}</time>
      <div className="min-w-0">
        <div className="event-head">
          <b>{event.reason}</b>
          {times > 1 ? <span className="times">×{times}</span> : null}
          {showsWho && thing ? (
            <button type="button" className="event-who" onClick={() => { useUi.getState().select(thing); useUi.getState().openDock('inspect') }}>{kind} {name}</button>
          ) : null}
          {things > 1 ? <span className="times">and {things - 1} more</span> : null}
        </div>
        <p>{event.message || `${reporterOf(event)} says no more than that.`}</p>
      </div>
    </li>
  )
})

/** Some events have no message, such as kube-proxy's `Starting`: who reported it is all there is to say. */
function reporterOf({ source, reportingComponent }: Event): string {
  return source?.component || reportingComponent || 'Its reporter'
}
