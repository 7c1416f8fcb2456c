import type { PodEndpoint } from '../stores/cluster-view.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { Button } from '../design/Button.tsx'
import { outsideAddress } from '../stores/services.ts'
import { RouteSection } from './RouteSection.tsx'
import { RulesSection } from './RulesSection.tsx'

const none: readonly PodEndpoint[] = []

/** Of a Service: whom it selects, its ports, and who answers now. */
export function ServiceSections({ id }: { readonly id: string }) {
  const service = useCluster((view) => view.objects.services.get(id))
  const endpoints = useCluster((view) => view.endpoints.get(id)) ?? none
  const hasEndpoints = useCluster((view) => view.objects.endpoints.has(id))
  if (!service) return null
  const selector = Object.entries(service.spec.selector ?? {}).map(([key, value]) => `${key}=${value}`).join(', ')
  return (
    <>
      <section>
        <h3>Address</h3>
        <p>{service.spec.type} · <span className="mono">{service.spec.clusterIP ?? 'none'}</span>{service.spec.type === 'LoadBalancer' ? <> · from outside <span className="mono">{outsideAddress(service.status) ?? '<pending>'}</span></> : null}</p>
        <ul>{service.spec.ports?.map((port) => <li key={`${port.port}${port.protocol}`} className="mono">{port.port}/{port.protocol} → {String(port.targetPort)}{port.nodePort ? ` · node port ${port.nodePort}` : ''}</li>)}</ul>
        <p className="text-text-2">{selector ? <>Sends to pods with <span className="mono">{selector}</span>.</> : 'It selects no pods.'}</p>
      </section>
      <RouteSection service={service} />
      <section>
        <h3>Endpoints <span>{endpoints.filter(({ ready }) => ready).length} of {endpoints.filter(({ ready, leaving }) => ready || !leaving).length} ready</span></h3>
        {endpoints.length === 0 ? <p className="text-text-2">Nobody answers: no pod matches, or none has an address yet.</p> : null}
        <ul>
          {endpoints.map(({ pod, ready, leaving }) => (
            <li key={pod}><Button look="link" onClick={() => useUi.getState().select({ resource: 'pods', key: pod })}>{pod.split('/')[1]}</Button> {ready ? '' : leaving ? '· leaving' : '· not ready'}</li>
          ))}
        </ul>
        {hasEndpoints ? <p className="text-text-2">As one object: <Button look="link" onClick={() => useUi.getState().select({ resource: 'endpoints', key: id })}>Endpoints</Button></p> : null}
      </section>
      <RulesSection id={id} />
    </>
  )
}
