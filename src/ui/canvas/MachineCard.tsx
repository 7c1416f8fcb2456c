import { Ellipsis, Server } from 'lucide-react'
import { memo, useMemo } from 'react'
import type { Node, Pod } from '../../sim/api/generated/types.ts'
import { Badge } from '../design/Badge.tsx'
import { Bar } from '../design/Bar.tsx'
import { Button, IconButton } from '../design/Button.tsx'
import { Countdown, CountdownBar, Elapsed } from '../design/Countdown.tsx'
import { cores, gibibytes } from '../stores/format.ts'
import { isLost, nodeLoad, nodeStatus, type NodeStatusWord } from '../stores/node-status.ts'
import { isSystem } from '../stores/rows.ts'
import { perform, useCluster } from '../stores/simulation-store.ts'
import type { Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import { rowStyle, type Arrangement } from './arrange.ts'
import { FaultTags } from './FaultTags.tsx'
import { NodeBadge } from './NodeBadge.tsx'
import { PodChip } from './PodChip.tsx'
import { pointing } from './pointing.ts'
import { SystemPods } from './SystemPods.tsx'

const noPods: ReadonlyMap<string, Pod> = new Map()

interface MachineCardProps {
  readonly name: string
  readonly look: Arrangement['look']
  readonly height: number
  readonly isHinted?: boolean
}

/** A worker machine: what it is, what it gives, and its pods, each in its own row for life. */
export const MachineCard = memo(function MachineCard({ name, look, height, isHinted = false }: MachineCardProps) {
  const node = useCluster((view) => view.objects.nodes.get(name))
  const machine = useCluster((view) => view.machines.get(name))
  const countdowns = useCluster((view) => view.countdowns.get(`nodes/${name}`))
  const start = useCluster((view) => view.start)
  const pods = useCluster((view) => view.podsByNode.get(name)) ?? noPods
  const isFaulty = useCluster(({ faults }) => faults.some(({ fault }) => 'node' in fault && fault.node === name))
  const isSelected = useUi(({ selected }) => selected?.resource === 'nodes' && selected.key === name)
  if (!node) return null
  const status = nodeStatus(node, machine, countdowns ?? [], start, isFaulty)
  const thing: Thing = { resource: 'nodes', key: name }
  return (
    <article className="card machine" data-selected={isSelected || undefined} data-power={status.power} data-cut-off={status.cutOff || undefined} style={{ height }} aria-label={`Machine ${name}`} {...pointing(thing)}>
      <header>
        <Server size={15} aria-hidden="true" />
        <h2>
          <button type="button" className="nopan" data-thing={`nodes/${name}`} aria-pressed={isSelected} onClick={pointing(thing).onClick}>
            {name}
          </button>
        </h2>
        <span className="ml-auto flex items-center gap-1">
          {status.cordoned ? <Badge tone="warn">Cordoned</Badge> : null}
          {status.pressures.map((pressure) => <Badge key={pressure} tone="warn">{pressure.replace('Pressure', ' pressure')}</Badge>)}
          <NodeBadge status={status} />
          <MoreButton thing={thing} />
        </span>
      </header>
      <Facts name={name} node={node} pods={pods} status={status} />
      <Pods name={name} node={node} pods={pods} look={look} />
      <SystemPods pods={pods} lost={isLost(node)} />
      <FaultTags thing={thing} />
      {isHinted && status.power === 'on' ? <Hint name={name} /> : null}
    </article>
  )
})

function MoreButton({ thing }: { readonly thing: Thing }) {
  return (
    <IconButton
      label={`Actions for ${thing.key}`}
      className="more nopan"
      aria-haspopup="menu"
      onClick={(event) => {
        event.stopPropagation()
        const box = event.currentTarget.getBoundingClientRect()
        useUi.getState().openMenu({ thing, x: box.left, y: box.bottom + 4 })
      }}
    >
      <Ellipsis size={14} />
    </IconButton>
  )
}

interface FactsProps {
  readonly name: string
  readonly node: Node
  readonly pods: ReadonlyMap<string, Pod>
  readonly status: NodeStatusWord
}

function Facts({ name, node, pods, status }: FactsProps) {
  const isRunning = status.power === 'on' && !status.cutOff
  if (isRunning && !status.lease) return <Bars node={node} pods={pods} />
  const isOff = status.power === 'off'
  return (
    <div className="facts">
      {isRunning ? <p>Nobody hears its kubelet.</p> : <p>
        <span>{isOff ? 'Powered off' : 'Cut off'} for <Elapsed since={status.machineSince} /></span>
        <Button look="link" className="nopan" onClick={(event) => { event.stopPropagation(); void perform({ kind: isOff ? 'power-on' : 'reconnect', node: name }) }}>
          {isOff ? 'Power on' : 'Reconnect'}
        </Button>
      </p>}
      {status.lease ? (
        <>
          <p>Counts as lost in <b><Countdown due={status.lease.due} /></b></p>
          <CountdownBar since={status.lease.since} due={status.lease.due} colour="var(--warn-mark)" />
        </>
      ) : null}
    </div>
  )
}

function Bars({ node, pods }: { readonly node: Node; readonly pods: ReadonlyMap<string, Pod> }) {
  const load = useMemo(() => nodeLoad(node, pods.values()), [node, pods])
  return (
    <div className="facts bars" title="What the pods have requested, of what the machine gives: the scheduler's arithmetic">
      <span>CPU</span>
      <Bar share={load.cpu / load.cpuTotal} />
      <span>{cores(load.cpu)} / {cores(load.cpuTotal)}</span>
      <span>Mem</span>
      <Bar share={load.memory / load.memoryTotal} />
      <span>{gibibytes(load.memory)} / {gibibytes(load.memoryTotal)} Gi</span>
    </div>
  )
}

function Pods({ name, node, pods, look }: { readonly name: string; readonly node: Node; readonly pods: ReadonlyMap<string, Pod>; readonly look: Arrangement['look'] }) {
  const rows = useCluster((view) => view.rows.get(name))
  const lost = isLost(node)
  const rowOf = useMemo(() => new Map(rows?.places.map((uid, row) => [uid, row] as const)), [rows])
  return (
    <>
      {[...pods.values()].map((pod) => {
        const row = rowOf.get(pod.metadata.uid)
        return isSystem(pod) || row === undefined ? null : <PodChip key={pod.metadata.uid} pod={pod} lost={lost} look={look} style={rowStyles(look, row)} />
      })}
    </>
  )
}

const styles = new Map<string, { readonly left: number; readonly top: number }>()

/** The same row has the same style object, so that chips need not be drawn again. */
function rowStyles(look: Arrangement['look'], row: number): { readonly left: number; readonly top: number } {
  const id = `${look}${row}`
  let style = styles.get(id)
  if (!style) styles.set(id, (style = rowStyle(look, row)))
  return style
}

function Hint({ name }: { readonly name: string }) {
  return (
    <div className="hint nopan" onClick={(event) => event.stopPropagation()}>
      <Button
        look="primary"
        isSmall
        onClick={() => {
          useUi.getState().set({ hintSeen: true })
          useUi.getState().select({ resource: 'nodes', key: name })
          void perform({ kind: 'power-off', node: name })
        }}
      >
        Power this machine off
      </Button>
      <Button look="bare" isSmall onClick={() => useUi.getState().set({ hintSeen: true })}>Not now</Button>
    </div>
  )
}
