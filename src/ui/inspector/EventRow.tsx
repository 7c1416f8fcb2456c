import { memo } from 'react'
import type { Event } from '../../sim/api/generated/types.ts'
import { momentText } from '../stores/format.ts'
import { thingOf } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import { lastSeen } from './event-times.ts'

/** One event: when, what, how often; who it is about where that is not plain. */
export const EventRow = memo(function EventRow({ event, start, showsWho = false }: { readonly event: Event; readonly start: number; readonly showsWho?: boolean }) {
  const times = event.series?.count ?? event.count ?? 1
  const { kind, namespace, name } = event.involvedObject
  const thing = thingOf(kind, namespace, name)
  return (
    <li className="event" data-type={event.type}>
      <time>{momentText(Math.max(0, lastSeen(event) - start))}</time>
      <div className="min-w-0">
        <b>{event.reason}</b>
        {times > 1 ? <span className="times"> ×{times}</span> : null}
        {showsWho && thing ? (
          <button type="button" className="event-who" onClick={() => { useUi.getState().select(thing); useUi.getState().openDock('inspect') }}>{kind} {name}</button>
        ) : null}
        <p>{event.message}</p>
      </div>
    </li>
  )
})
