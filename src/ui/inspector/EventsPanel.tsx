import { useMemo, useState } from 'react'
import { Button } from '../design/Button.tsx'
import { count } from '../stores/format.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { groupEvents } from './event-groups.ts'
import { EventRow } from './EventRow.tsx'
import './inspector.css'

const page = 150

/** Everything the cluster says about itself, newest first; what is alike is told once. */
export function EventsPanel() {
  const events = useCluster((view) => view.objects.events)
  const start = useCluster((view) => view.start)
  const [filter, setFilter] = useState({ type: '', namespace: '', text: '' })
  const [shownAtMost, setShownAtMost] = useState(page)
  const namespaces = useMemo(() => [...new Set([...events.values()].map((event) => event.metadata.namespace ?? ''))].sort(), [events])
  const groups = useMemo(() => groupEvents(events.values(), filter), [events, filter])
  const warnings = groups.filter(({ newest }) => newest.type === 'Warning').length
  const narrow = (change: Partial<typeof filter>) => { setFilter({ ...filter, ...change }); setShownAtMost(page) }
  return (
    <div className="events-panel">
      <div className="events-filter">
        <input className="field" type="search" aria-label="Filter events by text" placeholder="Reason, name, message" value={filter.text} spellCheck={false} onChange={(event) => narrow({ text: event.target.value })} />
        <select className="field" aria-label="Type of event" value={filter.type} onChange={(event) => narrow({ type: event.target.value })}>
          <option value="">All types</option>
          <option>Normal</option>
          <option>Warning</option>
        </select>
        <select className="field" aria-label="Namespace of events" value={filter.namespace} onChange={(event) => narrow({ namespace: event.target.value })}>
          <option value="">All namespaces</option>
          {namespaces.map((name) => <option key={name}>{name}</option>)}
        </select>
        <span className="text-text-2 whitespace-nowrap">{warnings > 0 ? count(warnings, 'warning') : `${groups.length} shown`}</span>
      </div>
      {groups.length === 0 ? <p className="p-4 text-text-2">{events.size === 0 ? 'No events. Kubernetes forgets each one after an hour.' : 'No event is like that.'}</p> : null}
      <ol className="events">{groups.slice(0, shownAtMost).map(({ id, newest, times, things }) => <EventRow key={id} event={newest} start={start} times={times} things={things} showsWho />)}</ol>
      {groups.length > shownAtMost ? <p className="p-4"><Button isSmall onClick={() => setShownAtMost(shownAtMost + page)}>{`Show older ones (${groups.length - shownAtMost})`}</Button></p> : null}
    </div>
  )
}
