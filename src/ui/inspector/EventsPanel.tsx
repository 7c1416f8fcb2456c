import { useMemo, useState } from 'react'
import { useCluster } from '../stores/simulation-store.ts'
import { EventRow } from './EventRow.tsx'
import { newestFirst } from './event-times.ts'
import './inspector.css'

const shownAtMost = 500

/** Everything the cluster says about itself, newest first. */
export function EventsPanel() {
  const events = useCluster((view) => view.objects.events)
  const start = useCluster((view) => view.start)
  const [type, setType] = useState('')
  const [namespace, setNamespace] = useState('')
  const namespaces = useMemo(() => [...new Set([...events.values()].map((event) => event.metadata.namespace ?? ''))].sort(), [events])
  const shown = useMemo(
    () => [...events.values()].filter((event) => (type === '' || event.type === type) && (namespace === '' || event.metadata.namespace === namespace)).sort(newestFirst),
    [events, type, namespace],
  )
  const warnings = shown.filter((event) => event.type === 'Warning').length
  return (
    <div className="events-panel">
      <div className="events-filter">
        <select className="field" aria-label="Type of event" value={type} onChange={(event) => setType(event.target.value)}>
          <option value="">All types</option>
          <option>Normal</option>
          <option>Warning</option>
        </select>
        <select className="field" aria-label="Namespace of events" value={namespace} onChange={(event) => setNamespace(event.target.value)}>
          <option value="">All namespaces</option>
          {namespaces.map((name) => <option key={name}>{name}</option>)}
        </select>
        <span className="text-text-2 ml-auto whitespace-nowrap">{shown.length}{warnings > 0 ? `, ${warnings} warning${warnings === 1 ? '' : 's'}` : ''}</span>
      </div>
      {shown.length === 0 ? <p className="p-4 text-text-2">Nothing has been said yet.</p> : null}
      <ol className="events">{shown.slice(0, shownAtMost).map((event) => <EventRow key={event.metadata.uid} event={event} start={start} showsWho />)}</ol>
      {shown.length > shownAtMost ? <p className="p-4 text-text-2">and {shown.length - shownAtMost} older ones</p> : null}
    </div>
  )
}
