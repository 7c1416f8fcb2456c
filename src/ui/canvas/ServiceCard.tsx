import { Waypoints } from 'lucide-react'
import { memo, type CSSProperties } from 'react'
import { Badge } from '../design/Badge.tsx'
import type { PodEndpoint } from '../stores/cluster-view.ts'
import { hueOf } from '../stores/hues.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { serviceAddress } from '../stores/services.ts'
import { useUi } from '../stores/ui-store.ts'
import { passes } from './filter.ts'
import { pointing } from './pointing.ts'

const none: readonly PodEndpoint[] = []

/** A Service: its name, its address, and how many answer. */
export const ServiceCard = memo(function ServiceCard({ id }: { readonly id: string }) {
  const service = useCluster((view) => view.objects.services.get(id))
  const endpoints = useCluster((view) => view.endpoints.get(id)) ?? none
  const hue = useCluster((view) => {
    const pod = view.objects.pods.get(endpoints[0]?.pod ?? '')
    return pod ? hueOf(view, pod) : (view.hues.get(`deployments/${id}`) ?? 0)
  })
  const isSelected = useUi(({ selected }) => selected?.resource === 'services' && selected.key === id)
  const isDim = useUi(({ namespace, search }) => service !== undefined && !passes(service, namespace, search))
  if (!service) return null
  const ready = endpoints.filter((endpoint) => endpoint.ready).length
  const all = endpoints.filter((endpoint) => endpoint.ready || !endpoint.leaving).length
  return (
    <button type="button" className="card service nopan" data-thing={`services/${id}`} data-selected={isSelected || undefined} data-dim={isDim || undefined} aria-pressed={isSelected} aria-label={`Service ${service.metadata.name}: ${ready} of ${all} ready`} style={{ '--app': `var(--app${hue})` } as CSSProperties} {...pointing({ resource: 'services', key: id })}>
      <span className="flex items-center gap-2 w-full">
        <Waypoints size={14} style={{ color: 'var(--app)' }} aria-hidden="true" />
        <b className="truncate">{service.metadata.name}</b>
        <span className="ml-auto">{service.spec.selector ? <EndpointBadge ready={ready} all={all} /> : null}</span>
      </span>
      <span className="block truncate text-text-2 text-[11px] mt-0.5">{serviceAddress(service)}</span>
    </button>
  )
})

function EndpointBadge({ ready, all }: { readonly ready: number; readonly all: number }) {
  return <Badge tone={ready === 0 ? 'bad' : ready < all ? 'warn' : 'ready'}>{ready === all && all > 0 ? `${all} ready` : `${ready} of ${all}`}</Badge>
}
