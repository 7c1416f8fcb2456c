import { useEffect, useMemo, useState } from 'react'
import type { Service } from '../../sim/api/generated/types.ts'
import { keyOf } from '../../sim/api/objects.ts'
import type { Route } from '../../sim/network/route.ts'
import { Button } from '../design/Button.tsx'
import { useClock } from '../stores/clock.ts'
import { podStatus } from '../stores/pod-status.ts'
import { theSimulation, useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'

const outside = ''

/** Of a Service: who answers a request now, by which way, or why nobody does. */
export function RouteSection({ service }: { readonly service: Service }) {
  const id = keyOf(service)
  const isOpenOutside = service.spec.type === 'NodePort' || service.spec.type === 'LoadBalancer'
  const pods = useCluster((view) => view.objects.pods)
  const senders = useMemo(() => [...pods.values()].filter((pod) => pod.metadata.namespace === service.metadata.namespace && podStatus(pod, false).state === 'ready').map(keyOf).sort(), [pods, service])
  const [chosen, setChosen] = useState<string | null>(null)
  const from = chosen !== null && (chosen === outside || senders.includes(chosen)) ? chosen : isOpenOutside ? outside : (senders[0] ?? outside)
  const route = useRoute(id, from)
  if (!route) return null
  return (
    <section>
      <h3>Who answers a request now?</h3>
      <select className="field mb-2 w-full" aria-label="Who asks" value={from} onChange={(event) => setChosen(event.target.value)}>
        <option value={outside}>Somebody outside the cluster</option>
        {senders.map((key) => <option key={key} value={key}>{key.split('/')[1]}</option>)}
      </select>
      <ol className="why">
        {route.hops.map((hop, index) => (
          <li key={index}>
            {hop.kind === 'pod' ? <Button look="link" onClick={() => useUi.getState().select({ resource: 'pods', key: hop.at })}>{hop.at.split('/').at(-1)}</Button> : <b>{hop.at}</b>}
            <p>{hop.what}</p>
            {hop.rule ? <p className="mono">{hop.rule}</p> : null}
          </li>
        ))}
        <li data-who={route.ok ? 'now' : 'you'}>
          <b>{route.ok ? `${route.answeredBy.split('/').at(-1)} answers` : 'Nobody answers'}</b>
          <p>{route.ok ? (route.candidates.length > 1 ? `The next request may go to any of ${route.candidates.length}.` : 'Nobody else could.') : sentence(route.failure)}</p>
        </li>
      </ol>
    </section>
  )
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** Asked anew as the cluster's time passes; null while it cannot be said. */
function useRoute(service: string, from: string): Route | null {
  const [route, setRoute] = useState<Route | null>(null)
  const second = useClock(({ now }) => Math.floor(now / 1000))
  useEffect(() => {
    let isCurrent = true
    void theSimulation().ask({ kind: 'route', service, ...(from === outside ? {} : { from }) }).then((result) => {
      if (isCurrent) setRoute(result.ok ? (result.value as Route) : null)
    })
    return () => {
      isCurrent = false
    }
  }, [service, from, second])
  return route
}
