import { useMemo } from 'react'
import { useCluster } from '../stores/simulation-store.ts'
import { kindOf, nameOf, type Thing } from '../stores/things.ts'
import { splitKey } from '../../sim/api/objects.ts'
import { EventRow } from './EventRow.tsx'
import { newestFirst } from './event-times.ts'

const shownAtMost = 20

/** What the cluster has said about this one thing. */
export function ObjectEvents({ thing }: { readonly thing: Thing }) {
  const events = useCluster((view) => view.objects.events)
  const start = useCluster((view) => view.start)
  const about = useMemo(() => {
    const { namespace } = splitKey(thing.key)
    return [...events.values()].filter(({ involvedObject }) => involvedObject.kind === kindOf(thing) && involvedObject.name === nameOf(thing) && (namespace === undefined || involvedObject.namespace === namespace)).sort(newestFirst)
  }, [events, thing])
  if (about.length === 0) return null
  return (
    <section>
      <h3>Events</h3>
      <ol className="events">{about.slice(0, shownAtMost).map((event) => <EventRow key={event.metadata.uid} event={event} start={start} />)}</ol>
    </section>
  )
}
