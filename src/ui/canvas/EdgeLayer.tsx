import { memo, useMemo, type CSSProperties } from 'react'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import type { Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import type { Arrangement } from './arrange.ts'
import { edgesOf, isTangle, type Edge } from './edges.ts'
import { passes } from './filter.ts'

interface EdgeLayerProps {
  readonly arrangement: Arrangement
  readonly moved: ReadonlyMap<string, { readonly x: number; readonly y: number }>
}

/** From Services to the pods they send to: faint, unless one of the two is pointed at. */
export const EdgeLayer = memo(function EdgeLayer({ arrangement, moved }: EdgeLayerProps) {
  const selected = useUi((ui) => ui.selected)
  const hovered = useUi((ui) => ui.hovered)
  const asked = isTangle(arrangement) ? [selected, hovered].flatMap((thing) => (thing?.resource === 'services' ? thing.key : [])).join(' ') : undefined
  const endpoints = useCluster((view) => view.endpoints)
  const rows = useCluster((view) => view.rows)
  const pods = useCluster((view) => view.objects.pods)
  const hues = useCluster((view) => view.hues)
  const namespace = useUi((ui) => ui.namespace)
  const search = useUi((ui) => ui.search)
  const shows = ({ service, pod }: Edge): boolean => {
    const { services, pods: all } = currentView().objects
    return [services.get(service), pod === null ? undefined : all.get(pod)].some((object) => object !== undefined && passes(object, namespace, search))
  }
  // eslint-disable-next-line react-hooks/exhaustive-deps -- edges read only these parts of the view
  const edges = useMemo(() => edgesOf(currentView(), arrangement, moved, asked?.split(' ')), [endpoints, rows, pods, hues, arrangement, moved, asked])
  return (
    <svg className="edges" width="1" height="1" style={{ position: 'absolute', overflow: 'visible', pointerEvents: 'none', zIndex: 3 }} aria-hidden="true">
      {edges.map((edge) => {
        const isDim = !shows(edge)
        const isLit = ends(edge, selected) || ends(edge, hovered)
        return (
          <g key={edge.id} data-lit={isLit || undefined} data-dim={isDim || undefined} data-waits={!edge.isReady || undefined} data-many={edge.count > 1 || undefined} style={{ '--app': `var(--app${edge.hue})` } as CSSProperties}>
            <path d={edge.path} />
            <circle cx={edge.end.x} cy={edge.end.y} />
            {edge.count > 1 ? <text x={edge.end.x} y={edge.end.y + 3.2}>{edge.count}</text> : null}
          </g>
        )
      })}
    </svg>
  )
})

function ends(edge: Edge, thing: Thing | null): boolean {
  if (!thing) return false
  return (thing.resource === 'services' && thing.key === edge.service) || (thing.resource === 'pods' && thing.key === edge.pod)
}
