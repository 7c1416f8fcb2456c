import { Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider, ViewportPortal, useReactFlow, useStore, type MiniMapNodeProps, type Node, type NodeChange, type NodeProps } from '@xyflow/react'
import { Maximize, Minus, Plus } from 'lucide-react'
import { memo, useCallback, useEffect, useMemo } from 'react'
import { Button, IconButton } from '../design/Button.tsx'
import { count } from '../stores/format.ts'
import { isLost } from '../stores/node-status.ts'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import { useUi, type Moved } from '../stores/ui-store.ts'
import { arrange, manyMachines, shapeOf, type Arrangement, type Place } from './arrange.ts'
import { ControlPlaneCard } from './ControlPlaneCard.tsx'
import { EdgeLayer } from './EdgeLayer.tsx'
import { useGradually } from './gradually.ts'
import { MachineCard } from './MachineCard.tsx'
import { ServiceCard } from './ServiceCard.tsx'
import { Tray } from './Tray.tsx'

type CardNode = Node<{ readonly name: string; readonly look: Arrangement['look']; readonly height: number; readonly isHinted: boolean }>

const nodeTypes = {
  zone: memo(({ data }: NodeProps<CardNode>) => <div className="zone"><span>{data.name}</span></div>),
  control: memo(({ data }: NodeProps<CardNode>) => <ControlPlaneCard name={data.name} />),
  machine: memo(({ data }: NodeProps<CardNode>) => <MachineCard name={data.name} look={data.look} height={data.height} isHinted={data.isHinted} />),
  service: memo(({ data }: NodeProps<CardNode>) => <ServiceCard id={data.name} />),
  tray: memo(() => <Tray />),
}

/** The machines, what runs on them, and the Services that send to it. React Flow holds places; every card looks its facts up itself. */
export function MachinesView() {
  return (
    <ReactFlowProvider>
      <Machines />
    </ReactFlowProvider>
  )
}

function Machines() {
  const arrangement = useArrangement()
  const moved = useUi((ui) => ui.moved)
  const hintSeen = useUi((ui) => ui.hintSeen)
  const nodes = useMemo(() => cardNodes(arrangement, moved, !hintSeen), [arrangement, moved, hintSeen])
  const drawn = useGradually(nodes, podsOn)
  const onNodesChange = useCallback((changes: NodeChange<CardNode>[]) => {
    // React Flow tells of sizes, too: only what a person dragged makes other nodes.
    const dragged = changes.filter((change) => change.type === 'position')
    if (dragged.length === 0) return
    const after = new Map(useUi.getState().moved)
    for (const { id, position } of dragged) if (position) after.set(id, position)
    useUi.getState().set({ moved: after })
  }, [])
  const { x, y, right, bottom } = boundsOf(arrangement, moved)
  // An overview of what is in sight anyway would only hide cards.
  const isWhole = useStore(({ transform: [left, top, zoom], width, height }) => left + x * zoom >= 0 && top + y * zoom >= 0 && left + right * zoom <= width && top + bottom * zoom <= height)
  const isFar = useStore(({ transform }) => transform[2] < 0.5)
  return (
    <ReactFlow
      className={isFar ? 'far' : ''}
      nodes={drawn}
      edges={[]}
      nodeTypes={nodeTypes}
      onNodesChange={onNodesChange}
      onPaneClick={() => useUi.getState().select(null)}
      minZoom={0.1}
      maxZoom={2}
      nodesConnectable={false}
      nodesFocusable={false}
      elementsSelectable={false}
      deleteKeyCode={null}
      panActivationKeyCode={null}
      zoomOnDoubleClick={false}
      aria-label="Machines"
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--grid)" />
      <ViewportPortal>
        <EdgeLayer arrangement={arrangement} moved={moved} />
      </ViewportPortal>
      <Fitting arrangement={arrangement} />
      <KeepInSight arrangement={arrangement} />
      {arrangement.leftOut > 0 ? <LeftOut machines={arrangement.leftOut} /> : null}
      {arrangement.machines.size > manyMachines && !isWhole ? <MiniMap pannable zoomable ariaLabel="Overview" className="overview" nodeComponent={Dot} maskColor="color-mix(in srgb, var(--canvas) 70%, transparent)" bgColor="var(--surface)" /> : null}
    </ReactFlow>
  )
}

function podsOn({ data }: CardNode): number {
  return currentView().podsByNode.get(data.name)?.size ?? 0
}

/** A card in the overview; red where nobody hears of the machine. */
const Dot = memo(function Dot({ id, x, y, width, height }: MiniMapNodeProps) {
  const lost = useCluster((view) => id.startsWith('nodes/') && isLost(view.objects.nodes.get(id.slice('nodes/'.length))))
  return <rect x={x} y={y} width={width} height={height} rx={16} className={id.startsWith('zones/') ? 'of-zone' : ''} data-lost={lost || undefined} />
})

/** A canvas holds only so many machines: what is missing is said. */
function LeftOut({ machines }: { readonly machines: number }) {
  return (
    <div className="left-out nokey" role="note">
      {count(machines, 'more machine')} {machines === 1 ? 'is' : 'are'} only in the table. <Button look="link" onClick={() => useUi.getState().set({ asTable: true })}>Show it</Button>
    </div>
  )
}

/** The arrangement, anew only when topology changes. */
function useArrangement(): Arrangement {
  const shape = useCluster(shapeOf)
  // eslint-disable-next-line react-hooks/exhaustive-deps -- `shape` says when the rest has changed in a way that moves anything
  return useMemo(() => arrange(currentView()), [shape])
}

function cardNodes(arrangement: Arrangement, moved: Moved, isHintWanted: boolean): CardNode[] {
  const { look } = arrangement
  const hinted = isHintWanted && arrangement.machines.size <= manyMachines ? [...arrangement.machines.keys()].at(-1) : undefined
  const card = (type: keyof typeof nodeTypes, id: string, name: string, place: Place, zIndex: number, draggable = true): CardNode => ({
    id, type, position: moved.get(id) ?? { x: place.x, y: place.y }, width: place.width, height: place.height, zIndex, draggable,
    data: { name, look, height: place.height, isHinted: name === hinted },
  })
  return [
    ...[...arrangement.zones].map(([zone, place]) => card('zone', `zones/${zone}`, zone, place, 0, false)),
    ...[...arrangement.controlPlanes].map(([name, place]) => card('control', `nodes/${name}`, name, place, 2)),
    ...[...arrangement.machines].map(([name, place]) => card('machine', `nodes/${name}`, name, place, 2)),
    ...[...arrangement.services].map(([key, place]) => card('service', `services/${key}`, key, place, 2)),
    card('tray', 'tray', 'tray', arrangement.tray, 2, false),
  ]
}

/** Room left for what floats above the canvas: the tools at the left, the sentence at the bottom. */
const margin = { top: 18, topOfMany: 62, bottom: 84, bottomPresented: 122, side: 22 }

const asArranged: Moved = new Map()

/** How much of the canvas lies under the dock, where there is no room beside it. */
function coveredByDock(): number {
  const dock = document.querySelector('.dock')?.getBoundingClientRect()
  const canvas = document.querySelector('.react-flow')?.getBoundingClientRect()
  return dock && canvas && dock.top < canvas.bottom ? Math.max(0, canvas.right - dock.left) : 0
}

/** Fits the picture when a cluster opens and when the room for it changes; after that the view is the person's. */
function Fitting({ arrangement }: { readonly arrangement: Arrangement }) {
  const { setViewport, zoomIn, zoomOut } = useReactFlow()
  const boots = useCluster((view) => view.boots)
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  const presentation = useUi((ui) => ui.presentation)
  const isMany = arrangement.machines.size > manyMachines
  const room = JSON.stringify(boundsOf(arrangement, asArranged))
  const fit = useCallback(() => {
    if (width === 0 || height === 0) return
    // A card that is being moved must not move the view with it.
    const { x, y, right, bottom } = boundsOf(arrangement, useUi.getState().moved)
    const widest = presentation ? 1.6 : 1.15
    const bottomMargin = presentation ? margin.bottomPresented : margin.bottom
    const top = isMany ? margin.topOfMany : margin.top
    const free = width - coveredByDock()
    const zoom = Math.max(0.1, Math.min(widest, (free - 2 * margin.side) / (right - x), (height - top - bottomMargin) / (bottom - y)))
    void setViewport({ x: (free - (right + x) * zoom) / 2, y: top - y * zoom, zoom })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `room` says when the arrangement has changed in a way that matters here
  }, [setViewport, width, height, room, isMany, presentation])
  useEffect(fit, [fit, boots])
  return (
    <div className="canvas-tools nokey" role="group" aria-label="View">
      <IconButton label="Zoom in" onClick={() => void zoomIn()}><Plus size={15} /></IconButton>
      <IconButton label="Zoom out" onClick={() => void zoomOut()}><Minus size={15} /></IconButton>
      <IconButton label="Fit everything" onClick={fit}><Maximize size={14} /></IconButton>
    </div>
  )
}

/** Where the dock lies over the canvas, the selected card is moved out from under it. */
function KeepInSight({ arrangement }: { readonly arrangement: Arrangement }) {
  const { getViewport, setViewport } = useReactFlow()
  const selected = useUi((ui) => ui.selected)
  const dockOpen = useUi((ui) => ui.dockOpen)
  const { machines, controlPlanes, services } = arrangement
  useEffect(() => {
    // To ask where things are makes the browser lay the page out there and then: only when it matters.
    if (!selected || !dockOpen) return
    const covered = coveredByDock()
    const canvas = document.querySelector('.react-flow')
    if (!canvas || covered === 0) return
    const node = selected.resource === 'pods' ? currentView().objects.pods.get(selected.key)?.spec.nodeName ?? '' : selected.key
    const arranged = selected.resource === 'services' ? services.get(node) : machines.get(node) ?? controlPlanes.get(node)
    if (!arranged) return
    const place = { ...arranged, ...useUi.getState().moved.get(`${selected.resource === 'services' ? 'services' : 'nodes'}/${node}`) }
    const { x, y, zoom } = getViewport()
    const hidden = x + (place.x + place.width) * zoom + 12 - (canvas.clientWidth - covered)
    if (hidden > 0) void setViewport({ x: Math.max(x - hidden, margin.side - place.x * zoom), y, zoom })
  }, [selected, dockOpen, machines, controlPlanes, services, getViewport, setViewport])
  return null
}

function boundsOf({ machines, controlPlanes, services, tray, zones }: Arrangement, moved: Moved) {
  const put = (kind: 'nodes' | 'services', cards: ReadonlyMap<string, Place>) => [...cards].map(([name, place]) => ({ ...place, ...moved.get(`${kind}/${name}`) }))
  const places = [...put('nodes', machines), ...put('nodes', controlPlanes), ...put('services', services), ...zones.values(), tray]
  return {
    // The tools need their column even where there is no Service.
    x: Math.min(0, ...places.map((place) => place.x)), y: Math.min(...places.map((place) => place.y)),
    right: Math.max(...places.map((place) => place.x + place.width)), bottom: Math.max(...places.map((place) => place.y + place.height)),
  }
}
